"""A house whose account has lived: a month of results and deals, rounds of our policy, winners, a film."""

import json
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection

from kinoloop.core.clock import ManualClock
from kinoloop.core.currency import Currency
from kinoloop.core.errors import MediaError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import GuardSettings, Mirror
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.delivery.drift import operations as drifts
from kinoloop.delivery.drift.queries import approved_ad
from kinoloop.delivery.drift.rules import differences
from kinoloop.flows.decide_budget.proposing import propose_steps
from kinoloop.flows.decide_budget.round import decide_round
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.flows.refresh_winners.refresh import RefreshWinners
from kinoloop.flows.refresh_winners.tools import WinnerTools
from kinoloop.learning.decisions.policies import PolicyOf, policy_of
from kinoloop.learning.decisions.queries import decisions
from kinoloop.learning.decisions.records import Decision
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue.records import StageEvent, StageValue
from kinoloop.learning.winners.library import Library
from kinoloop.runs.step import Step
from kinoloop.store.session import Database, connect
from tests import databases
from tests.delivery.made import NOW, Place, entities, made, proposed
from tests.learning.decisions.worlds import ACCOUNT, TABLE, TENANT, World
from tests.learning.lineage.chain import Chain, card, seen
from tests.web.house import House, add_run, open_house

SAMPLE = "act_100000000000001"
NAMES = {
    "c1": "Spring, leads",
    "s1": "Runners, 25 to 44",
    "s2": "Parents nearby",
    "c2": "Always on",
    "s3": "Everyone in the city",
    "a1": "First boat, hook B",
    "a2": "Fog, long cut",
    "a3": "Old sacks <b>",
    "a4": "Six in the morning",
    "a5": "By bicycle, master",
}
DAY = {
    "a1": (4_000, 90, 5_000),
    "a2": (4_200, 60, 5_000),
    "a3": (2_000, 14, 2_500),
    "a4": (2_100, 30, 2_500),
    "a5": (6_000, 110, 8_000),
}
"""Impressions, clicks and spend of each ad on each day."""
BOUGHT = {"a1": 42, "a2": 4, "a3": 0, "a4": 12, "a5": 30}
WON, BEGUN = 40_000, 40_000
LAST = NOW + timedelta(hours=12)
SEEN = LAST + timedelta(minutes=20)
"""When the last round was made, and when somebody looks."""


@dataclass(frozen=True)
class Bench:
    """As much of a step as judging needs."""

    database: Database

    def begin(self) -> AbstractContextManager[Connection]:
        return self.database.begin()

    def event(self, *told: Any, **more: Any) -> None:
        """Nobody listens."""


@dataclass
class Life:
    """A house, its clock, its world and the rounds that were made in it, oldest first."""

    house: House
    clock: ManualClock
    world: World
    folder: Path
    rounds: list[Decision]

    def decide(self, hours: float = 0.0, *, make: PolicyOf = policy_of, look: bool = True) -> Decision:
        """Look (or not), decide and propose so many hours after NOW."""
        at = NOW + timedelta(hours=hours)
        if look:
            self.world.mirror(at)
            self.world.days(28, DAY, at)

        def propose(wish: Proposal) -> Change:
            with self.house.begin() as connection:
                return proposed(connection, self.world.place, wish, self.world.ids, at)

        clock = ManualClock(at)
        tools = DecideTools(self.house.database.read, propose, clock, new_id, policy_of=make)
        found = decide_round(self.house.database, tools, ACCOUNT, key=f"round-{hours}")
        propose_steps(self.house.database, tools, found)
        self.rounds.append(found)
        return found


def empty_life(database: Database, folder: Path, **settings: Any) -> Life:
    """The house, and nothing in it."""
    clock = ManualClock(LAST)
    house = open_house(database, folder, clock=clock, tenant=TENANT, **settings)
    there = [replace(one, name=NAMES[one.entity_id]) for one in entities()]
    return Life(house, clock, World(database, Place(there)), folder, [])


def live(life: Life) -> Life:
    """Everything: results, deals, a film, three rounds, winners, and what waits for somebody."""
    world = life.world
    world.open(guards=GuardSettings(cooldown_minutes=0, daily_loss_bound=6_000))
    with life.house.begin() as connection:
        table = replace(
            TABLE,
            stages={
                "lead": StageValue(2_000, 0.2),
                "appointment_scheduled": StageValue(9_000, 0.6),
                "show_up": StageValue(36_000, 0.85),
                "closed_won": StageValue(BEGUN, 1.0),
                "closed_lost": StageValue(0, 1.0),
            },
            probability=dict(TABLE.probability or {}) | {"lead": 0.05},
            avg_deal_value=BEGUN,
        )
        revenue.save_table(connection, table, who="ada", now=NOW - timedelta(days=60))
    world.days(28, DAY)
    _sell(world)
    _film(life)
    for hours in (0, 6, 12):
        life.decide(hours)
    life.clock.at = SEEN
    _judge(life)
    _troubles(life)
    return life


def _sell(world: World) -> None:
    """Deals of the last four weeks; some are won, some lost, some under way."""
    for ad_id, count in BOUGHT.items():
        for number in range(count):
            first = 660.0 - 560.0 * number / count
            way = {"lead": first}
            if number % 3 != 2:
                way["appointment_scheduled"] = first - 30
            if number % 3 == 0:
                way |= {"show_up": first - 36, "closed_won": first - 40}
            if number % 5 == 4:
                way["closed_lost"] = first - 38
            value = WON if number % 3 == 0 else None
            world.deal(f"{ad_id}-{number}", way, ad_id=ad_id, delay=20, value=value)
    world.deal("walk-in", {"lead": 90})


def _film(life: Life) -> None:
    """The film of the first ad, and a storyboard that waits for a yes."""
    with life.house.begin() as connection:
        chain = Chain(connection, life.house.blobs, TENANT, NOW)
        asset_id = chain.footage(shots=6)
        panels = (seen(1, asset_id, 4500), seen(2, asset_id, 12000), card(3))
        chain.video("v-1", panels)
        chain.publish("a1", chain.variant("v-1"))
        chain.publish("a3", None)
        chain.video("v-2", panels)


def _judge(life: Life) -> None:
    tools = WinnerTools(life.clock, Library(life.folder / "winners"))
    step = cast(Step, Bench(life.house.database))
    RefreshWinners(tools).judge(step, {"account_id": ACCOUNT})


def _troubles(life: Life) -> None:
    """An alarm, a failed run, a stage without a name, and the account of the pretend platform."""
    now = life.clock.now()
    error = MediaError("The film could not be rendered.", why="The disk is full.", fix="Free some room.")
    with life.house.begin() as connection:
        approved = approved_ad(connection, "a3")
        served = replace(approved.content, copy={"title": "Fresh sacks"})
        differ = differences(approved.content, served)
        drifts.found(connection, approved, differ, served=served, now=now, new_id=new_id)
        add_run(
            connection,
            status="failed",
            video_title="Render Spring",
            created_at=now - timedelta(hours=2),
            completed_at=now - timedelta(hours=1),
            error_message=json.dumps(error.as_dict()),
        )
        told = StageEvent(TENANT, "odd", "contract_at_legal", now - timedelta(hours=5))
        revenue.record(connection, [told], now=now)
        fresh = made("ad", "sample-ad", "sample-set", campaign_id="sample-camp", name="Demo ad")
        tree = (
            made("campaign", "sample-camp", campaign_id="sample-camp", name="Demo"),
            made(
                "adset", "sample-set", "sample-camp", campaign_id="sample-camp", daily_budget=900, name="Set"
            ),
            fresh,
        )
        own = tuple(replace(one, account_id=SAMPLE) for one in tree)
        mirror = Mirror(SAMPLE, "Demo, services", Currency("USD"), "UTC", 100, own, now)
        accounts.save_mirror(connection, mirror, tenant_id=TENANT, platform="meta")


def save_life(folder: Path) -> Path:
    """A whole life in a folder, closed, so that tests can begin with a copy of it."""
    path = folder / "kinoloop.db"
    path.write_bytes(databases.sqlite_template())
    database = connect(f"sqlite:///{path}", profile="test")
    life = live(empty_life(database, folder))
    life.house.runs.close()
    database.close()
    return folder


@contextmanager
def copied_life(saved: Path, folder: Path) -> Iterator[Life]:
    """A copy of a saved life, open at the same instant."""
    shutil.copytree(saved, folder, dirs_exist_ok=True)
    database = connect(f"sqlite:///{folder / 'kinoloop.db'}", profile="test")
    life = empty_life(database, folder)
    life.clock.at = SEEN
    with database.read() as connection:
        life.rounds = list(reversed(decisions(connection)))
    yield life
    life.house.runs.close()
    database.close()
