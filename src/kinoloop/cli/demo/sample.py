"""The sample: one pretend ad account and its CRM, whose truth is known, on a clock that is moved by hand.

The house that works in it takes nothing from the environment but how media are made: no key of a person, no
database of a person, no real vendor. All it writes lies in one folder.
"""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from threading import Lock

from pydantic import SecretStr

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import Settings, sample_settings
from kinoloop.app.studio import Tempo
from kinoloop.cli.demo.clock import SampleClock
from kinoloop.core.errors import ConflictError
from kinoloop.core.ids import uuid7
from kinoloop.sandbox.causes import join_crm
from kinoloop.sandbox.environment import environment
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.place import marketplace
from kinoloop.sandbox.market.settings import SETTINGS, Setting
from kinoloop.sandbox.meta.plans import PAGE_ID, AccountPlan, CampaignPlan
from kinoloop.sandbox.serving import serving
from kinoloop.sandbox.world import World

ACCOUNT, TENANT, SHOP = "act_100000000000009", "sample", "shop.example"
START = datetime(2026, 6, 1, 10, tzinfo=UTC)
"""A Monday, six in the morning where the account is."""
EARLIER, NEW, DAILY = 9, 3, 60_000
"""Ads that ran before, versions of the new film, and minor units a day over all of them."""
EACH = DAILY // (EARLIER + NEW)
PAGE = PAGE_ID
FOLDER, MARK = "demo", "sample.json"
SPEED = 100_000.0


@dataclass(frozen=True)
class Sample:
    """The open sample: the house, the world outside of it and their one clock."""

    app: App
    world: World
    clock: SampleClock
    setting: Setting
    seed: int
    ids: "Ids"

    @property
    def market(self) -> Market:
        return marketplace(self.world).market(ACCOUNT)

    def advance(self, hours: float) -> None:
        """Let time pass, for the world and the house alike."""
        with self.world.lock:
            self.clock.advance(hours * 3600)
            self.world.settle()
            marketplace(self.world).settle()


class Ids:
    """Ids that are the same in every run of a seed, as long as one thread asks at a time."""

    def __init__(self, seed: int, clock: SampleClock) -> None:
        self._seed, self._clock, self._lock = seed, clock, Lock()
        self.begin("first")

    def begin(self, chapter: str) -> None:
        """A new row of ids, whatever was drawn before."""
        self._random, self._count = Random(f"{self._seed}:{chapter}"), 0  # ids of a sample

    def __call__(self) -> str:
        with self._lock:
            self._count += 1
            milliseconds = round(self._clock.now().timestamp() * 1000) + self._count
            return uuid7(milliseconds, self._random.getrandbits(74))


def setting_of(days: int) -> Setting:
    """The account's market: deals that take weeks, twelve ads, six hundred dollars a day."""
    return replace(
        SETTINGS["b2b"], name="sample", ads=EARLIER + NEW, daily_budget=DAILY / 100, days=days + 30
    )


@contextmanager
def open_sample(folder: Path, person: Settings, *, seed: int, days: int) -> Iterator[Sample]:
    """A fresh sample in an empty folder; all of it ends with the block."""
    setting, clock = setting_of(days), SampleClock(START)
    ids = Ids(seed, clock)
    earlier = CampaignPlan("Earlier ads", sets=EARLIER, ads_per_set=1, daily_budget=EACH)
    plan = AccountPlan(ACCOUNT, "Sample account", "USD", "America/New_York", setting, (earlier,))
    world = World(
        seed=seed, speed=SPEED, clock=clock, new_token=tokens(seed), accounts=(plan,), page_size=500
    )
    join_crm(world)

    def rest(seconds: float) -> None:
        """Whoever waits in the sample moves its clock."""
        with world.lock:
            clock.advance(seconds)
            world.settle()

    with serving(world) as url:
        app = open_app(
            house_settings(folder, person, environment(url, world.keys)),
            hurried=True,
            clock=clock,
            make_id=ids,
            schedules=(),
            chance=Random(seed),  # how far a pretend budget is off
            tempo=Tempo(rest, clock),
        )
        app.runs.launch()
        try:
            yield Sample(app, world, clock, setting, seed, ids)
        finally:
            app.close()


def house_settings(folder: Path, person: Settings, outside: dict[str, str]) -> Settings:
    """Settings of the sample's house: the sandbox for ads and deals; no one for pictures, words or voices."""
    return sample_settings(
        person,
        home=folder,
        sample=True,
        tenant=TENANT,
        landing_hosts=(SHOP,),
        meta_accounts=(ACCOUNT,),
        meta_url=outside["KINOLOOP_META_URL"],
        meta_token=SecretStr(outside["META_ACCESS_TOKEN"]),
        meta_app_secret=SecretStr(outside["META_APP_SECRET"]),
        hubspot_url=outside["KINOLOOP_HUBSPOT_URL"],
        hubspot_token=SecretStr(outside["HUBSPOT_ACCESS_TOKEN"]),
        hubspot_portals=(outside["HUBSPOT_PORTAL_ID"],),
    )


def tokens(seed: int) -> Callable[[int], str]:
    """What the sandbox makes its ids of, the same for the same seed."""
    random, lock = Random(f"tokens:{seed}"), Lock()  # ids of a sandbox

    def token(size: int) -> str:
        with lock:
            return random.randbytes(size).hex()

    return token


def emptied(folder: Path) -> Path:
    """The folder without an earlier sample. Raises ConflictError for one that holds something else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise ConflictError(
            f"'{folder}' holds something that is no sample.",
            why="The demo starts anew each time, and deletes what an earlier one left.",
            fix="Move it away, or set KINOLOOP_HOME to another folder.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return mark(folder, {})


def mark(folder: Path, told: dict[str, object]) -> Path:
    """Write down that this is a sample, and what is to be known of it."""
    (folder / MARK).write_text(json.dumps({"sample": True, **told}, indent=2) + "\n")
    return folder
