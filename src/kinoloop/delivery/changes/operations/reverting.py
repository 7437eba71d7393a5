"""Taking a change back: a wish for exactly the value that the audit tells stood there before."""

import random
from datetime import datetime

from sqlalchemy import Connection, func, select

from kinoloop.core.errors import ConflictError
from kinoloop.core.ids import NewId
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import LiveTree
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.operations.proposing import propose
from kinoloop.delivery.changes.records import OPEN, Change, Expected, HistoryRow, Proposal
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.delivery.guards.rules.wishes import level_of


def propose_revert(
    connection: Connection,
    change_id: str,
    *,
    who: str,
    live: LiveTree,
    now: datetime,
    new_id: NewId,
    rng: random.Random,
) -> Change:
    """Propose the value before, exactly. While such a wish is open it is the one that is given.

    It passes the same approval and guards as every change. Raises ConflictError when the change was not made,
    or the platform shows something else than it made; NotFoundError.
    """
    change = queries.change(connection, change_id)
    row = _made(connection, change)
    now_there = level_of(live.entity, change.change_type)
    if now_there != row.new_value:
        raise ConflictError(
            f"It shows {now_there} now, and this change made it {row.new_value}.",
            why="Somebody changed it since; taking this back would undo that too.",
            fix="Propose the value you want.",
        )
    show = accounts.account(connection, change.account_id).currency.show
    told = show(row.old_value) if isinstance(row.old_value, int) else str(row.old_value)
    proposal = Proposal(
        account_id=change.account_id,
        kind=change.kind,
        entity_id=change.entity_id,
        change_type=change.change_type,
        requested=row.old_value,
        reason=f"Takes back the change of {row.started_at:%Y-%m-%d %H:%M} UTC ({change.reason})",
        triggered_by=who,
        key=f"revert:{change_id}:{_ended_before(connection, change_id)}",
        expected=Expected(f"The {change.change_type} is {told} again, as before."),
        exact=True,
        reverts=change_id,
    )
    return propose(connection, proposal, live=live, now=now, new_id=new_id, rng=rng)


def _made(connection: Connection, change: Change) -> HistoryRow:
    attempts = queries.history(connection, change_id=change.change_id)
    rows = [row for row in attempts if row.history_id == change.history_id and row.old_value is not None]
    if change.state != "completed" or change.dry_run or not rows:
        raise ConflictError(
            f"The change is {change.state}{' and a dry run' if change.dry_run else ''}: there is nothing to "
            "take back.",
            fix="Only a change that was made can be taken back, once.",
        )
    return rows[0]


def _ended_before(connection: Connection, change_id: str) -> int:
    """How many wishes to take it back came to nothing."""
    ended = (table.c.reverts == change_id, table.c.status.not_in(OPEN))
    return connection.execute(select(func.count()).select_from(table).where(*ended)).scalar_one()
