"""An ad platform in memory, the desk that people decide at, and changes in every state to fill a house."""

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

from kinoloop.app.ads import Ads
from kinoloop.core.clock import Clock, ManualClock
from kinoloop.core.currency import Currency, currency
from kinoloop.core.errors import InputError, NotFoundError, PassingError
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import AdEntity, GuardSettings, Kind, LiveTree, Mirror
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import Change, Expected, Proposal
from kinoloop.delivery.drift import operations as drifts
from kinoloop.delivery.drift.records import AdContent, ApprovedAd, ServedAd
from kinoloop.delivery.drift.rules import content_hash, differences
from kinoloop.delivery.ports import Write, Written
from kinoloop.flows.apply_changes.place import Desk
from kinoloop.flows.pull_results.tools import Seat
from kinoloop.runs.door import Runs
from kinoloop.store.session import Database

USD, YEN = currency("USD"), currency("JPY")
MAIN, SECOND = "act_1071", "act_2200"
OWNER = "owner"
COLUMNS = {
    "daily_budget": "daily_budget",
    "bid_amount": "bid",
    "status": "status",
    "creative_id": "creative_id",
}
USUAL = GuardSettings(daily_loss_bound=5000, max_daily_budget=20000, fuzz=0.0)


class RefusedError(InputError):
    """The platform's clear no, with its own words."""

    answer: ClassVar[dict[str, Any]] = {
        "error": {"code": 100, "error_subcode": 1885272, "message": "Budget is too low", "fbtrace_id": "A9x"}
    }


@dataclass
class Platform:
    """What stands there. `failing` says how the next writes end; None is a success."""

    there: dict[str, AdEntity] = field(default_factory=dict)
    failing: deque[Exception | None] = field(default_factory=deque)
    name: str = "meta"

    def look(self, account_id: str, kind: Kind, entity_id: str) -> LiveTree:
        found = self.there.get(entity_id)
        if found is None or found.account_id != account_id:
            raise NotFoundError(f"The platform shows no {kind} '{entity_id}'.", fix="Read the account again.")
        above, at = list[AdEntity](), found
        while at.parent_id is not None:
            at = self.there[at.parent_id]
            above.append(at)
        rest = [one for one in self.there.values() if one.parent_id is not None]
        return LiveTree(
            found,
            tuple(above),
            tuple(one for one in rest if one.parent_id == entity_id),
            tuple(one for one in rest if one.parent_id == found.parent_id and one is not found),
        )

    def write(self, write: Write, *, validate_only: bool = False) -> Written:
        trouble = self.failing.popleft() if self.failing else None
        if isinstance(trouble, InputError):
            raise trouble
        if not validate_only:
            self.set(write.entity_id, **{COLUMNS[write.field]: write.value})
        if trouble is not None:
            raise trouble
        return Written({"success": True, "x-fb-trace-id": f"Ct{write.entity_id}", "x-fb-rev": "1029384756"})

    def write_all(
        self, writes: Sequence[Write], *, validate_only: bool = False
    ) -> Sequence[Written | Exception]:
        raise AssertionError("these tests send one change at a time")

    def mirror(self, account_id: str) -> Mirror:
        raise AssertionError("these tests hand in the mirror themselves")

    def served(self, account_id: str, ad_ids: Sequence[str]) -> Sequence[ServedAd]:
        return ()

    def set(self, entity_id: str, **values: Any) -> None:
        """Somebody changes something."""
        if "status" in values:
            values.setdefault("effective_status", values["status"])
        self.there[entity_id] = replace(self.there[entity_id], **values)


@dataclass(frozen=True)
class Outside:
    """The one key there is opens the platform in memory; the settings name no account."""

    platform: Platform
    ready: bool = True

    def open(self, _seat: object = None) -> Platform:
        return self.platform

    def seats(self) -> tuple[Seat, ...]:
        return ()


@dataclass(frozen=True)
class AdsDesk(Ads):
    """The house's own desk over the platform in memory, and what tests do behind its back."""

    platforms: Outside

    @property
    def platform(self) -> Platform:
        return self.platforms.platform

    def at(self, clock: Clock) -> "AdsDesk":
        """The same desk by another clock."""
        return replace(self, desk=replace(self.desk, clock=clock))

    def read(self, account_id: str, name: str, money: Currency, zone: str) -> None:
        """Mirror the account as the platform shows it now."""
        own = tuple(one for one in self.platform.there.values() if one.account_id == account_id)
        now = self.desk.clock.now()
        seen = Mirror(account_id, name, money, zone, 100 * money.offset // 100, own, now)
        with self.desk.database.begin() as connection:
            accounts.save_mirror(connection, seen, tenant_id="main", platform="meta")

    def work(self) -> list[str]:
        """One worker takes what is due until nothing is; how each turn ended."""
        endings: list[str] = []
        executor = replace(self.executor(), tell=lambda report: endings.append(report.ending))
        while executor.once("worker-1"):
            pass
        return endings


def open_ads(database: Database, clock: Clock, runs: Runs) -> AdsDesk:
    """A desk with nothing at its platform yet."""
    outside = Outside(Platform())
    return AdsDesk(Desk(database, outside.open, clock, new_id, Random(7)), outside, runs)


@dataclass
class Filler:
    """Lives through a day of an account, on a clock of its own that ends where the house's stands."""

    ads: AdsDesk
    clock: ManualClock
    keys: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def wish(self, entity_id: str, requested: int | str, reason: str, **more: Any) -> Change:
        entity = self.ads.platform.there[entity_id]
        kind = more.pop("change_type", "budget" if isinstance(requested, int) else "status")
        proposal = Proposal(
            entity.account_id,
            entity.kind,
            entity_id,
            kind,
            requested,
            reason,
            more.pop("triggered_by", "decide_budget"),
            f"fill-{next(self.keys)}",
            more.pop("expected", Expected("It spends where it earns more.")),
        )
        return self.ads.propose(replace(proposal, **more))

    def made(self, entity_id: str, requested: int | str, reason: str, **more: Any) -> Change:
        """Proposed, approved by the owner, and brought to its end by a worker."""
        change = self.wish(entity_id, requested, reason, **more)
        if change.state == "proposed":
            self.ads.approve(change.change_id, who=OWNER, sha256=change.sha256)
        self.clock.advance(30)
        self.ads.work()
        return change


def entity(
    account_id: str, entity_id: str, kind: Kind, parent: str | None, name: str, **more: Any
) -> AdEntity:
    """Something that runs, unless it says otherwise."""
    status = more.pop("status", "ACTIVE")
    campaign = entity_id if parent is None else more.pop("campaign")
    effective = more.pop("effective_status", status)
    return AdEntity(entity_id, account_id, kind, parent, campaign, name, status, effective, **more)


def coffee() -> Iterator[AdEntity]:
    """Two campaigns of a roastery: budgets on the ad sets of one, on the other itself."""

    def made(entity_id: str, kind: Kind, parent: str | None, name: str, **more: Any) -> AdEntity:
        return entity(MAIN, entity_id, kind, parent, name, **more)

    yield made("c1", "campaign", None, "Autumn mornings")
    yield made("s1", "adset", "c1", "Runners, 25 to 44", campaign="c1", daily_budget=5000, learning="SUCCESS")
    yield made("s2", "adset", "c1", "Parents nearby", campaign="c1", daily_budget=3000, learning="LEARNING")
    yield made("s3", "adset", "c1", "Like our best buyers", campaign="c1", daily_budget=8000, learning="FAIL")
    yield made("a1", "ad", "s1", "First boat, hook B", campaign="c1", creative_id="k1")
    yield made("a2", "ad", "s1", "Fog, long cut", campaign="c1", creative_id="k2")
    yield made("a3", "ad", "s2", "Old sacks", campaign="c1", creative_id="k3")
    yield made("a4", "ad", "s2", "Six in the morning", campaign="c1", creative_id="k4",
               effective_status="PENDING_REVIEW")  # fmt: skip
    yield made("a5", "ad", "s3", "By bicycle, master", campaign="c1", creative_id="k5")
    yield made("a6", "ad", "s3", "By bicycle, hook C", campaign="c1", creative_id="k6", status="PAUSED")
    yield made("c2", "campaign", None, "Always on", daily_budget=12000)
    yield made("s4", "adset", "c2", "Everyone in the city", campaign="c2", bid=180)
    yield made("a7", "ad", "s4", "Harbour Roast, the whole story", campaign="c2", creative_id="k7")
    yield made("c3", "campaign", None, "Summer ice coffee", status="PAUSED", daily_budget=4000)


def kissa() -> Iterator[AdEntity]:
    yield entity(SECOND, "y1", "campaign", None, "Kissa Meguro")
    yield entity(SECOND, "y2", "adset", "y1", "Office workers", campaign="y1", daily_budget=6000)
    yield entity(SECOND, "y3", "ad", "y2", "Slow drip", campaign="y1", creative_id="z1")


def fill_ads(ads: AdsDesk, until: datetime) -> dict[str, str]:
    """A day of two accounts, ending at `until`; gives a change id for each state, by the state's name."""
    clock = ManualClock(until - timedelta(hours=26))
    filler = Filler(ads.at(clock), clock)
    ads.platform.there.update({one.entity_id: one for one in (*coffee(), *kissa())})
    ids = _first_day(filler) | _what_is_open(filler, until)
    _alarm(filler.ads, until)
    return ids


def _first_day(filler: Filler) -> dict[str, str]:
    ads, clock = filler.ads, filler.clock
    ads.read(MAIN, "Harbour Roast", USD, "Europe/Lisbon")
    ads.read(SECOND, "Kissa Tokyo", YEN, "Asia/Tokyo")
    ads.set_guards(MAIN, USUAL, who=OWNER)
    ads.set_authority(MAIN, "auto", who=OWNER)
    auto = filler.made("s3", 9000, "It brings deals at half the cost of the others.", exact=True)
    ads.set_authority(MAIN, "draft", who=OWNER)
    clock.advance(6 * 3600)
    paused = filler.made("a2", "PAUSED", "It spent USD 61.20 in three days and brought no lead.")
    clock.advance(9 * 3600)
    ads.platform.failing.append(RefusedError("The platform refused the change.", why="Budget is too low."))
    failed = filler.made("c2", 11900, "A little less for the broad audience.")
    clock.advance(3600)
    bid = filler.made("s4", 210, "The bid loses most auctions.", change_type="bid")
    clock.advance(2 * 3600)
    back = ads.revert(bid.change_id, who=OWNER)
    ads.approve(back.change_id, who=OWNER, sha256=back.sha256)
    clock.advance(30)
    ads.work()
    clock.advance(2 * 3600)
    blocked = filler.made("s2", 4800, "Leads are cheap this week.")
    rejected = filler.wish("c1", "PAUSED", "Three bad days in a row.", triggered_by="api")
    ads.reject(rejected.change_id, who=OWNER, why="Those days were the holidays.")
    return {
        "auto": auto.change_id,
        "completed": paused.change_id,
        "failed": failed.change_id,
        "reverted": bid.change_id,
        "revert": back.change_id,
        "blocked": blocked.change_id,
        "rejected": rejected.change_id,
    }


def _what_is_open(filler: Filler, until: datetime) -> dict[str, str]:
    ads, clock = filler.ads, filler.clock
    clock.at = until - timedelta(minutes=12)
    ads.read(MAIN, "Harbour Roast", USD, "Europe/Lisbon")
    ads.read(SECOND, "Kissa Tokyo", YEN, "Asia/Tokyo")
    ads.platform.failing.append(PassingError("The connection was cut.", why="No answer came in 30 seconds."))
    unknown = filler.made("c2", 13000, "Both ad sets in it earn more than they cost.")
    held = filler.wish("s4", 195, "The bid loses most auctions by a few cents.", change_type="bid")
    ads.approve(held.change_id, who=OWNER, sha256=held.sha256)
    clock.at = until - timedelta(minutes=4)
    with ads.desk.database.begin() as connection:
        changes.claim(connection, "worker-2", now=clock.now(), lease_seconds=600)
    raised = filler.wish(
        "s1",
        6000,
        "Its ads brought 9 deals in 14 days at a third of the usual cost, and it has been limited by its "
        "budget on 12 of them.",
        expected=Expected("About 2 more leads a day at the same cost.", 2600, -400, 5800, 1750),
        confidence=0.83,
    )
    fast = filler.wish("s2", 4500, "Leads are cheap this week.", confidence=0.55)
    clock.at = until
    approved = filler.wish("s3", "PAUSED", "Its cost a deal doubled since Monday.", triggered_by=OWNER)
    ads.approve(approved.change_id, who=OWNER, sha256=approved.sha256)
    return {
        "unknown": unknown.change_id,
        "claimed": held.change_id,
        "proposed": raised.change_id,
        "fast": fast.change_id,
        "approved": approved.change_id,
    }


def _alarm(ads: AdsDesk, now: datetime) -> None:
    """The platform shows another title than was approved, and touches the picture up."""
    wanted = AdContent(
        "k3", "9f2c11", {"title": "Fresh today", "body": "Roasted at six."}, {"image_touchups": False}
    )
    served = replace(
        wanted,
        copy={"title": "Fresh coffee deals", "body": "Roasted at six."},
        toggles={"image_touchups": True},
    )
    approved = ApprovedAd("a3", MAIN, wanted, content_hash(wanted), OWNER, now - timedelta(days=3))
    with ads.desk.database.begin() as connection:
        kept = drifts.approve_content(connection, approved, new_id=new_id)
        differ = differences(wanted, served)
        found, _ = drifts.found(connection, kept, differ, served=served, now=now, new_id=new_id)
        drifts.answered(connection, found.drift_id, note="The approved creative itself was altered.")
        drifts.note_check(connection, MAIN, compared=6, unapproved=1, untold={"a4": ["media_hash"]}, now=now)
