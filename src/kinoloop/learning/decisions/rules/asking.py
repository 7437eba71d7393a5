"""A wish as the guards look at it, before it is a change of the queue. Pure."""

from dataclasses import dataclass, field
from typing import Any

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts.records import AdEntity, Kind
from kinoloop.delivery.guards.records import AUTO


@dataclass(frozen=True)
class Asked:
    """Satisfies `guards.records.Wish`; nobody has said yes to it."""

    campaign_id: str
    entity_id: str
    kind: Kind
    change_type: str
    requested: int | str
    change_id: str = ""
    exact: bool = False
    tree: dict[str, Any] = field(default_factory=dict)
    approved_by: str | None = AUTO
    reverts: str | None = None

    @classmethod
    def budget(cls, entity: AdEntity, amount: Minor) -> "Asked":
        return cls(entity.campaign_id, entity.entity_id, entity.kind, "budget", amount)
