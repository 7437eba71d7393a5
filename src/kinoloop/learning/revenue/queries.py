"""Reading revenue: a tenant's table, its deals and their lines, what was refused, totals per stage."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import Connection, Select, case, func, select

from kinoloop.core.errors import NotFoundError
from kinoloop.learning.revenue.records import (
    DealPath,
    DealValue,
    Flag,
    LedgerLine,
    StageEvent,
    StageTable,
    StageTotal,
    Totals,
    Unmapped,
)
from kinoloop.learning.revenue.rows import read_deal, read_event, read_flag, read_line, read_table
from kinoloop.learning.revenue.tables import (
    deal_ledger,
    deal_stage_events,
    deal_values,
    stage_flags,
    synthetic_revenue_config,
)
from kinoloop.store.reading import page_limit

LARGEST_PAGE = 500
CHUNK = 500
"""How many deals one statement names."""


def table_of(connection: Connection, tenant_id: str) -> StageTable:
    """The tenant's stages. Raises NotFoundError: nobody else's table stands in for a missing one."""
    config = synthetic_revenue_config
    row = connection.execute(
        select(config).where(config.c.tenant_id == tenant_id, config.c.is_active)
    ).first()
    if row is None:
        raise no_table(tenant_id)
    return read_table(row)


def tables(connection: Connection) -> tuple[StageTable, ...]:
    """Every table in use, by tenant."""
    config = synthetic_revenue_config
    rows = connection.execute(select(config).where(config.c.is_active).order_by(config.c.tenant_id))
    return tuple(read_table(row) for row in rows)


def deal(connection: Connection, tenant_id: str, deal_id: str) -> DealValue:
    """Where one deal stands. Raises NotFoundError."""
    c = deal_values.c
    row = connection.execute(
        select(deal_values).where(c.tenant_id == tenant_id, c.deal_id == deal_id)
    ).first()
    if row is None:
        raise NotFoundError(
            f"Nothing is known of deal '{deal_id}' of '{tenant_id}'.",
            fix="Check its id, or wait for the next sync.",
        )
    return read_deal(row)


def deals(
    connection: Connection,
    tenant_id: str,
    *,
    stage: str | None = None,
    open_only: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> tuple[DealValue, ...]:
    """A page, the latest moved first. `after` is the last deal id of the page before. Raises InputError."""
    c = deal_values.c
    query = select(deal_values).where(c.tenant_id == tenant_id).limit(page_limit(limit, LARGEST_PAGE))
    if stage is not None:
        query = query.where(c.stage == stage)
    if open_only:
        query = query.where(c.won.is_(False), c.lost.is_(False))
    if after is not None:
        last = deal(connection, tenant_id, after)
        same = (c.updated_at == last.updated_at) & (c.deal_id < last.deal_id)
        query = query.where((c.updated_at < last.updated_at) | same)
    rows = connection.execute(query.order_by(c.updated_at.desc(), c.deal_id.desc()))
    return tuple(read_deal(row) for row in rows)


def lines(connection: Connection, tenant_id: str, deal_id: str) -> tuple[LedgerLine, ...]:
    """The ledger of one deal, in order of time."""
    c = deal_ledger.c
    query = select(deal_ledger).where(c.tenant_id == tenant_id, c.deal_id == deal_id).order_by(c.number)
    return tuple(read_line(row) for row in connection.execute(query))


def events(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> tuple[StageEvent, ...]:
    """What was told of these deals, by deal and time; stages as they were told."""
    c = deal_stage_events.c
    found = list[StageEvent]()
    for chunk in chunks(deal_ids):
        query = select(deal_stage_events).where(c.tenant_id == tenant_id, c.deal_id.in_(chunk))
        rows = connection.execute(query.order_by(c.deal_id, c.at, c.stage))
        found += [read_event(row) for row in rows]
    return tuple(found)


def flags(
    connection: Connection, tenant_id: str, *, deal_id: str | None = None, limit: int = 100
) -> tuple[Flag, ...]:
    """Events that were refused, the latest first. Raises InputError."""
    c = stage_flags.c
    query = select(stage_flags).where(c.tenant_id == tenant_id).limit(page_limit(limit, LARGEST_PAGE))
    if deal_id is not None:
        query = query.where(c.deal_id == deal_id)
    rows = connection.execute(query.order_by(c.at.desc(), c.deal_id, c.stage))
    return tuple(read_flag(row) for row in rows)


def unmapped(connection: Connection, tenant_id: str) -> tuple[Unmapped, ...]:
    """Each refused stage with how much hangs on it, the most events first."""
    c = stage_flags.c
    count, last = func.count(), func.max(c.at).label("last_at")
    query = (
        select(c.stage, func.count(c.deal_id.distinct()).label("deals"), count.label("events"), last)
        .where(c.tenant_id == tenant_id)
        .group_by(c.stage)
        .order_by(count.desc(), c.stage)
    )
    return tuple(Unmapped(**row._mapping) for row in connection.execute(query))


def totals(connection: Connection, tenant_id: str) -> Totals:
    """All deals of a tenant, per stage and together."""
    rows = connection.execute(_by_standing(tenant_id)).all()
    stages = dict[str | None, StageTotal]()
    for row in rows:
        seen = stages.get(row.stage, StageTotal(row.stage, 0, 0, 0, 0))
        stages[row.stage] = StageTotal(
            row.stage,
            seen.deals + row.deals,
            seen.level + int(row.level),
            seen.expected + int(row.expected),
            seen.unknown + int(row.unknown),
        )
    counted = select(func.count()).select_from(stage_flags).where(stage_flags.c.tenant_id == tenant_id)
    return Totals(
        stages=tuple(stages.values()),
        deals=sum(row.deals for row in rows),
        pipeline=sum(int(row.level) for row in rows if not row.won and not row.lost),
        won=sum(int(row.level) for row in rows if row.won),
        expected=sum(int(row.expected) for row in rows),
        unknown=sum(int(row.unknown) for row in rows),
        flags=connection.execute(counted).scalar_one(),
    )


def paths(connection: Connection, tenant_id: str) -> tuple[DealPath, ...]:
    """Every deal's way through the stages, for `rules.suggest`; deals of no known stage are left out."""
    held, line = deal_values.c, deal_ledger.c
    standing = connection.execute(select(deal_values).where(held.tenant_id == tenant_id))
    known = {row.deal_id: row for row in standing}
    first = (
        select(line.deal_id, line.stage_to, func.min(line.at).label("at"))
        .where(line.tenant_id == tenant_id)
        .group_by(line.deal_id, line.stage_to)
        .order_by(line.deal_id)
    )
    entered = dict[str, dict[str, datetime]]()
    for row in connection.execute(first):
        entered.setdefault(row.deal_id, {})[row.stage_to] = row.at
    ended = ((known[deal_id], stages) for deal_id, stages in entered.items())
    return tuple(DealPath(one.deal_id, stages, one.won, one.lost, one.value) for one, stages in ended)


def chunks(deal_ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """So many at a time that one statement can name them."""
    rest = iter(deal_ids)
    while chunk := tuple(islice(rest, CHUNK)):
        yield chunk


def no_table(tenant_id: str) -> NotFoundError:
    return NotFoundError(
        f"'{tenant_id}' has no table of stages.",
        why="What a stage is worth differs from business to business, so nobody else's table is used.",
        fix="Save a table of stages for it, or copy a template.",
    )


def _by_standing(tenant_id: str) -> Select[tuple[str, bool, bool, int, int, int, int]]:
    c = deal_values.c
    return (
        select(
            c.stage,
            c.won,
            c.lost,
            func.count().label("deals"),
            func.coalesce(func.sum(c.level), 0).label("level"),
            func.coalesce(func.sum(c.expected), 0).label("expected"),
            func.sum(case((c.expected.is_(None), 1), else_=0)).label("unknown"),
        )
        .where(c.tenant_id == tenant_id)
        .group_by(c.stage, c.won, c.lost)
        .order_by(c.stage)
    )
