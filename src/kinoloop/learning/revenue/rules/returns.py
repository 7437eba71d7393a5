"""What an ad's deals return on its spend, and when one deal's move is reason to raise a budget.

Formulas of the seed repository. Where it divides by nothing or calls it zero, this says None and why.
"""

from collections.abc import Sequence

from kinoloop.core.currency import Minor
from kinoloop.core.errors import InputError
from kinoloop.learning.revenue.records import AdRoas, BudgetTrigger, StageChange, StageTable
from kinoloop.learning.revenue.rules.stages import step


def ad_roas(table: StageTable, spend: Minor, changes: Sequence[StageChange]) -> AdRoas:
    """Sum of increments, that over spend, and the confidence weighted by the size of the increments.

    Raises UnknownStageError for a stage the table lacks, InputError for spend below nothing.
    """
    if spend < 0:
        raise InputError("An ad cannot have spent less than nothing.", fix="Give what it has spent.")
    steps = [step(table, one.stage_from, one.stage_to, one.deal_value) for one in changes]
    value = sum(one.increment for one in steps)
    moved = sum(abs(one.increment) for one in steps)
    sure = sum(abs(one.increment) * one.confidence for one in steps) / moved if moved else None
    why = [
        sentence
        for sentence, holds in (
            ("Nothing was spent, so there is no return on it.", spend == 0),
            ("No change of stage moved any money.", not moved),
        )
        if holds
    ]
    return AdRoas(value, value / spend if spend else None, sure, len(steps), spend, " ".join(why) or None)


def combined_confidence(stage_confidence: float, attribution_confidence: float) -> float:
    """How sure it is that this ad brought this much: both must hold."""
    return stage_confidence * attribution_confidence


def budget_step(
    increment: Minor,
    stage_confidence: float,
    attribution_confidence: float,
    trigger: BudgetTrigger = BudgetTrigger(),
) -> float | None:
    """By what share a budget would be raised (0.14 is 14 %), None when the move is no reason to.

    All three must be exceeded, not only met: the increment, the stage's and the attribution's confidence.
    """
    if (
        increment <= trigger.least_increment
        or stage_confidence <= trigger.stage_confidence
        or attribution_confidence <= trigger.attribution_confidence
    ):
        return None
    sure = combined_confidence(stage_confidence, attribution_confidence)
    size = min(increment / trigger.full_increment, 1.0)
    return trigger.least_step + trigger.extra_step * min(trigger.boost * sure, 1.0) * size
