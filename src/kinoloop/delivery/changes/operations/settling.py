"""How an attempt ended. Success is written only for a value that was read back."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from kinoloop.core.errors import ConflictError
from kinoloop.delivery.accounts.tables import ad_entities
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.operations import auditing, levels
from kinoloop.delivery.changes.operations.moving import FREE, held, move
from kinoloop.delivery.changes.records import (
    Change,
    Done,
    Lost,
    NotTaken,
    Outcome,
    Overtaken,
    Refused,
    Validated,
)
from kinoloop.delivery.changes.rules import ATTEMPTS, backoff
from kinoloop.delivery.guards.records import AUTO

_COLUMN = {"budget": "daily_budget", "bid": "bid", "status": "status", "creative": "creative_id"}


def settle(connection: Connection, change_id: str, worker: str, outcome: Outcome, *, now: datetime) -> Change:
    """Write down how it ended, for whoever holds it. What was read back as something else is overtaken.

    Done -> completed; NotTaken -> approved again, later each time, after 5 tries failed as a dead letter;
    Lost -> unknown, kept from others while it may still arrive; Refused -> failed; Validated (a dry run) ->
    completed; Overtaken -> blocked. What is still `claimed` can only be NotTaken or Refused.
    Raises ConflictError when it is in other hands, was settled, or the outcome does not fit; NotFoundError.
    """
    _, change = held(connection, change_id, worker)
    _check_fits(change, outcome)
    if isinstance(outcome, Done | Overtaken):
        whole = isinstance(outcome, Done) and outcome.read_back == change.sent
        return (_completed if whole else _overtaken)(connection, change, worker, outcome, now)
    if isinstance(outcome, NotTaken):
        return _again(connection, change, worker, outcome, now)
    if isinstance(outcome, Lost):
        return _lost(connection, change, worker, outcome, now)
    if isinstance(outcome, Refused):
        _came_to_nothing(connection, change, worker, now, outcome.error, outcome.answer)
        return move(connection, change, "failed", error=outcome.error, sent=None, **FREE)
    auditing.end(connection, change, "validated", now, worker=worker, answer=outcome.answer)
    return move(connection, change, "completed", executed_at=now, error=None, sent=None, **FREE)


def _check_fits(change: Change, outcome: Outcome) -> None:
    sent = change.state in ("executing", "unknown")
    unsent = change.state == "claimed" and isinstance(outcome, NotTaken | Refused)
    dry = isinstance(outcome, Validated | NotTaken | Refused | Lost)
    fits = dry if change.dry_run else not isinstance(outcome, Validated)
    if not (sent or unsent) or not fits:
        raise ConflictError(
            f"A change that is {change.state}{' and a dry run' if change.dry_run else ''} cannot end as "
            f"{type(outcome).__name__}."
        )


def _completed(
    connection: Connection, change: Change, worker: str, done: Done | Overtaken, now: datetime
) -> Change:
    row = auditing.end(
        connection, change, "completed", now, worker=worker, answer=done.answer, read_back=done.read_back
    )
    _saw(connection, change, done.read_back, now)
    if row is not None and change.approved_by not in (None, AUTO):
        levels.approved_by_person(connection, change, row.guards.get("dark", {}), now)
    if change.reverts is not None:
        _revert(connection, change.reverts, now)
    return move(connection, change, "completed", executed_at=now, error=None, **FREE)


def _overtaken(
    connection: Connection, change: Change, worker: str, seen: Done | Overtaken, now: datetime
) -> Change:
    """It counts for every limit: what was sent may have held for a while."""
    said = f"Somebody else changed it: the platform shows {seen.read_back}, and {change.sent} was sent."
    auditing.end(
        connection, change, "overtaken", now, worker=worker, error=said, answer=seen.answer,
        read_back=seen.read_back,
    )  # fmt: skip
    _saw(connection, change, seen.read_back, now)
    return move(connection, change, "blocked", executed_at=now, error=said, **FREE)


def _again(connection: Connection, change: Change, worker: str, outcome: NotTaken, now: datetime) -> Change:
    _came_to_nothing(connection, change, worker, now, outcome.error, None)
    tries = change.attempts + 1
    unsent: dict[str, Any] = {"attempts": tries, "error": outcome.error, "sent": None}
    if tries >= ATTEMPTS:
        return move(connection, change, "failed", dead_letter=True, **unsent, **FREE)
    due = backoff(tries, outcome.wait, now)
    return move(connection, change, "approved", earliest_execute_at=due, history_id=None, **unsent, **FREE)


def _came_to_nothing(
    connection: Connection,
    change: Change,
    worker: str,
    now: datetime,
    error: str,
    answer: dict[str, Any] | None,
) -> None:
    row = auditing.end(connection, change, "failed", now, worker=worker, error=error, answer=answer)
    if row is not None:
        levels.undo(connection, change, row.guards.get("levels", {}), row.started_at)


def _lost(connection: Connection, change: Change, worker: str, lost: Lost, now: datetime) -> Change:
    auditing.end(connection, change, "unknown", now, worker=worker, error=lost.error)
    until = now + timedelta(seconds=lost.settle_seconds)
    return move(connection, change, "unknown", error=lost.error, lease_until=until)


def _saw(connection: Connection, change: Change, value: int | str | None, now: datetime) -> None:
    """The mirror shows at once what was read back; whether it really runs, the next look tells."""
    if value is None:
        return
    values = {_COLUMN[change.change_type]: value, "seen_at": now}
    older = (ad_entities.c.entity_id == change.entity_id, ad_entities.c.seen_at <= now)
    connection.execute(update(ad_entities).where(*older).values(values))


def _revert(connection: Connection, original_id: str, now: datetime) -> None:
    original = queries.change(connection, original_id, lock=True)
    if original.state == "completed":
        move(connection, original, "reverted")
        if original.history_id is not None:
            auditing.reverted(connection, original.history_id, now)
