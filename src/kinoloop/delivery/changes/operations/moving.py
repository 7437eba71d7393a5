"""One step of a change, checked against the table of steps, and who may take it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, update

from kinoloop.core.errors import ConflictError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.records import Change, ChangeState
from kinoloop.delivery.changes.rows import columns, read_change
from kinoloop.delivery.changes.rules import check_step
from kinoloop.delivery.changes.tables import pending_ad_changes as table

FREE: dict[str, Any] = {"claimed_by": None, "claimed_at": None, "lease_until": None}


def move(connection: Connection, change: Change, state: ChangeState, **values: Any) -> Change:
    """Take the step and set these fields. Raises ConflictError when it may not be, or somebody was faster."""
    check_step(change.state, state)
    same = (table.c.id == change.change_id, table.c.status == change.state)
    moved = update(table).where(*same).values(columns(state=state, **values)).returning(table)
    row = connection.execute(moved).first()
    if row is None:
        raise ConflictError(f"The change '{change.change_id}' is {change.state} no more.", fix="Look again.")
    return read_change(row)


def held(
    connection: Connection, change_id: str, worker: str, *, now: datetime | None = None
) -> tuple[AdAccount, Change]:
    """The account and the change, both locked, when this worker holds the claim (with `now`: still in time).

    Raises ConflictError when it does not, NotFoundError.
    """
    known = queries.change(connection, change_id)
    account = accounts.account(connection, known.account_id, lock=True)
    change = queries.change(connection, change_id, lock=True)
    if change.claimed_by != worker or (now is not None and not _in_time(change, now)):
        raise ConflictError(
            f"The change '{change_id}' is not in the hands of '{worker}'.",
            why=f"It is {change.state}, held by {change.claimed_by or 'nobody'}.",
            fix="Leave it: whoever claims it next goes on.",
        )
    return account, change


def _in_time(change: Change, now: datetime) -> bool:
    return change.lease_until is not None and now < change.lease_until
