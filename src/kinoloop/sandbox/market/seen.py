"""What the account may know at one instant: no more than its own tables and the conversions told so far."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.cohorts import Cohorts
from kinoloop.sandbox.market.journeys import Journeys

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class AdCard:
    """One ad as everybody sees it. `launched_at` is hours since the start; `features` one number per kind."""

    ad_id: str
    group_id: str
    launched_at: float
    features: tuple[int, ...]
    ios: float


@dataclass(frozen=True)
class Results:
    """People who entered (bought, or became a lead) until now, one row each, in the order of entering.

    `by_id` is the ad by its click id, -1 without one; `click_at` is known with the id only. `second` and
    `third` are what fuzzy layers answer. Times are hours since the start, NaN where it has not happened (or
    never will); `value` is minor units of the sale, NaN before it.
    """

    entry_at: Floats
    click_at: Floats
    by_id: Ints
    second: Ints
    third: Ints
    ios: Flags
    moves: Floats
    lost_at: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.entry_at)


@dataclass(frozen=True)
class Seen:
    """The account's view at `now`. Tables have a row per finished step and a column per ad launched so
    far.
    """

    now: datetime
    hours: float
    step_hours: float
    ads: tuple[AdCard, ...]
    spend: Ints
    impressions: Ints
    clicks: Ints
    plays: Ints
    frequency: Floats
    budgets: dict[str, int]
    paused: frozenset[str]
    results: Results


def results_until(journeys: Journeys, hours: float, unit: float) -> Results:
    """Cut a set of journeys at an instant. `unit` is minor units per dollar."""
    rows = np.flatnonzero(journeys.entry_at <= hours)
    rows = rows[np.argsort(journeys.entry_at[rows], kind="stable")]
    kept = journeys.kept[rows]
    sold = journeys.sold_at[rows] <= hours
    return Results(
        journeys.entry_at[rows],
        np.where(kept, journeys.click_at[rows], np.nan),
        np.where(kept, journeys.ad[rows], -1),
        journeys.second[rows],
        journeys.third[rows],
        journeys.ios[rows],
        _until(journeys.moves[rows], hours),
        _until(journeys.lost_at[rows], hours),
        np.where(sold, np.maximum(np.rint(journeys.value[rows] * unit), 1), np.nan),
    )


@dataclass(frozen=True)
class Reported:
    """Conversions as the platform counts them: on the step of the click (or view), however late they came.

    `at` is hours since the start, `lag` days from the click to the conversion; `viewed` marks those claimed
    by a view. `value` is minor units, NaN where an entry has no value of its own.
    """

    ad: Ints
    step: Ints
    at: Floats
    lag: Floats
    viewed: Flags
    value: Floats


def reported_until(journeys: Journeys, hours: float, unit: float) -> Reported:
    """What the platform heard of until an instant."""
    viewed = journeys.viewed >= 0
    rows = np.flatnonzero((journeys.entry_at <= hours) & journeys.heard & ((journeys.ad >= 0) | viewed))
    by_view = viewed[rows]
    lag = np.where(by_view, 0.0, (journeys.entry_at - journeys.click_at)[rows] / 24)
    worth = np.rint(journeys.value[rows] * unit)
    return Reported(
        np.where(by_view, journeys.viewed[rows], journeys.ad[rows]),
        journeys.step[rows],
        journeys.entry_at[rows],
        lag,
        by_view,
        np.where(journeys.moves.shape[1] > 0, np.nan, worth),
    )


def _until(times: Floats, hours: float) -> Floats:
    return np.where(times <= hours, times, np.nan)


def table(cohorts: Cohorts, name: str, ads: int) -> Ints:
    return cohorts.counts(name)[:, :ads].copy()
