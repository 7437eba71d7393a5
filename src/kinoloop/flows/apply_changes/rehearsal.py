"""What would happen if the executor ran now: the same claim, the same guards, undone; and `validate_only`.

Nothing is claimed, written down or changed. Each change is judged by itself, as if it were the only one.
"""

from collections.abc import Iterator
from contextlib import suppress

from sqlalchemy import Connection

from kinoloop.core.errors import KinoloopError
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.records import Begun, Blocked, Change, Deferred, Outcome, Validated
from kinoloop.delivery.ports import AdPlatform
from kinoloop.flows.apply_changes import outcomes
from kinoloop.flows.apply_changes.attempt import Attempts
from kinoloop.flows.apply_changes.batches import MOST
from kinoloop.flows.apply_changes.executor import Executor
from kinoloop.flows.apply_changes.seeing import Sight, look_closely
from kinoloop.flows.apply_changes.telling import Report, settled, told_of, wish

WORKER = "rehearsal"


class _UndoError(Exception):
    """Rolls a transaction back, on purpose."""


def rehearse(executor: Executor) -> Iterator[Report]:
    """One report for each change that is due now, at most one full batch of them."""
    due: tuple[Change, ...] = ()
    with suppress(_UndoError), executor.database.begin() as connection:
        due = _claimed(executor, connection)
        raise _UndoError
    for change in due:
        yield _rehearsed(executor, change)


def _rehearsed(executor: Executor, change: Change) -> Report:
    account = executor.account(change.account_id)
    if change.state == "unknown":
        why = "it was sent before and would be reconciled by reading."
        return Report(change, "unknown", wish(change, account.currency, change.sent), why)
    try:
        sight = look_closely(executor, change)
        step = _begun(executor, change, sight)
    except KinoloopError as error:
        return Report(change, "not taken", wish(change, account.currency), str(error))
    if step is None:
        return Report(change, "not ours", wish(change, account.currency), "it is in other hands by now.")
    if not isinstance(step, Begun):
        return told_of(step, account.currency)
    return _validated(executor, account, sight.platform, step)


def _begun(executor: Executor, change: Change, sight: Sight) -> Begun | Deferred | Blocked | None:
    """What the guards say of what the platform shows now; None when it cannot be claimed any more."""
    step: Begun | Deferred | Blocked | None = None
    with suppress(_UndoError), executor.database.begin() as connection:
        if any(other.change_id == change.change_id for other in _claimed(executor, connection)):
            attempts = Attempts(executor, executor.patience)
            step = attempts.begin(connection, WORKER, change, sight)
        raise _UndoError
    return step


def _validated(executor: Executor, account: AdAccount, platform: AdPlatform, step: Begun) -> Report:
    try:
        outcome: Outcome = Validated(platform.write(step.write, validate_only=True).raw)
    except KinoloopError as error:
        outcome = outcomes.failed(error, executor.clock.now(), dry=True)
    return settled(step.change, outcome, account.currency, step.write.value)


def _claimed(executor: Executor, connection: Connection) -> tuple[Change, ...]:
    now, lease = executor.clock.now(), executor.patience.lease
    who = executor.account_id
    return changes.claim_batch(connection, WORKER, MOST, now=now, lease_seconds=lease, account_id=who)
