"""Writing revenue: save a table, take in what the CRM tells, reckon each touched deal anew.

Locks go in one order: the tenant's table (shared by those who record, alone for who changes it), then the
deals by id. So two who tell of one deal take turns and end with the same ledger. Nothing here commits.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.learning.revenue import queries
from kinoloop.learning.revenue.records import DealLedger, DealValue, StageEvent, StageTable
from kinoloop.learning.revenue.rows import read_deal, read_table, table_row
from kinoloop.learning.revenue.rules import check, deal_ledger, merged
from kinoloop.learning.revenue.tables import (
    deal_ledger as ledger_table,
)
from kinoloop.learning.revenue.tables import (
    deal_stage_events,
    deal_values,
    stage_flags,
    synthetic_revenue_config,
)

LARGEST = 10**15


def save_table(
    connection: Connection, table: StageTable, *, who: str, now: datetime, notes: str | None = None
) -> None:
    """Make this the tenant's table, in use from now on, and reckon all its deals anew by it.

    `notes` None keeps those that are there. Raises InputError naming what cannot be in a table.
    """
    check(table)
    fresh = table_row(table) | {"is_active": True, "updated_at": now, "updated_by": who}
    fresh |= {} if notes is None else {"notes": notes}
    first = fresh | {"created_at": now, "created_by": who}
    changed = {name: value for name, value in fresh.items() if name not in ("id", "tenant_id")}
    upsert = _insert(connection, synthetic_revenue_config).values(first)
    connection.execute(upsert.on_conflict_do_update(index_elements=["tenant_id"], set_=changed))
    _reckon_all(connection, table, now)


def copy_template(
    connection: Connection, template: str, tenant_id: str, *, who: str, now: datetime
) -> StageTable:
    """Give a tenant the stages of a template. Raises NotFoundError when there is no such template."""
    made = replace(queries.table_of(connection, template), tenant_id=tenant_id)
    save_table(connection, made, who=who, now=now, notes=f"Copied from {template}.")
    return made


def map_stage(
    connection: Connection, tenant_id: str, crm_stage_id: str, stage: str, *, who: str, now: datetime
) -> StageTable:
    """Say which stage a CRM's stage id means; what was refused because of it counts from now on.

    Raises NotFoundError for a tenant without a table, InputError for a stage it does not have.
    """
    named = {crm_stage_id: stage}
    return revise(
        connection,
        tenant_id,
        lambda table: replace(table, aliases={**table.aliases, **named}),
        who=who,
        now=now,
    )


def revise(
    connection: Connection,
    tenant_id: str,
    change: Callable[[StageTable], StageTable],
    *,
    who: str,
    now: datetime,
) -> StageTable:
    """Make the tenant's table another one, seen and saved while nobody else can; all its deals are reckoned
    anew. `change` gets the table as it stands and may refuse. Raises NotFoundError, InputError.
    """
    made = change(_locked_table(connection, tenant_id, shared=False))
    save_table(connection, made, who=who, now=now)
    return made


def switch_off(connection: Connection, tenant_id: str, *, who: str, now: datetime) -> None:
    """Take a tenant's table out of use: what comes in for it is refused until one is saved again."""
    config = synthetic_revenue_config
    done = connection.execute(
        update(config)
        .where(config.c.tenant_id == tenant_id)
        .values(is_active=False, updated_at=now, updated_by=who)
    )
    if done.rowcount == 0:
        raise queries.no_table(tenant_id)


def record(connection: Connection, events: Sequence[StageEvent], *, now: datetime) -> tuple[DealValue, ...]:
    """Take in what was told and give where each deal of it stands now, by tenant and deal.

    Order, repetition and batches make no difference. A stage that the table does not know is kept, flagged
    and counts from the moment somebody maps it. Raises NotFoundError for a tenant without a table (nothing is
    kept then), InputError for an amount that no ledger can hold.
    """
    told = merged(events)
    _require_amounts(told)
    found = list[DealValue]()
    for tenant_id, own in groupby(told, key=lambda event: event.tenant_id):
        table = _locked_table(connection, tenant_id, shared=True)
        found += _record(connection, table, tuple(own), now)
    return tuple(found)


def _record(
    connection: Connection, table: StageTable, told: Sequence[StageEvent], now: datetime
) -> list[DealValue]:
    touched = sorted({event.deal_id for event in told})
    _lock_deals(connection, table.tenant_id, touched, now)
    known = queries.events(connection, table.tenant_id, touched)
    fresh = sorted(
        set(merged((*known, *told))) - set(known), key=lambda one: (one.deal_id, one.at, one.stage)
    )
    _keep(connection, fresh, now)
    changed = sorted({event.deal_id for event in fresh})
    made = {one.value.deal_id: one.value for one in _reckon(connection, table, changed, now)}
    rest = [deal_id for deal_id in touched if deal_id not in made]
    made |= {one.deal_id: one for one in _standing(connection, table.tenant_id, rest)}
    return [made[deal_id] for deal_id in touched]


def _reckon_all(connection: Connection, table: StageTable, now: datetime) -> None:
    """Every deal of the tenant, in the order in which all who write lock them."""
    c = deal_values.c
    query = select(c.deal_id).where(c.tenant_id == table.tenant_id).order_by(c.deal_id)
    everyone = tuple(connection.execute(query.with_for_update()).scalars())
    for _ in _reckon(connection, table, everyone, now):
        pass


def _reckon(
    connection: Connection, table: StageTable, deal_ids: Sequence[str], now: datetime
) -> Iterator[DealLedger]:
    """Make lines, flags and standing of these deals anew from what was told. Their rows are locked."""
    for chunk in queries.chunks(deal_ids):
        told = queries.events(connection, table.tenant_id, chunk)
        made = [deal_ledger(tuple(own), table) for _, own in groupby(told, key=lambda event: event.deal_id)]
        _replace(connection, ledger_table, table.tenant_id, chunk, [vars(a) for m in made for a in m.lines])
        _replace(connection, stage_flags, table.tenant_id, chunk, [vars(a) for m in made for a in m.flags])
        upsert = _insert(connection, deal_values)
        names = [c.name for c in deal_values.columns if not c.primary_key]
        put = upsert.on_conflict_do_update(
            index_elements=["tenant_id", "deal_id"], set_={name: upsert.excluded[name] for name in names}
        )
        connection.execute(put, [vars(one.value) | {"recorded_at": now} for one in made])
        yield from made


def _replace(
    connection: Connection,
    table: Table,
    tenant_id: str,
    deal_ids: Sequence[str],
    rows: Sequence[dict[str, Any]],
) -> None:
    c = table.c
    connection.execute(delete(table).where(c.tenant_id == tenant_id, c.deal_id.in_(deal_ids)))
    if rows:
        connection.execute(table.insert(), rows)


def _locked_table(connection: Connection, tenant_id: str, *, shared: bool) -> StageTable:
    """The tenant's table, which nobody can change until this transaction ends. Raises NotFoundError."""
    config = synthetic_revenue_config
    query = select(config).where(config.c.tenant_id == tenant_id, config.c.is_active)
    row = connection.execute(query.with_for_update(read=shared)).first()
    if row is None:
        raise queries.no_table(tenant_id)
    return read_table(row)


def _lock_deals(connection: Connection, tenant_id: str, deal_ids: Sequence[str], now: datetime) -> None:
    """Lock the rows of these deals (sorted); those that are new get one that says nothing yet.

    First all new rows, then all locks, both in the order of code points: whoever waits, waits for somebody
    who is further on, so nobody waits in a circle. SQLite has one writer at a time and needs no locks.
    """
    blank = {
        "level": 0,
        "confidence": 0.0,
        "won": False,
        "lost": False,
        "updated_at": now,
        "recorded_at": now,
    }
    rows = [{"tenant_id": tenant_id, "deal_id": deal_id} | blank for deal_id in deal_ids]
    once = _insert(connection, deal_values).on_conflict_do_nothing(index_elements=["tenant_id", "deal_id"])
    connection.execute(once, rows)
    if connection.dialect.name == "postgresql":
        c = deal_values.c
        for chunk in queries.chunks(deal_ids):
            query = select(c.deal_id).where(c.tenant_id == tenant_id, c.deal_id.in_(chunk))
            connection.execute(query.order_by(c.deal_id.collate("C")).with_for_update()).all()


def _keep(connection: Connection, fresh: Sequence[StageEvent], now: datetime) -> None:
    """Write down what was not told before, or is told better."""
    if not fresh:
        return
    upsert = _insert(connection, deal_stage_events)
    better = {name: upsert.excluded[name] for name in ("deal_value", "value_at", "source")}
    put = upsert.on_conflict_do_update(index_elements=["tenant_id", "deal_id", "stage", "at"], set_=better)
    connection.execute(put, [vars(event) | {"recorded_at": now} for event in fresh])


def _standing(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> Iterator[DealValue]:
    c = deal_values.c
    for chunk in queries.chunks(deal_ids):
        rows = connection.execute(select(deal_values).where(c.tenant_id == tenant_id, c.deal_id.in_(chunk)))
        yield from (read_deal(row) for row in rows)


def _require_amounts(told: Sequence[StageEvent]) -> None:
    for event in told:
        if event.deal_value is not None and abs(event.deal_value) > LARGEST:
            raise InputError(
                f"Deal '{event.deal_id}' is said to be worth {event.deal_value}.",
                why="That is more than any deal.",
                fix="Correct the amount in the CRM.",
            )


def _insert(connection: Connection, table: Table) -> Any:
    """An insert that knows ON CONFLICT, in the dialect spoken."""
    return (postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert)(table)
