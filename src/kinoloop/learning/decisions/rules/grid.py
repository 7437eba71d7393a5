"""Amounts told for an hour or a day, laid on steps of equal length, to the last unit.

A day's total is the platform's newest word, its hours only tell the shape: they are not restated for weeks.
Times are hours since the first step began.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np

from kinoloop.learning.bandit.records import Flags, Floats, Ints
from kinoloop.learning.insights.records import WHOLE_DAY, InsightColumns

HOUR = timedelta(hours=1)
METRICS = ("impressions", "clicks", "spend")
_DAYS, _SLOTS = 1 << 22, 32
"""More than there are days, and than a day has hours."""


@dataclass(frozen=True)
class Spans:
    """Stretches of time of single ads: column, begin and end in hours, and the amounts (rows by METRICS)."""

    column: Ints
    begin: Floats
    end: Floats
    amounts: Ints


@dataclass(frozen=True)
class _Rows:
    """Rows of ads that have a column, by column, day and hour; `amounts` by METRICS."""

    column: Ints
    day: Ints
    hour: Ints
    amounts: Ints

    @property
    def key(self) -> Ints:
        """Tells ad and day."""
        return self.column * _DAYS + self.day

    def only(self, kept: Flags) -> "_Rows":
        return _Rows(self.column[kept], self.day[kept], self.hour[kept], self.amounts[kept])

    def with_amounts(self, amounts: Ints) -> "_Rows":
        return _Rows(self.column, self.day, self.hour, amounts)

    def and_also(self, more: "_Rows") -> "_Rows":
        pairs = zip(vars(self).values(), vars(more).values(), strict=True)
        return _Rows(*(np.concatenate(pair) for pair in pairs))


@dataclass(frozen=True)
class Shaped:
    """Spans for the grid, and how many ad-days had no hours and are spread evenly."""

    spans: Spans
    even_days: int


def grid(first: datetime, now: datetime, step_hours: float) -> tuple[datetime, int]:
    """When the first of whole steps that end now begins, and how many there are; it holds `first`."""
    steps = max(1, ceil((now - first) / timedelta(hours=step_hours)))
    return now - timedelta(hours=step_hours) * steps, steps


def begin_of(day: date, hour: int | None, zone: ZoneInfo) -> datetime:
    """When a day of the account's own clock begins, or an hour of it."""
    return datetime.combine(day, time(hour or 0), tzinfo=zone)


def end_of(day: date, hour: int | None, zone: ZoneInfo) -> datetime:
    """A day may have 23 or 25 hours; an hour that the clock skips has one all the same."""
    if hour is None:
        return begin_of(day + timedelta(days=1), None, zone)
    begin = begin_of(day, hour, zone)
    end = begin + HOUR
    return end if end.astimezone(UTC) > begin.astimezone(UTC) else begin.astimezone(UTC) + HOUR


def shaped(
    days: InsightColumns,
    hours: InsightColumns,
    columns: Mapping[str, int],
    start: datetime,
    now: datetime,
    zone: ZoneInfo,
    *,
    links: bool,
) -> Shaped:
    """Each ad-day as its hours where they were told, scaled to the day's total; else evenly until now.

    `links` counts link clicks. Rows of ads without a column are left out.
    """
    whole, parts = _of(days, columns, links), _of(hours, columns, links)
    begun = np.isin(whole.key, parts.key)
    even = whole.only(~begun)
    laid = parts.with_amounts(_scaled(parts, whole.only(begun)))
    spans = _spans(even.and_also(laid), start, now, zone)
    return Shaped(spans, len(even.key))


def spread(spans: Spans, steps: int, ads: int, step_hours: float) -> tuple[Ints, ...]:
    """One table (steps, ads) per metric: each span over its steps by time, whole units, nothing lost.

    What lies before the first step is counted in it, as what lies after the last in that.
    """
    tables = tuple(np.zeros((steps, ads), dtype=np.int64) for _ in METRICS)
    length = spans.end - spans.begin
    first = np.floor(spans.begin / step_hours).astype(np.int64)
    last = np.ceil(spans.end / step_hours).astype(np.int64)
    for offset in range(int((last - first).max(initial=0))):
        touched = np.flatnonzero(first + offset < last)
        step, begin, long = first[touched] + offset, spans.begin[touched], length[touched]
        low = np.clip((step * step_hours - begin) / long, 0.0, 1.0)
        high = np.clip(((step + 1) * step_hours - begin) / long, 0.0, 1.0)
        cell = (np.clip(step, 0, steps - 1), spans.column[touched])
        for place, made in enumerate(tables):
            whole = spans.amounts[touched, place]
            part = np.rint(whole * high).astype(np.int64) - np.rint(whole * low).astype(np.int64)
            np.add.at(made, cell, part)
    return tables


def _of(told: InsightColumns, columns: Mapping[str, int], links: bool) -> "_Rows":
    place = np.array([columns.get(ad_id, -1) for ad_id in told.entity_ids], dtype=np.int64)
    column = place[told.entity]
    clicks = np.nan_to_num(told.link_clicks).astype(np.int64) if links else told.clicks
    amounts = np.stack((told.impressions, clicks, told.spend), axis=1)
    return _Rows(column, told.day, told.hour, amounts).only(column >= 0)


def _scaled(parts: "_Rows", whole: "_Rows") -> Ints:
    """The days' totals in the shape of their hours; a metric that no hour has is spread over all of them.

    Hours without a day keep what they have: their total is their sum.
    """
    if not len(parts.key):
        return parts.amounts
    _, first, group = np.unique(parts.key, return_index=True, return_inverse=True)
    sums = np.add.reduceat(parts.amounts, first)
    weights = np.where(sums[group] > 0, parts.amounts, 1)
    totals = sums.copy()
    totals[np.searchsorted(parts.key[first], whole.key)] = whole.amounts
    run = np.cumsum(weights, axis=0)
    before = (run - weights)[first]
    share = (run - before[group]) / np.add.reduceat(weights, first)[group]
    edges = np.rint(share * totals[group]).astype(np.int64)
    amounts: Ints = np.diff(edges, axis=0, prepend=0)
    amounts[first] = edges[first]
    return amounts


def _spans(rows: "_Rows", start: datetime, now: datetime, zone: ZoneInfo) -> Spans:
    """When each row was; what has not begun is left out."""
    slots, of = np.unique(rows.day * _SLOTS + rows.hour, return_inverse=True)
    ends = np.array([_ends(int(slot), start, now, zone) for slot in slots]).reshape(len(slots), 2)
    begin, end = ends[of, 0], ends[of, 1]
    kept = begin < end
    return Spans(rows.column[kept], begin[kept], end[kept], rows.amounts[kept])


def _ends(slot: int, start: datetime, now: datetime, zone: ZoneInfo) -> tuple[float, float]:
    """Begin and end in hours since the start, the end at most now."""
    number = (slot + 1) % _SLOTS - 1
    day, hour = date.fromordinal((slot - number) // _SLOTS), None if number == WHOLE_DAY else number
    begin, end = begin_of(day, hour, zone), end_of(day, hour, zone)
    return (begin - start) / HOUR, (min(end, now) - start) / HOUR
