"""What came of a write, from what was answered and what is read: pure judgement, nothing is called here.

Three kinds of failure: surely nothing happened (it is tried again), nobody knows (the platform is read before
anything else), and a clear no. Only a value that was read back counts as applied.
"""

from datetime import datetime
from typing import Any

from kinoloop.core.errors import KinoloopError, PassingError
from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.changes.records import (
    Change,
    ChangeType,
    Done,
    Lost,
    NotTaken,
    Outcome,
    Overtaken,
    Refused,
)

Value = int | str | None
NOT_TAKEN = "not_taken"
BREAKER_OPEN = "breaker_open"
_PLACES = {"budget": "daily_budget", "bid": "bid", "status": "status", "creative": "creative_id"}


def value_in(entity: AdEntity, change_type: ChangeType) -> Value:
    """What the platform shows for the thing that a change of this type sets."""
    found: Value = getattr(entity, _PLACES[change_type])
    return found


def failed(error: Exception, now: datetime, *, dry: bool = False) -> Outcome:
    """A write that ended in an error. Whatever we do not know to be harmless may have happened.

    `dry`: it asked for nothing to be done, so at worst it is asked again.
    """
    if not isinstance(error, KinoloopError):
        return Lost(f"{type(error).__name__}: {error}")
    if error.code in (NOT_TAKEN, BREAKER_OPEN) or (dry and isinstance(error, PassingError)):
        return NotTaken(str(error), wait_of(error, now))
    if isinstance(error, PassingError):
        return Lost(str(error))
    return Refused(str(error), answer_in(error))


def wait_of(error: KinoloopError, now: datetime) -> float | None:
    """Seconds that the platform, or the breaker before it, asks to be left alone; None when untold."""
    retry_at = getattr(error, "retry_at", None)
    if isinstance(retry_at, datetime):
        return max(0.0, (retry_at - now).total_seconds())
    wait = getattr(error, "wait", None)
    return float(wait) if isinstance(wait, int | float) else None


def answer_in(error: KinoloopError) -> dict[str, Any]:
    """The platform's own words where the error carries them, ours otherwise."""
    told = getattr(error, "answer", None)
    return dict(told) if isinstance(told, dict) else {"error": error.as_dict()}


def after_write(old: Value, sent: int | str, seen: Value, answer: dict[str, Any]) -> Outcome:
    """It was accepted; now the platform was read."""
    if seen == sent:
        return Done(sent, answer)
    if seen == old:
        return Lost("It was accepted, and the old value is still shown.")
    return Overtaken(seen, answer)


def after_silence(change: Change, seen: Value) -> Outcome:
    """Nobody knew whether it arrived; now it can no longer be on its way, and the platform was read.

    What never arrived may be sent at once: it has waited already.
    """
    if change.dry_run:
        return NotTaken("The dry run was interrupted; nothing was changed.", wait=0.0)
    if change.sent is not None and seen == change.sent:
        return Done(seen, {"reconciled": "by reading"})
    if seen == change.current:
        said = "It never arrived: the old value is shown, and it can no longer be on its way."
        return NotTaken(said, wait=0.0)
    return Overtaken(seen, {"reconciled": "by reading"})
