"""What a stage is worth, what a deal's events add up to, and what closed deals teach: pure functions."""

from kinoloop.learning.revenue.rules.events import merged
from kinoloop.learning.revenue.rules.ledger import deal_ledger, ledger
from kinoloop.learning.revenue.rules.returns import ad_roas, budget_step, combined_confidence
from kinoloop.learning.revenue.rules.stages import (
    UnknownStageError,
    check,
    level,
    order,
    stage_name,
    step,
    worth,
)
from kinoloop.learning.revenue.rules.suggestions import accepted, suggest

__all__ = [
    "UnknownStageError",
    "accepted",
    "ad_roas",
    "budget_step",
    "check",
    "combined_confidence",
    "deal_ledger",
    "ledger",
    "level",
    "merged",
    "order",
    "stage_name",
    "step",
    "suggest",
    "worth",
]
