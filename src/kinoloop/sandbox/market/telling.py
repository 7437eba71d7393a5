"""Turns the market's tables into single people's events, with ids that are the same in every run of a
seed.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.ids import hash_json
from kinoloop.sandbox.market.events import Clicked, ContactCreated, DealCreated, Event, StageMoved
from kinoloop.sandbox.market.journeys import Journeys
from kinoloop.sandbox.market.settings import Setting

BASKET, LOST = "initiated_checkout", "closed_lost"
_TO_PAY = timedelta(minutes=4)
_ORDER: dict[type, int] = {Clicked: 0, ContactCreated: 1, DealCreated: 2, StageMoved: 3}


@dataclass(frozen=True)
class Crowd:
    """What there is to tell from. `clicks` is steps by ads; `ios` the share of each ad; hours count from
    `start`.
    """

    seed: int
    label: str
    start: datetime
    step_hours: float
    unit: float
    setting: Setting
    ad_ids: tuple[str, ...]
    ios: NDArray[np.float64]
    clicks: NDArray[np.int64]
    journeys: Journeys

    def at(self, hours: float) -> datetime:
        """The instant in whole milliseconds as a CRM keeps it; upwards, so that nothing falls between two
        steps.
        """
        return self.start + timedelta(milliseconds=math.ceil(hours * 3_600_000))

    def click_id(self, ad: int, step: int, number: int) -> str:
        return f"{self.label}{self.ad_ids[ad]}.{step}.{number}"

    def fbclid(self, click_id: str) -> str:
        return "IwZXh0bgNhZW0" + hash_json([self.seed, "fbclid", click_id])[:40]


def events(crowd: Crowd, after: datetime, until: datetime, *, clicks: bool = True) -> list[Event]:
    """All with `after` < at <= `until`, in time order."""
    told: list[Event] = list(_people(crowd, after, until))
    if clicks:
        told.extend(_clicks(crowd, after, until))
    told = [event for event in told if after < event.at <= until]
    return sorted(told, key=lambda event: (event.at, _ORDER[type(event)]))


def _people(crowd: Crowd, after: datetime, until: datetime) -> Iterator[Event]:
    journeys, low = crowd.journeys, (after - crowd.start) / timedelta(hours=1)
    high = (until - crowd.start) / timedelta(hours=1)
    times = np.column_stack([journeys.entry_at, journeys.moves, journeys.lost_at])
    times = np.column_stack([times, journeys.entry_at + _TO_PAY / timedelta(hours=1)])
    edge = 0.001  # hours: rounding to milliseconds may carry an event over the limit
    near = ((times > low - edge) & (times <= high + edge)).any(axis=1)
    for row in np.flatnonzero(near):
        yield from _way(crowd, int(row))


def _way(crowd: Crowd, row: int) -> Iterator[Event]:
    """Everything that ever happens to one person."""
    journeys, setting = crowd.journeys, crowd.setting
    entry, ad = crowd.at(float(journeys.entry_at[row])), int(journeys.ad[row])
    contact, deal = f"{crowd.label}c{row + 1}", f"{crowd.label}d{row + 1}"
    click = crowd.click_id(ad, int(journeys.step[row]), int(journeys.click[row])) if ad >= 0 else None
    known = crowd.fbclid(click) if click and journeys.kept[row] else None
    value = max(1, round(float(journeys.value[row]) * crowd.unit))
    yield ContactCreated(
        contact, entry, known, bool(journeys.ios[row]), click, crowd.ad_ids[ad] if ad >= 0 else None
    )
    if not setting.stages:
        yield DealCreated(deal, entry, contact, BASKET, value)
        yield StageMoved(deal, entry + _TO_PAY, contact, setting.entry, value)
        return
    yield DealCreated(deal, entry, contact, setting.entry, None)
    for stage, hours in zip(setting.stages, journeys.moves[row], strict=True):
        if not np.isnan(hours):
            won = stage is setting.stages[-1]
            yield StageMoved(deal, crowd.at(float(hours)), contact, stage.name, value if won else None)
    if not np.isnan(journeys.lost_at[row]):
        yield StageMoved(deal, crowd.at(float(journeys.lost_at[row])), contact, LOST, None)


def _clicks(crowd: Crowd, after: datetime, until: datetime) -> Iterator[Clicked]:
    first = max(0, int((after - crowd.start) / timedelta(hours=crowd.step_hours)))
    last = int((until - crowd.start) / timedelta(hours=crowd.step_hours))
    for step in range(first, min(last + 1, len(crowd.clicks))):
        yield from _clicks_of(crowd, step)


def _clicks_of(crowd: Crowd, step: int) -> Iterator[Clicked]:
    """All clicks of one step: those of people who enter later are among them, at their own time."""
    counts, identity = crowd.clicks[step], crowd.setting.identity
    rng = np.random.default_rng([crowd.seed, 7, step])
    ads = np.repeat(np.arange(len(counts)), counts)
    numbers = np.arange(len(ads)) - np.repeat(np.cumsum(counts) - counts, counts)
    at = (step + rng.random(len(ads))) * crowd.step_hours
    ios = rng.random(len(ads)) < crowd.ios[ads]
    lost = (1 - np.where(ios, identity.kept_ios, identity.kept)) / 2
    stripped = rng.random(len(ads)) < lost
    journeys = crowd.journeys
    rows = np.flatnonzero((journeys.step == step) & (journeys.ad >= 0))
    places = (np.cumsum(counts) - counts)[journeys.ad[rows]] + journeys.click[rows]
    at[places], ios[places] = journeys.click_at[rows], journeys.ios[rows]
    stripped[places] &= ~journeys.kept[rows]
    for ad, number, hours, phone, gone in zip(ads, numbers, at, ios, stripped, strict=True):
        click_id = crowd.click_id(int(ad), step, int(number))
        known = None if gone else crowd.fbclid(click_id)
        yield Clicked(click_id, crowd.at(float(hours)), crowd.ad_ids[ad], known, bool(phone))
