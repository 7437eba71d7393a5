"""Reading the queue and its audit: one change, pages of them (newest first, keyset by id), counts."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import is_id
from kinoloop.delivery.changes.records import Change, ChangeState, HistoryRow
from kinoloop.delivery.changes.rows import read_change
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.delivery.history import queries as audit

LARGEST_PAGE = 200


def change(connection: Connection, change_id: str, *, lock: bool = False) -> Change:
    """One change; `lock` keeps it from other writers until the transaction ends. Raises NotFoundError, also
    for a text that is no id at all.
    """
    query = select(table).where(table.c.id == change_id)
    query = query.with_for_update() if lock else query
    row = connection.execute(query).first() if is_id(change_id) else None
    if row is None:
        raise NotFoundError(
            f"There is no change with the id '{change_id}'.", fix="List the changes to see their ids."
        )
    return read_change(row)


def changes(
    connection: Connection,
    *,
    account_id: str | None = None,
    states: Sequence[ChangeState] = (),
    limit: int = 50,
    before: str | None = None,
) -> tuple[Change, ...]:
    """A page, newest first; `before` is the last id of the page before. Raises InputError."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InputError(
            f"A page holds 1 to {LARGEST_PAGE} entries, not {limit}.", fix="Ask for several pages."
        )
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if account_id is not None:
        query = query.where(table.c.account_id == account_id)
    if states:
        query = query.where(table.c.status.in_(states))
    if before is not None:
        query = query.where(table.c.id < before)
    return tuple(read_change(row) for row in connection.execute(query))


def counts(connection: Connection, account_id: str | None = None) -> dict[ChangeState, int]:
    """How many changes are in each state; states without any are left out."""
    query = select(table.c.status, func.count().label("how_many")).group_by(table.c.status)
    if account_id is not None:
        query = query.where(table.c.account_id == account_id)
    return {row.status: row.how_many for row in connection.execute(query)}


def history(
    connection: Connection,
    *,
    account_id: str | None = None,
    entity_id: str | None = None,
    change_id: str | None = None,
    limit: int = 100,
) -> tuple[HistoryRow, ...]:
    """The audit, newest first."""
    return audit.rows(
        connection, account_id=account_id, entity_id=entity_id, change_id=change_id, limit=limit
    )
