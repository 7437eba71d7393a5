"""Many changes at once: each is looked at and judged as a single one is, then one request sends them.

Each item is settled by its own answer and its own look. One without an answer is unknown, never a success.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from kinoloop.core.errors import PassingError
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.ports import Written
from kinoloop.flows.apply_changes.attempt import TOO_LATE, Attempts, Ready, Seen
from kinoloop.flows.apply_changes.telling import Report

MOST = 50
"""So many writes fit into one request (Meta, batch requests)."""
Key = tuple[str, bool]
Tell = Callable[[Report], None]


def apply_all(attempts: Attempts, worker: str, changes: Sequence[Change], tell: Tell) -> None:
    """Every change to its end, or to where it must wait. A bug of ours is settled, then raised.

    Looking takes its time: before the first look is too old, those that were looked at are acted on.
    """
    seen: list[Seen] = []
    for change in changes:
        if seen and attempts.is_old(seen[0]):
            _act(attempts, worker, seen, tell)
            seen = []
        if change.state == "unknown":
            tell(attempts.reconcile(worker, change))
            continue
        looked = attempts.see(worker, change)
        if isinstance(looked, Report):
            tell(looked)
        else:
            seen.append(looked)
    _act(attempts, worker, seen, tell)


def _act(attempts: Attempts, worker: str, seen: Sequence[Seen], tell: Tell) -> None:
    """Each is checked against the guards with those before it counted; what passes goes out together."""
    groups: dict[Key, list[Ready]] = defaultdict(list)
    for each in seen:
        ready = attempts.start(worker, each)
        if isinstance(ready, Report):
            tell(ready)
        else:
            groups[ready.account.account_id, ready.begun.change.dry_run].append(ready)
    for group in groups.values():
        _send(attempts, worker, group, tell)


def _send(attempts: Attempts, worker: str, group: Sequence[Ready], tell: Tell) -> None:
    """One request for one account."""
    going = [ready for ready in group if not attempts.is_late(ready)]
    for ready in group:
        if ready not in going:
            tell(attempts.close(worker, ready, TOO_LATE))
    bugs: list[Exception] = []
    for ready, answer in zip(going, _answers(going), strict=True):
        try:
            tell(attempts.conclude(worker, ready, answer))
        except Exception as error:  # the others have been sent too, and must be settled first
            bugs.append(error)
    if bugs:
        raise bugs[0]


def _answers(group: Sequence[Ready]) -> list[Written | Exception]:
    """One answer for each, in order; a failure of the whole request is the failure of each."""
    if not group:
        return []
    platform, dry = group[0].platform, group[0].begun.change.dry_run
    try:
        told = platform.write_all([ready.begun.write for ready in group], validate_only=dry)
    except Exception as error:
        return [error] * len(group)
    missing = PassingError("The platform's answer left this out.", why="The batch was cut short.")
    return [*told, *[missing] * (len(group) - len(told))][: len(group)]
