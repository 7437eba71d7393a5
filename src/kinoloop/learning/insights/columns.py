"""Reading results column by column: the numbers of `queries.as_of` without a record for every row.

An account with two hundred ads has a hundred thousand hours. The database packs all ads of one hour into one
row (ids and numbers as text), which is read five times as fast as a row each.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, FromClause, Select, Table, Text, and_, cast, exists, func, select

from kinoloop.learning.insights.records import WHOLE_DAY, InsightColumns
from kinoloop.learning.insights.tables import ad_insight_versions, ad_insights

UNTOLD = -1
"""Stands for NULL in the packed text of columns that may be untold."""
APART = "\x1f"
"""Between ids: no id holds a control character."""
_KEY = ("account_id", "day", "hour", "entity_id")
_COUNTS, _MAY_BE_UNTOLD = ("impressions", "clicks", "spend"), ("reach", "link_clicks")
_READ = ("day", "hour", "entity_id", *_COUNTS, *_MAY_BE_UNTOLD)
Packed = Sequence[Any]
"""day, hour, how many ads; then their ids and each of their numbers, as text in the same order."""


def columns_as_of(
    connection: Connection,
    account_id: str,
    instant: datetime,
    since: date,
    until: date,
    *,
    kind: str = "ad",
    hourly: bool = False,
) -> InsightColumns:
    """The rows as they were known at `instant`, days inclusive."""
    newest = ad_insights
    known = _wanted(_numbers(newest), newest, account_id, since, until, kind, hourly)
    if not _learned_after(connection, account_id, instant):
        return columns_of(connection.execute(_packed(known.subquery())).all())
    settled = known.where(newest.c.known_from <= instant)
    restated = _wanted(_before(instant), newest, account_id, since, until, kind, hourly).subquery()
    versions = select(*(restated.c[name] for name in _READ)).where(restated.c.place == 1)
    parts = (connection.execute(_packed(one.subquery())).all() for one in (settled, versions))
    return columns_of([row for part in parts for row in part])


def columns_of(packed: Sequence[Packed]) -> InsightColumns:
    """Unpack, and put in order."""
    days, hours, counts, ids, *texts = list(zip(*packed, strict=True)) or [()] * (len(_READ) + 1)
    names = APART.join(ids).split(APART) if ids else []
    entity_ids = tuple(sorted(set(names)))
    place = {name: number for number, name in enumerate(entity_ids)}
    entity = np.fromiter(map(place.__getitem__, names), np.int64, len(names))
    ordinals = np.array([date.fromisoformat(day).toordinal() for day in days], dtype=np.int64)
    day = np.repeat(ordinals, np.array(counts, dtype=np.int64))
    hour = np.repeat(np.array(hours, dtype=np.int64), np.array(counts, dtype=np.int64))
    numbers = [np.fromstring(" ".join(one), dtype=np.int64, sep=" ") for one in texts]
    told = numbers[: len(_COUNTS)]
    untold = [np.where(one == UNTOLD, np.nan, one) for one in numbers[len(_COUNTS) :]]
    order = np.lexsort((hour, day, entity))
    return InsightColumns(entity_ids, *(one[order] for one in (entity, day, hour, *told, *untold)))


def _learned_after(connection: Connection, account_id: str, instant: datetime) -> bool:
    """Whether anything was learnt since: if not, the newest rows are those that were known."""
    c = ad_insight_versions.c
    later = exists().where(c.account_id == account_id, c.known_from > instant)
    return bool(connection.execute(select(later)).scalar_one())


def _before(instant: datetime) -> Select[Any]:
    """Of rows that were restated after the instant, the versions before it; `place` 1 was believed at it."""
    table, newest = ad_insight_versions, ad_insights
    same = and_(*(table.c[name] == newest.c[name] for name in _KEY))
    number = func.row_number().over(
        partition_by=[table.c[name] for name in _KEY], order_by=table.c.known_from.desc()
    )
    found = _numbers(table).add_columns(number.label("place")).join(newest, same)
    return found.where(newest.c.known_from > instant, table.c.known_from <= instant)


def _packed(rows: FromClause) -> Select[Any]:
    """All aggregates of one statement see the rows of a group in the same order."""
    c = rows.c
    told = (c[name] for name in _COUNTS)
    untold = (func.coalesce(c[name], UNTOLD) for name in _MAY_BE_UNTOLD)
    texts = (func.aggregate_strings(cast(one, Text), " ") for one in (*told, *untold))
    ids = func.aggregate_strings(c.entity_id, APART)
    return select(c.day, c.hour, func.count(), ids, *texts).group_by(c.day, c.hour)


def _numbers(table: Table) -> Select[Any]:
    return select(*(table.c[name] for name in _READ))


def _wanted(
    query: Select[Any], table: Table, account_id: str, since: date, until: date, kind: str, hourly: bool
) -> Select[Any]:
    """Days are named one by one where whole days are wanted: the key then leads past all their hours."""
    c = table.c
    named = [(since + timedelta(days=ahead)).isoformat() for ahead in range((until - since).days + 1)]
    span = c.hour >= 0 if hourly else and_(c.hour == WHOLE_DAY, c.day.in_(named))
    return query.where(c.account_id == account_id, c.day.between(named[0], named[-1]), span, c.kind == kind)
