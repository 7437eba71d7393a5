"""Which budgets move, and how far: an owner's new budget is the sum of what its running ads were given.

Where attribution models disagree about an ad the step is smaller by as much; no step goes past a limit of the
account or its velocity, and what differs too little is left: each edit of a budget costs learning. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdAccount, LiveTree
from kinoloop.delivery.guards.rules.money import limits_span, velocity_span
from kinoloop.delivery.history.records import HistoryRow
from kinoloop.learning.decisions.records import BudgetOwner, BudgetStep, Known
from kinoloop.learning.decisions.rules.asking import Asked
from kinoloop.learning.decisions.rules.expecting import Shift, expected
from kinoloop.learning.decisions.rules.making import Row, confidence, reason

TOLD_DOUBT = 0.1
"""From this disagreement on the reason names it."""


@dataclass(frozen=True)
class Limits:
    """The account with its limits, and what was sent to it and still counts, oldest first."""

    account: AdAccount
    past: Sequence[HistoryRow]
    now: datetime


def moved(known: Known, owner: BudgetOwner, rows: Sequence[Row], limits: Limits) -> BudgetStep | None:
    """The owner's budget step, if one is worth it."""
    mine = [row for row in rows if row.place.owner_id == owner.entity_id and row.runs]
    total = sum(row.told.budget for row in mine)
    if not total:
        return None
    doubt = sum(row.doubt * row.told.budget for row in mine) / total
    wanted = within(owner.budget + round((total - owner.budget) * (1 - doubt)), owner, known, limits)
    if abs(wanted - owner.budget) < max(1, known.settings.least_change * owner.budget):
        return None
    return _step(known, owner, mine, wanted, doubt)


def within(wanted: Minor, owner: BudgetOwner, known: Known, limits: Limits) -> Minor:
    """The nearest budget that the account's limits and its velocity let through."""
    entity = next(one for one in known.tree if one.entity_id == owner.entity_id)
    wish, live = Asked.budget(entity, wanted), LiveTree(entity)
    span = limits_span(wish, limits.account, live)
    span = span.within(velocity_span(wish, limits.account, live, limits.past, limits.now))
    low = wanted if span.low is None else max(wanted, span.low)
    return low if span.high is None else min(low, span.high)


def _step(known: Known, owner: BudgetOwner, mine: Sequence[Row], wanted: Minor, doubt: float) -> BudgetStep:
    total, more = sum(row.told.budget for row in mine), wanted - owner.budget
    shifts = [
        Shift(row.told, owner.budget * row.told.budget / total, wanted * row.told.budget / total)
        for row in mine
    ]
    words = f"{known.currency.show(abs(more))} a day {'more' if more > 0 else 'less'} for {owner.name}."
    why = ("" if more > 0 else "Other ads are expected to earn more with this money. ") + reason(mine)
    note = f" Attribution models differ by {doubt:.0%} here, so the step is smaller."
    return BudgetStep(
        entity_id=owner.entity_id,
        kind=owner.kind,
        change_type="budget",
        before=owner.budget,
        requested=wanted,
        reason=why + (note if doubt >= TOLD_DOUBT else ""),
        expected=expected(shifts, known.view.launch, words, more, more),
        confidence=confidence(mine, rising=more > 0),
        ad_ids=tuple(row.place.ad_id for row in mine),
    )
