"""An account that has grown: many ads with weeks of days and hours, restatements, deals with credits."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.learning.attribution.records import Device
from kinoloop.learning.insights.records import InsightRow
from kinoloop.store.session import Database
from tests.delivery.made import NOW, Place, made
from tests.learning.decisions.worlds import World, row

PER_SET = 4
SYSTEMS = ("iOS", "Android", "Windows")
WAYS = (
    {"lead": 0.0},
    {"lead": 0.0, "appointment_scheduled": 60.0},
    {"lead": 0.0, "appointment_scheduled": 50.0, "show_up": 120.0},
    {"lead": 0.0, "show_up": 100.0, "closed_won": 160.0},
    {"lead": 0.0, "closed_lost": 140.0},
)


def tree(ads: int) -> tuple[AdEntity, ...]:
    """One campaign with an ad set for every four ads, each with a daily budget."""
    sets = range((ads + PER_SET - 1) // PER_SET)
    return (
        made("campaign", "c1"),
        *(made("adset", f"s{n:03}", "c1", daily_budget=20_000) for n in sets),
        *(made("ad", f"a{n:03}", f"s{n // PER_SET:03}", creative_id=f"k{n}") for n in range(ads)),
    )


def grown(
    database: Database, *, ads: int = 10, days: int = 60, shaped: int = 21, deals: int = 3, seed: int = 1
) -> World:
    """`shaped` of the days (more than six) are told by the hour too; the last week was restated a day later.

    Each ad has `deals`, half of them by a click id.
    """
    world = World(database, Place(tree(ads)))
    world.open()
    rng, today = np.random.default_rng(seed), NOW.date()
    told = [today - timedelta(days=ago) for ago in range(days, -1, -1)]
    for day in told[:-7]:
        world.told(list(_rows(rng, day, ads, hourly=(today - day).days < shaped)), NOW - timedelta(days=8))
    for number, day in enumerate(told[-7:]):
        late = [replace(one, clicks=one.clicks + 1) for one in _rows(rng, day - timedelta(days=1), ads)]
        world.told([*_rows(rng, day, ads, hourly=shaped > 0), *late], NOW - timedelta(days=6 - number))
    for number in range(deals * ads):
        _deal(world, rng, number, f"a{number % ads:03}", days)
    return world


def _rows(rng: np.random.Generator, day: date, ads: int, *, hourly: bool = False) -> Iterator[InsightRow]:
    hours = (None, *(range(24) if hourly else ()))
    shown = rng.poisson(60, (ads, len(hours)))
    shown[:, 0] = 1400
    clicks, spend = rng.binomial(shown, 0.02), rng.poisson(shown * 3.5)
    for number in range(ads):
        for place, hour in enumerate(hours):
            amounts = (shown[number, place], clicks[number, place], spend[number, place])
            told = tuple(int(one) for one in amounts)
            yield row(f"a{number:03}", day, (told[0], told[1], told[2]), hour)


def _deal(world: World, rng: np.random.Generator, number: int, ad_id: str, days: int) -> None:
    first = float(rng.uniform(24, 24 * days * 0.9))
    way = {name: first - later for name, later in WAYS[number % len(WAYS)].items() if first > later}
    by_id = number % 2 == 0
    world.deal(
        f"d{number}",
        way,
        ad_id=ad_id if by_id else None,
        value=900_000 if "closed_won" in way else None,
        device=Device(os=SYSTEMS[number % 3]),
    )
