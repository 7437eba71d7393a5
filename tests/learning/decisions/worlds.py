"""An account in the database with a mirror, two weeks of results, clicks and deals, and policies to try."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import Authority, GuardSettings
from kinoloop.learning.attribution import operations as attribution
from kinoloop.learning.attribution.records import AttributionSettings, Click, Conversion, Device
from kinoloop.learning.bandit.records import AccountView, AdDecision, Round, Standing
from kinoloop.learning.insights import operations as insights
from kinoloop.learning.insights.records import Counts, InsightRow
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue.records import StageEvent
from kinoloop.store.session import Database
from tests.delivery.made import FREE, NOW, USD, Place, opened
from tests.footage.fill import Ids
from tests.learning.revenue.business import FITNESS

TENANT, ACCOUNT, ZONE = "default", "act_1", "Europe/Berlin"
TABLE = replace(FITNESS, tenant_id=TENANT)
ADS = ("a1", "a2", "a3", "a4", "a5")
PHONE, DESK = Device(os="iOS"), Device(os="Windows")
Amounts = Mapping[str, tuple[int, int, int]]
USUAL: Amounts = {ad: (1000 + 100 * n, 20 + n, 5000 + 500 * n) for n, ad in enumerate(ADS)}


def hours_ago(hours: float) -> datetime:
    return NOW - timedelta(hours=hours)


def row(
    ad_id: str, day: date, amounts: tuple[int, int, int], hour: int | None = None, **more: object
) -> InsightRow:
    """One day of an ad (or an hour): impressions, clicks and spend; reach for whole days."""
    shown, clicks, spend = amounts
    told: dict[str, object] = {"link_clicks": clicks, "reach": None if hour is not None else shown * 9 // 10}
    told |= more
    return InsightRow(
        ACCOUNT,
        ad_id,
        "ad",
        day,
        hour,
        ZONE,
        USD,
        shown,
        clicks,
        spend,
        **told,  # type: ignore[arg-type]
    )


@dataclass
class World:
    """The account act_1 of `tests.delivery.made`, tenant `default`, at NOW unless moved on."""

    database: Database
    place: Place = field(default_factory=Place)
    ids: Ids = field(default_factory=Ids)

    def open(self, *, authority: Authority = "draft", guards: GuardSettings = FREE) -> None:
        with self.database.begin() as connection:
            opened(connection, self.place, authority=authority, guards=guards)
            revenue.save_table(connection, TABLE, who="ada", now=hours_ago(24 * 60))
            settings = AttributionSettings(TENANT, window_days=30.0, organic=0.1)
            attribution.save_settings(connection, settings, who="ada", now=hours_ago(24 * 60))

    def mirror(self, now: datetime = NOW) -> None:
        """Look at the platform again."""
        with self.database.begin() as connection:
            accounts.save_mirror(connection, self.place.mirror(now), tenant_id=TENANT, platform="meta")

    def told(self, rows: Sequence[InsightRow], now: datetime = NOW) -> None:
        """What a pull brought."""
        with self.database.begin() as connection:
            insights.store(connection, rows, now=now)
            insights.note_pull(
                connection,
                ACCOUNT,
                since=now.date(),
                until=now.date(),
                windows=(),
                counts=Counts(),
                now=now,
            )

    def days(self, count: int = 14, amounts: Amounts = USUAL, now: datetime = NOW) -> None:
        """The same amounts on each of the days before today."""
        today = now.date()
        rows = [
            row(ad_id, today - timedelta(days=ago), told)
            for ago in range(1, count + 1)
            for ad_id, told in amounts.items()
        ]
        self.told(rows, now)

    def deal(
        self,
        deal_id: str,
        way: Mapping[str, float],
        *,
        ad_id: str | None = None,
        delay: float = 12.0,
        value: int | None = None,
        device: Device | None = None,
    ) -> None:
        """A deal that entered stages so many hours before NOW; with an ad, its click came `delay` before."""
        first = hours_ago(max(way.values()))
        with self.database.begin() as connection:
            if ad_id is not None:
                self._click(connection, f"k-{deal_id}", ad_id, first - timedelta(hours=delay), device)
            events = [StageEvent(TENANT, deal_id, stage, hours_ago(ago), value) for stage, ago in way.items()]
            revenue.record(connection, events, now=NOW)
            told = Conversion(
                f"crm:{deal_id}",
                TENANT,
                "deal",
                value or 0,
                first,
                click_id=None if ad_id is None else f"k-{deal_id}",
                deal_id=deal_id,
                device=device or Device(),
                consent=device is not None,
            )
            settings = AttributionSettings(TENANT, window_days=30.0, organic=0.1)
            attribution.attribute(connection, told, settings=settings, now=NOW, new_id=self.ids)

    def _click(
        self, connection: Connection, click_id: str, ad_id: str, at: datetime, device: Device | None
    ) -> None:
        campaign = "c2" if ad_id == "a5" else "c1"
        told = Click(click_id, TENANT, ad_id, campaign, at, at + timedelta(days=30))
        if device is not None:
            told = replace(told, device=device, consent=True)
        attribution.track(connection, told, now=NOW)

    def people(self) -> None:
        """Deals of four ads: a1 and a5 sell, a2 and a3 do not, and one points nowhere."""
        self.deal("d1", {"lead": 240, "show_up": 150, "closed_won": 100}, ad_id="a1", value=900_000)
        self.deal("d2", {"lead": 200, "appointment_scheduled": 120}, ad_id="a1")
        self.deal("d3", {"lead": 180, "closed_lost": 20}, ad_id="a2")
        self.deal("d4", {"lead": 170, "closed_won": 30}, ad_id="a5", value=1_200_000)
        self.deal("d5", {"lead": 50})


def full(database: Database, **more: object) -> World:
    """A world with everything in it."""
    world = World(database)
    world.open(**more)  # type: ignore[arg-type]
    world.days()
    world.people()
    return world


@dataclass(frozen=True)
class Plain:
    """Answers what it is told: standings and budgets by ad; what is not told stays. Sure of everything."""

    standing: Mapping[str, Standing] = field(default_factory=dict)
    budgets: Mapping[str, int] = field(default_factory=dict)
    word: str = "keep"
    mean: float | None = 2.0
    name: str = "plain"

    def decide(self, view: AccountView, seed: int) -> Round:
        lines = [self._line(view, place) for place in range(view.count)]
        return Round("plain 1", seed, view.total, tuple(lines), ("As it was told.",))

    def _line(self, view: AccountView, place: int) -> AdDecision:
        ad_id, before = view.ad_ids[place], int(view.budgets[place])
        standing = self.standing.get(ad_id, view.standing[place])
        mean = self.mean
        return AdDecision(
            ad_id,
            "pause" if standing in ("killed", "parked") else self.word,  # type: ignore[arg-type]
            standing,
            before,
            self.budgets.get(ad_id, before),
            f"Because of {ad_id}.",
            mean=mean,
            low=None if mean is None else mean / 2,
            high=None if mean is None else mean * 2,
            chance_loser=None if mean is None else (0.95 if standing == "killed" else 0.1),
            wait_days=3.0 if self.word == "not_enough_data" else None,
            parts={"account": 1 / 3},
        )
