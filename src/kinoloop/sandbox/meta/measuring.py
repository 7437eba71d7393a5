"""Sums of the market's tables by object and slice of time: whole numbers, so that hours add up to days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.response import reached
from kinoloop.sandbox.meta.spans import Query

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
HOURS = 24
DAYS_OF = {"1d_click": 1, "7d_click": 7, "28d_click": 28, "1d_view": 0}


@dataclass(frozen=True)
class Sums:
    """Tables of time slices by objects. `results` and `values` (minor units) are by attribution window."""

    spend: Ints
    impressions: Ints
    clicks: Ints
    all_clicks: Ints
    plays: Ints
    reach: Ints
    results: dict[str, Ints]
    values: dict[str, Ints]


def measure(market: Market, zone: ZoneInfo, query: Query, groups: Sequence[Sequence[int]]) -> Sums:
    """`groups` are the market's columns of each object. With `hourly`, slices times 24 hours."""
    rows = _rows(market, zone, query)
    columns = np.full(market.truth.count, -1)
    for number, group in enumerate(groups):
        columns[list(group)] = number
    shape = (len(query.span.slices) * (HOURS if query.hourly else 1), len(groups))
    cohorts = market.cohorts
    clicks = cohorts.counts("clicks")

    def total(table: Ints) -> Ints:
        return _folded(table, rows, columns, shape)

    results, values = _results(market, query, rows, columns, shape)
    return Sums(
        total(cohorts.counts("spend")),
        total(cohorts.counts("impressions")),
        total(clicks),
        total(clicks + clicks // 5),
        total(cohorts.counts("plays")),
        _reach(market, rows, columns, shape),
        results,
        values,
    )


def _rows(market: Market, zone: ZoneInfo, query: Query) -> Ints:
    """The slice of each step, -1 outside the span."""
    slice_of = {}
    for number, (first, last) in enumerate(query.span.slices):
        slice_of.update(dict.fromkeys(range(first.toordinal(), last.toordinal() + 1), number))
    rows = np.full(market.cohorts.steps, -1)
    for step in range(market.cohorts.steps):
        local = (market.start + timedelta(hours=step * market.step_hours)).astimezone(zone)
        number = slice_of.get(local.toordinal(), -1)
        rows[step] = number * HOURS + local.hour if query.hourly and number >= 0 else number
    return rows


def _folded(table: Ints, rows: Ints, columns: Ints, shape: tuple[int, int]) -> Ints:
    result = np.zeros(shape, dtype=np.int64)
    some_rows, some_columns = np.flatnonzero(rows >= 0), np.flatnonzero(columns >= 0)
    part = table[np.ix_(some_rows, some_columns)]
    np.add.at(result, (rows[some_rows][:, None], columns[some_columns][None, :]), part)
    return result


def _reach(market: Market, rows: Ints, columns: Ints, shape: tuple[int, int]) -> Ints:
    """People reached in each slice, ad by ad; an object's audiences are taken as apart from one another."""
    each = np.arange(len(columns))
    shown = _folded(market.cohorts.counts("impressions"), rows, each, (shape[0], len(columns)))
    reach = reached(shown.astype(np.float64), market.truth.audience)
    people = np.minimum(np.rint(reach).astype(np.int64), shown)
    return _folded(people, np.arange(shape[0]), columns, shape)


def _results(
    market: Market, query: Query, rows: Ints, columns: Ints, shape: tuple[int, int]
) -> tuple[dict[str, Ints], dict[str, Ints]]:
    """Conversions told until now, counted where the click (or the view) was, however late they came."""
    told = market.reported()
    steps = (told.at / market.step_hours).astype(np.int64) if query.by_conversion else told.step
    inside = steps < len(rows)
    results, values = {}, {}
    for window, days in DAYS_OF.items():
        fits = told.viewed if window == "1d_view" else ~told.viewed & (told.lag <= days)
        chosen = np.flatnonzero(fits & inside)
        row, column = rows[steps[chosen]], columns[told.ad[chosen]]
        shown = (row >= 0) & (column >= 0)
        chosen, row, column = chosen[shown], row[shown], column[shown]
        counts, money = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        np.add.at(counts, (row, column), 1)
        np.add.at(money, (row, column), np.nan_to_num(told.value[chosen]).astype(np.int64))
        results[window], values[window] = counts, money
    return results, values
