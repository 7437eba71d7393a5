"""A round's steps become changes of the queue; what an older round asked for and nobody answered gives way.

A step is asked for once: what was proposed, refused or is held by another open change is written with it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from kinoloop.core.errors import ConflictError, KinoloopError, PassingError, UnavailableError
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.queries import changes as listed
from kinoloop.delivery.changes.records import OPEN, Change, Proposal
from kinoloop.flows.decide_budget.round import Place
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.records import TRIGGER, BudgetStep, Decision

CLOSE = 0.02
"""A budget that differs from what is asked for already by no more than this part is not asked for again."""
PAGE = 200
Where = tuple[str, str]


@dataclass
class Proposed:
    """How many steps were proposed, kept as they were asked for before, refused; how many older were taken
    back.
    """

    proposed: int = 0
    kept: int = 0
    refused: int = 0
    withdrawn: int = 0


def propose_steps(place: Place, tools: DecideTools, decision: Decision) -> Proposed:
    """Every step that has no answer yet. Raises what may pass, at the end."""
    with place.begin() as connection:
        if _is_old(connection, decision):
            return Proposed()
        steps = queries.steps(connection, decision.decision_id)
        waiting, withdrawn = _withdraw(connection, tools, decision, steps)
    tally = Proposed(withdrawn=withdrawn)
    trouble = list[KinoloopError]()
    for step in steps:
        if step.change_id is None and step.note is None:
            try:
                _ask(place, tools, decision, step, waiting.get(_where(step)), tally)
            except (PassingError, UnavailableError) as error:
                trouble.append(error)
    if trouble:
        raise trouble[0]
    return tally


def proposal_of(decision: Decision, step: BudgetStep) -> Proposal:
    """The wish that a step is."""
    return Proposal(
        account_id=decision.account_id,
        kind=step.kind,
        entity_id=step.entity_id,
        change_type=step.change_type,
        requested=step.requested,
        reason=step.reason,
        triggered_by=TRIGGER,
        key=f"decision:{decision.decision_id}:{step.entity_id}:{step.change_type}",
        expected=step.expected,
        confidence=step.confidence,
    )


def _ask(
    place: Place,
    tools: DecideTools,
    decision: Decision,
    step: BudgetStep,
    there: Change | None,
    tally: Proposed,
) -> None:
    """A clear no is written down with the step: the next round looks anew anyway."""
    if there is not None:
        same = there.triggered_by == TRIGGER and _close(there, step)
        tally.kept, tally.refused = tally.kept + same, tally.refused + (not same)
        note = None if same else f"Another change of it, by {there.triggered_by}, is {there.state}."
        _answer(place, decision, step, there.change_id if same else None, note)
        return
    try:
        change = tools.propose(proposal_of(decision, step))
    except (PassingError, UnavailableError):
        raise
    except KinoloopError as error:
        tally.refused += 1
        _answer(place, decision, step, None, str(error))
        return
    tally.proposed += 1
    _answer(place, decision, step, change.change_id, None)


def _answer(
    place: Place, decision: Decision, step: BudgetStep, change_id: str | None, note: str | None
) -> None:
    with place.begin() as connection:
        operations.answered(connection, decision.decision_id, step, change_id=change_id, note=note)


def _is_old(connection: Connection, decision: Decision) -> bool:
    """A newer round has spoken since: what this one did not ask for in time is not asked for any more."""
    newest = queries.last(connection, decision.account_id)
    return newest is not None and newest.decision_id != decision.decision_id


def _open(connection: Connection, account_id: str) -> tuple[Change, ...]:
    """Every open change of the account, newest first."""
    found, states = list[Change](), sorted(OPEN)
    while True:
        after = found[-1].change_id if found else None
        page = listed(connection, account_id=account_id, states=states, limit=PAGE, before=after)
        found += page
        if len(page) < PAGE:
            return tuple(found)


def _withdraw(
    connection: Connection, tools: DecideTools, decision: Decision, steps: Sequence[BudgetStep]
) -> tuple[dict[Where, Change], int]:
    """Take back what our older rounds proposed, nobody has answered, and this round does not ask for so.

    Gives what stays open by what it changes, and how many were taken back.
    """
    wanted, stays, count = {_where(step): step for step in steps}, dict[Where, Change](), 0
    for change in _open(connection, decision.account_id):
        where = (change.entity_id, change.change_type)
        if _outdated(decision, change, wanted.get(where)) and _rejected(connection, tools, change):
            count += 1
        else:
            stays.setdefault(where, change)
    return stays, count


def _outdated(decision: Decision, change: Change, step: BudgetStep | None) -> bool:
    ours = change.triggered_by == TRIGGER and change.state == "proposed"
    return ours and not _by(decision, change) and (step is None or not _close(change, step))


def _rejected(connection: Connection, tools: DecideTools, change: Change) -> bool:
    """False when somebody has answered it meanwhile: then it stands."""
    why = "A newer decision does not ask for this any more."
    try:
        changes.reject(connection, change.change_id, who=TRIGGER, why=why, now=tools.clock.now())
    except ConflictError:
        return False
    return True


def _by(decision: Decision, change: Change) -> bool:
    """Whether this very round proposed it, in an attempt before."""
    return change.key.startswith(f"decision:{decision.decision_id}:")


def _close(change: Change, step: BudgetStep) -> bool:
    """Whether it asks for the same, or for nearly the same money."""
    asked, wanted = change.requested, step.requested
    if isinstance(asked, int) and isinstance(wanted, int):
        return abs(asked - wanted) <= CLOSE * wanted
    return asked == wanted


def _where(step: BudgetStep) -> Where:
    return step.entity_id, step.change_type
