"""What a pull changes in what is known, and adding rows up. Pure.

Two laws: pulls stored in any order end with the same rows, those of the newest pull that told each; and what
was known at an instant before the last pull never changes afterwards.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from kinoloop.core.currency import Currency
from kinoloop.learning.insights.records import Counts, InsightRow, Known, Totals

Fate = Literal["new", "restated", "unchanged", "late"]
NEXT = timedelta(microseconds=1)


class Slot(NamedTuple):
    """What a pull tells as a whole: a day of an account at one level, by the day or by the hour."""

    account_id: str
    day: date
    kind: str
    hourly: bool


Place = tuple[str, int | None]
"""Of a row within its slot: the entity and the hour."""


class Judged(NamedTuple):
    """Rows to be kept, those of them that are a new version, and what became of the pulled ones."""

    keep: tuple[Known, ...]
    versions: tuple[Known, ...]
    counts: Counts


def slot_of(row: InsightRow) -> Slot:
    return Slot(row.account_id, row.day, row.kind, row.hour is not None)


def place_of(row: InsightRow) -> Place:
    return row.entity_id, row.hour


def judge(
    pulled: Iterable[InsightRow],
    known: Mapping[Place, Known],
    *,
    told_at: datetime | None,
    now: datetime,
    learned: datetime,
) -> Judged:
    """One slot. `told_at` is its newest pull so far, `now` this one, `learned` from when it counts as known.

    A pull is late when a newer one has told the slot: then only what that one left out is taken from it.
    """
    late = told_at is not None and now < told_at
    keep, versions, fates = list[Known](), list[Known](), list[Fate]()
    rows = {place_of(row): row for row in pulled}
    for place, row in rows.items():
        before = known.get(place)
        fate, after = _row(row, before, told_at, now, learned, late=late)
        fates.append(fate)
        if after != before:
            keep.append(after)
        if fate in ("new", "restated"):
            versions.append(after)
    if not late:
        keep.extend(_left_out(rows, known, told_at))
    return Judged(tuple(keep), tuple(versions), Counts(*(fates.count(one) for one in _FATES)))


def totals(rows: Iterable[InsightRow], *, by_entity: bool = False) -> tuple[Totals, ...]:
    """Whole days added up, by day (and entity), in this order; hours are left aside."""
    groups: dict[tuple[str, date, str, Currency], list[InsightRow]] = defaultdict(list)
    for row in rows:
        if row.hour is None:
            groups[row.account_id, row.day, row.entity_id if by_entity else "", row.currency].append(row)
    order = sorted(groups, key=lambda one: (one[0], one[1], one[2], one[3].code))
    return tuple(_added(groups[key], by_entity=by_entity) for key in order)


_FATES: tuple[Fate, ...] = ("new", "restated", "unchanged", "late")


def _row(
    row: InsightRow,
    before: Known | None,
    told_at: datetime | None,
    now: datetime,
    learned: datetime,
    *,
    late: bool,
) -> tuple[Fate, Known]:
    told_until = now if late else None
    if before is None:
        return "new", Known(row, learned, told_until)
    seen = before.told_until or told_at
    if seen is not None and now < seen:
        return "late", before
    if row == before.row:
        return "unchanged", replace(before, told_until=told_until)
    return "restated", Known(row, max(learned, before.known_from + NEXT), told_until)


def _left_out(
    rows: Mapping[Place, InsightRow], known: Mapping[Place, Known], told_at: datetime | None
) -> Iterator[Known]:
    """They stay as they are: not told is not zero. That they were told until then is written down."""
    for place, one in known.items():
        if place not in rows and one.told_until is None:
            yield replace(one, told_until=told_at)


def _added(rows: list[InsightRow], *, by_entity: bool) -> Totals:
    first, links = rows[0], [row.link_clicks for row in rows]
    return Totals(
        account_id=first.account_id,
        day=first.day,
        currency=first.currency,
        impressions=sum(row.impressions for row in rows),
        clicks=sum(row.clicks for row in rows),
        spend=sum(row.spend for row in rows),
        link_clicks=None if None in links else sum(one for one in links if one is not None),
        entities=len({row.entity_id for row in rows}),
        entity_id=first.entity_id if by_entity else None,
    )
