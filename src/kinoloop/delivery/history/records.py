"""One row of the audit of changes to live ads. Money is minor units."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from kinoloop.delivery.accounts.records import Kind

IN_FLIGHT: frozenset[str] = frozenset({"executing", "unknown"})
"""It was sent, or is about to be, and no answer came yet."""
SENT: frozenset[str] = IN_FLIGHT | {"completed", "overtaken", "reverted"}
"""States of an audit row that count for every limit: it was sent, or may have been."""


@dataclass(frozen=True)
class HistoryRow:
    """One row of `ad_change_history`: an attempt, with before and after and the raw answer.

    `change_type` is the seed's word (BUDGET_INCREASE, BUDGET_DECREASE, STATUS_CHANGE, BID_CHANGE,
    CREATIVE_CHANGE). `status` is executing, completed, failed (surely nothing happened), blocked, unknown,
    overtaken (somebody else changed it meanwhile), validated (a dry run) or reverted. `guards` tells each
    check with its numbers.
    """

    history_id: str
    change_id: str
    tenant_id: str
    account_id: str
    campaign_id: str
    entity_id: str
    kind: Kind
    change_type: str
    old_value: Any
    new_value: Any
    change_percentage: float | None
    triggered_by: str
    approved_by: str | None
    reason: str
    status: str
    error: str | None
    guards: dict[str, Any]
    queued_at: datetime
    started_at: datetime
    completed_at: datetime | None = None
    answer: dict[str, Any] = field(default_factory=dict)
    read_back: Any = None
    worker: str | None = None
    dry_run: bool = False
    duration_ms: int | None = None

    @property
    def of_budget(self) -> bool:
        """True when it moved a budget."""
        return self.change_type.startswith("BUDGET")

    @property
    def in_flight(self) -> bool:
        """True while it may still arrive."""
        return self.status in IN_FLIGHT

    def ended(self, now: datetime) -> datetime:
        """The latest instant at which it can have taken effect."""
        return now if self.in_flight else self.completed_at or self.started_at
