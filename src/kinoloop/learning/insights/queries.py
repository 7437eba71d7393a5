"""Reading results: the newest, those that were known at an instant, added up, and what was restated.

Days are inclusive and of the account's own time zone.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, case, func, select, type_coerce

from kinoloop.core.currency import Currency
from kinoloop.learning.insights.records import (
    WHOLE_DAY,
    Insight,
    InsightRow,
    Known,
    Pull,
    Restatement,
    Totals,
)
from kinoloop.learning.insights.rows import read_known, read_pull, read_row, read_version
from kinoloop.learning.insights.rules import Place, Slot, place_of
from kinoloop.learning.insights.tables import (
    ad_insight_days,
    ad_insight_pulls,
    ad_insight_versions,
    ad_insights,
)
from kinoloop.store.reading import page_limit
from kinoloop.store.types import Instant

_KEY = ("account_id", "day", "hour", "entity_id")


def rows(
    connection: Connection,
    account_id: str,
    since: date,
    until: date,
    *,
    kind: str = "ad",
    hourly: bool = False,
    entity_id: str | None = None,
) -> tuple[InsightRow, ...]:
    """The newest rows, by day, hour and entity."""
    found = _wanted(select(ad_insights), ad_insights, account_id, since, until, kind, hourly, entity_id)
    return tuple(read_row(row) for row in connection.execute(_ordered(found, ad_insights)))


def as_of(
    connection: Connection,
    account_id: str,
    instant: datetime,
    since: date,
    until: date,
    *,
    kind: str = "ad",
    hourly: bool = False,
    entity_id: str | None = None,
) -> tuple[Insight, ...]:
    """The rows as they were known at `instant`: the same answer for ever, once a later pull was stored.

    `known_until` is None: at that instant nobody knew of an end.
    """
    table = ad_insight_versions
    newest = func.row_number().over(
        partition_by=[table.c[name] for name in _KEY], order_by=table.c.known_from.desc()
    )
    found = select(table, newest.label("place")).where(table.c.known_from <= instant)
    inner = _wanted(found, table, account_id, since, until, kind, hourly, entity_id).subquery()
    query = select(inner).where(inner.c.place == 1).order_by(*(inner.c[name] for name in _KEY))
    return tuple(read_version(row) for row in connection.execute(query))


def versions(
    connection: Connection, account_id: str, entity_id: str, day: date, hour: int | None = None
) -> tuple[Insight, ...]:
    """Everything that was ever told about one row, oldest first, with until when it was believed."""
    table = ad_insight_versions
    mine = {"account_id": account_id, "entity_id": entity_id, "day": day.isoformat()}
    mine["hour"] = WHOLE_DAY if hour is None else hour  # type: ignore[assignment]  # the one number of the key
    query = select(table, _beside(func.lead, "known_until")).where(
        *(table.c[name] == value for name, value in mine.items())
    )
    return tuple(read_version(row) for row in connection.execute(query.order_by(table.c.known_from)))


def totals(
    connection: Connection,
    account_id: str,
    since: date,
    until: date,
    *,
    by_entity: bool = False,
    kind: str = "ad",
) -> tuple[Totals, ...]:
    """Whole days added up over all entities of a kind, or for each. A day without a row is not in it."""
    c = ad_insights.c
    groups = [c.account_id, c.day, *([c.entity_id] if by_entity else []), c.currency, c.currency_offset]
    told = case((func.count(c.link_clicks) == func.count(), func.sum(c.link_clicks)))
    sums = [func.sum(one).label(one.name) for one in (c.impressions, c.clicks, c.spend)]
    query = select(
        *groups, *sums, told.label("link_clicks"), func.count(c.entity_id.distinct()).label("entities")
    )
    found = _wanted(query, ad_insights, account_id, since, until, kind, False, None)
    return tuple(_totals(row) for row in connection.execute(found.group_by(*groups).order_by(*groups)))


def last_pull(connection: Connection, account_id: str) -> Pull | None:
    """When the account's results were last fetched as a whole; None before the first time."""
    c = ad_insight_pulls.c
    query = select(ad_insight_pulls).where(c.account_id == account_id, c.pulled_at.is_not(None))
    row = connection.execute(query).first()
    return None if row is None else read_pull(row)


def restatements(
    connection: Connection, account_id: str, *, since: datetime | None = None, limit: int = 100
) -> tuple[Restatement, ...]:
    """What the platform corrected (after `since`), the latest first. Raises InputError."""
    table = ad_insight_versions
    inner = (
        select(table, _beside(func.lag, "before"), _beside(func.lead, "known_until"))
        .where(table.c.account_id == account_id)
        .subquery()
    )
    query = select(inner).where(inner.c.before.is_not(None))
    query = query if since is None else query.where(inner.c.known_from > since)
    order = (inner.c.known_from.desc(), *(inner.c[name] for name in _KEY))
    after = connection.execute(query.order_by(*order).limit(page_limit(limit))).all()
    return tuple(Restatement(_version(connection, row), read_version(row)) for row in after)


def known_in(connection: Connection, slots: Iterable[Slot]) -> dict[Slot, dict[Place, Known]]:
    """What is known of each of these slots."""
    found: dict[Slot, dict[Place, Known]] = {}
    for slot in slots:
        query = _wanted(select(ad_insights), ad_insights, *slot[:2], slot.day, slot.kind, slot.hourly, None)
        known = (read_known(row) for row in connection.execute(query))
        found[slot] = {place_of(one.row): one for one in known}
    return found


def told_at(connection: Connection, account_id: str, since: date, until: date) -> dict[Slot, datetime]:
    """When each slot of these days was last told."""
    c = ad_insight_days.c
    days = c.day.between(since.isoformat(), until.isoformat())
    query = select(ad_insight_days).where(c.account_id == account_id, days)
    return {
        Slot(row.account_id, date.fromisoformat(row.day), row.kind, row.hourly): row.told_at
        for row in connection.execute(query)
    }


def _version(connection: Connection, row: Row[Any]) -> Insight:
    """The version that this row's one replaced."""
    table = ad_insight_versions
    mine = [table.c[name] == getattr(row, name) for name in _KEY]
    query = select(table).where(*mine, table.c.known_from == row.before)
    before = read_version(connection.execute(query).one())
    return Insight(before.row, before.known_from, row.known_from)


def _beside(neighbour: Any, name: str) -> Any:
    """The `known_from` of the version before or after, as an instant."""
    table = ad_insight_versions
    found = neighbour(table.c.known_from).over(
        partition_by=[table.c[key] for key in _KEY], order_by=table.c.known_from
    )
    return type_coerce(found, Instant).label(name)


def _wanted(
    query: Select[Any],
    table: Table,
    account_id: str,
    since: date,
    until: date,
    kind: str,
    hourly: bool,
    entity_id: str | None,
) -> Select[Any]:
    c = table.c
    hours = c.hour >= 0 if hourly else c.hour == WHOLE_DAY
    days = c.day.between(since.isoformat(), until.isoformat())
    query = query.where(c.account_id == account_id, days, hours, c.kind == kind)
    return query if entity_id is None else query.where(c.entity_id == entity_id)


def _ordered(query: Select[Any], table: Table) -> Select[Any]:
    return query.order_by(*(table.c[name] for name in _KEY))


def _totals(row: Row[Any]) -> Totals:
    """PostgreSQL adds big numbers up as decimals."""
    return Totals(
        account_id=row.account_id,
        day=date.fromisoformat(row.day),
        currency=Currency(row.currency, row.currency_offset),
        impressions=int(row.impressions),
        clicks=int(row.clicks),
        spend=int(row.spend),
        link_clicks=None if row.link_clicks is None else int(row.link_clicks),
        entities=row.entities,
        entity_id=row._mapping.get("entity_id"),
    )
