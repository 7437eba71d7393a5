"""Deals and people as the CRM tells them, its events as they came in, and reports on reading it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from kinoloop.core.currency import Minor

ObjectKind = Literal["deal", "contact"]
EventState = Literal["received", "ignored", "unknown_portal", "handled", "failed", "dead"]
"""received: to be done; ignored: of no use here; unknown_portal: nobody's; failed: tried again; dead: not."""
ReadBy = Literal["crm", "event", "api"]
"""How we know: read from the CRM, only told by its event (no key), or handed in over our own API."""


@dataclass(frozen=True)
class StageMove:
    """The deal was put into `stage` (the CRM's own id) at `at`, by the CRM's clock."""

    stage: str
    at: datetime
    source: str = ""


@dataclass(frozen=True)
class CrmDeal:
    """A deal read in full. `moves` is its whole stage history, oldest first."""

    deal_id: str
    pipeline: str
    stage: str
    amount: Decimal | None
    currency: str | None
    created_at: datetime
    modified_at: datetime
    moves: tuple[StageMove, ...]
    contact_ids: tuple[str, ...] = ()
    closed: bool = False
    won: bool = False
    archived: bool = False
    properties: dict[str, str | None] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CrmContact:
    """Who stands behind a deal, with what links them to a click. All of it may be missing."""

    contact_id: str
    created_at: datetime
    click_id: str | None = None
    fbclid: str | None = None
    visitor_id: str | None = None
    properties: dict[str, str | None] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class CrmStage:
    """One stage of a pipeline. `probability` 0 to 1."""

    pipeline: str
    stage_id: str
    label: str
    order: int
    probability: float | None
    closed: bool


@dataclass(frozen=True)
class Portal:
    """An account at the CRM, and whose it is here."""

    portal_id: str
    tenant_id: str
    connected_at: datetime
    connected_by: str


@dataclass(frozen=True)
class CrmEvent:
    """One event of a webhook delivery, as stored. `key` is what makes it unique; see `crm.rules.event_key`.

    `tenant_id` is None while nobody has connected the portal; `occurred_at` None where it was not told.
    `change` is what happened without the object's name (`propertyChange`, `creation`); `deal_ids` and
    `contact_ids` are the records to read again. `times` counts deliveries, `tries` our attempts.
    """

    key: str
    tenant_id: str | None
    portal_id: str
    subscription_type: str
    object_id: str
    property_name: str | None
    property_value: str | None
    occurred_at: datetime | None
    attempt: int
    received_at: datetime
    raw: dict[str, Any]
    state: EventState = "received"
    note: str | None = None
    handled_at: datetime | None = None
    delivery_id: str = ""
    kind: ObjectKind | None = None
    change: str = ""
    deal_ids: tuple[str, ...] = ()
    contact_ids: tuple[str, ...] = ()
    times: int = 1
    tries: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True)
class Receipt:
    """What became of one delivery: its events, the new ones, their states, the run that works on them."""

    delivery_id: str
    events: int
    new: int
    states: dict[str, int]
    run_id: str | None = None
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class KnownDeal:
    """A deal as we know it. `gone_at`: since when the CRM has it no more; the ledger keeps what it brought.

    Where it was only told by an event, all that the event does not say is None.
    """

    tenant_id: str
    deal_id: str
    pipeline: str | None
    stage: str | None
    amount: Decimal | None
    currency: str | None
    created_at: datetime | None
    modified_at: datetime | None
    closed: bool | None
    won: bool | None
    source: ReadBy
    read_at: datetime
    gone_at: datetime | None = None
    note: str | None = None
    contact_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class CrmConversion:
    """How a deal (or a contact) was attributed when last asked.

    `evidence` is the hash of what could link it to a click, and of its worth: with another it is asked again.
    """

    conversion_id: str
    tenant_id: str
    kind: ObjectKind
    object_id: str
    contact_id: str | None
    evidence: str
    method: str
    confidence: float
    click_id: str | None
    ad_id: str | None
    campaign_id: str | None
    attributed_at: datetime


@dataclass(frozen=True)
class BudgetWish:
    """A deal moved up and an ad is credited with it: its budget may be raised by `step` (0.14 = 14 %).

    Only asked for: whoever takes it proposes a change that the guards and a person judge. `wish_id` is the
    same whenever the same move is seen again.
    """

    wish_id: str
    tenant_id: str
    deal_id: str
    stage: str
    at: datetime
    increment: Minor
    stage_confidence: float
    attribution_confidence: float
    step: float
    ad_id: str | None
    campaign_id: str
    reason: str
    created_at: datetime
    state: Literal["open", "proposed", "refused", "dead"] = "open"
    answer: str | None = None
    tries: int = 0
    due_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Cursor:
    """How far the CRM was read, by its own clock. Moves before `reconciled_until` have been compared."""

    tenant_id: str
    cursor_at: datetime
    reconciled_until: datetime
    updated_at: datetime


@dataclass(frozen=True)
class Reconciled:
    """Stage moves of one window, by who told of them; `missed` are some that no webhook told of."""

    both: int = 0
    only_sync: int = 0
    only_webhook: int = 0
    missed: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True)
class SyncReport:
    """One sync of one tenant. `position` is how far it has stored, from where it goes on after a crash."""

    sync_id: str
    tenant_id: str
    started_at: datetime
    since: datetime
    position: datetime
    state: Literal["running", "completed", "failed"] = "running"
    listed: int = 0
    stored: int = 0
    gone: int = 0
    failed: int = 0
    reconciled: Reconciled = Reconciled()
    window_from: datetime | None = None
    window_to: datetime | None = None
    error: str | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True)
class ReportedValue:
    """What somebody says an ad brought, as they said it. Never part of the ledger, which counts stages."""

    value_id: str
    tenant_id: str
    ad_id: str
    value: Decimal
    reported_at: datetime
    who: str
