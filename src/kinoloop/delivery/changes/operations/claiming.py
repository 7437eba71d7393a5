"""Taking work: at most one owner for each change, for as long as its lease."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    Double,
    Integer,
    Row,
    Text,
    bindparam,
    case,
    cast,
    column,
    func,
    literal_column,
    select,
    update,
)

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.delivery.changes.operations.moving import FREE, held, move
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.changes.rows import read_change
from kinoloop.delivery.changes.tables import DUE, IN_HAND
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.store.types import Instant

LARGEST_BATCH = 1000
_ROW = [column(one.name, one.type) for one in table.columns]
_HOW = (
    bindparam("lease", type_=Double),
    cast(bindparam("account", type_=Text), Text),
    bindparam("now", type_=Instant),
)
_ONE = select(
    func.claim_pending_ad_change(bindparam("worker", type_=Text), *_HOW).table_valued(*_ROW, name="taken")
)
_MANY = select(
    func.claim_pending_ad_changes_batch(
        bindparam("worker", type_=Text), bindparam("size", type_=Integer), *_HOW
    ).table_valued(*_ROW, name="taken")
)


def claim(
    connection: Connection,
    worker: str,
    *,
    now: datetime,
    lease_seconds: float,
    account_id: str | None = None,
) -> Change | None:
    """The change that is due longest, in the hands of `worker` until its lease ends; None when none is due.

    Due are approved ones whose hour has come, and those in hand whose lease is over. What comes as `claimed`
    was not sent: look, then `begin`. What comes as `unknown` was sent, or may have been: read the platform,
    compare with `sent`, then `settle`.
    """
    found = claim_batch(connection, worker, 1, now=now, lease_seconds=lease_seconds, account_id=account_id)
    return found[0] if found else None


def claim_batch(
    connection: Connection,
    worker: str,
    size: int,
    *,
    now: datetime,
    lease_seconds: float,
    account_id: str | None = None,
) -> tuple[Change, ...]:
    """As `claim`, up to `size` at once, the longest due first. Raises InputError for a size out of range."""
    if not 1 <= size <= LARGEST_BATCH or lease_seconds <= 0:
        raise InputError(f"{size} changes for {lease_seconds:g} s cannot be claimed.")
    if connection.dialect.name == "postgresql":
        rows = _postgres(connection, worker, size, now, lease_seconds, account_id)
    else:
        rows = _sqlite(connection, worker, size, now, lease_seconds, account_id)
    return tuple(
        sorted(map(read_change, rows), key=lambda change: (change.earliest_execute_at, change.change_id))
    )


def release(connection: Connection, change_id: str, worker: str, *, now: datetime) -> Change:
    """Give a claim back unused, for anybody to take. Raises ConflictError, also for what was begun."""
    _, change = held(connection, change_id, worker)
    if change.state == "executing":
        raise ConflictError("It was begun.", fix="Settle it: as not taken, when it surely was not sent.")
    if change.state == "unknown":
        return move(connection, change, "unknown", lease_until=now)
    return move(connection, change, "approved", **FREE)


def _postgres(
    connection: Connection, worker: str, size: int, now: datetime, lease: float, account_id: str | None
) -> Sequence[Row[Any]]:
    values = {"worker": worker, "lease": lease, "account": account_id, "now": now}
    if size == 1:
        return connection.execute(_ONE, values).all()
    return connection.execute(_MANY, values | {"size": size}).all()


def _sqlite(
    connection: Connection, worker: str, size: int, now: datetime, lease: float, account_id: str | None
) -> Sequence[Row[Any]]:
    """The transaction is IMMEDIATE: nobody else writes between the look and the update."""
    due = literal_column(DUE.text, Instant)
    wanted = select(table.c.id).where(IN_HAND, due <= now).order_by(due).limit(size)
    if account_id is not None:
        wanted = wanted.where(table.c.account_id == account_id)
    unsent = table.c.status.in_(("approved", "claimed"))
    taken = (
        update(table)
        .where(table.c.id.in_(wanted.correlate(None)))
        .values(
            status=case((unsent, "claimed"), else_="unknown"),
            claimed_by=worker,
            claimed_at=now,
            lease_until=now + timedelta(seconds=lease),
        )
        .returning(table)
    )
    return connection.execute(taken).all()
