"""What a node of a flow decided: the choice, its reason, how sure it was, and what else was considered."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class NodeDecision:
    """One decision of one node in one run. `made_by` is a rule set, a writer or a model with its version."""

    run_id: str
    subject: str
    node: str
    decision: str
    reason: str
    confidence: float | None
    alternatives: tuple[str, ...]
    made_by: str
    at: datetime
