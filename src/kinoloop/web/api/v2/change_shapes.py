"""Bodies and answers of the routes about changes. Money is minor units; what is not known is null."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StrictInt

from kinoloop.delivery.accounts.records import Kind
from kinoloop.delivery.changes.records import ChangeState, ChangeType
from kinoloop.web.api.shapes import Body

Amount = Annotated[StrictInt, Field(ge=-(10**15), le=10**15, description="Minor units a day")]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Sha = Annotated[str, Field(pattern="^[0-9a-f]{64}$", description="`sha256` of the change as it was seen")]


class ExpectedShape(Body):
    """What it is expected to bring a day; null where it cannot be said. `worst_case`: lost at most."""

    effect: str = Field(min_length=1, max_length=500)
    profit: Amount | None = None
    low: Amount | None = None
    high: Amount | None = None
    worst_case: Amount | None = None


class ProposeBody(Body):
    """`requested`: minor units for budget and bid, ACTIVE or PAUSED for status, an id for a creative.

    The same `key` again gives the change that is there. `dry_run` only asks whether it would be taken.
    """

    account_id: Name
    kind: Kind
    entity_id: Name
    change_type: ChangeType
    requested: StrictInt | Name
    reason: str = Field(min_length=1, max_length=1000)
    triggered_by: Name = "api"
    key: Name | None = None
    expected: ExpectedShape
    confidence: float | None = Field(default=None, ge=0, le=1)
    exact: bool = False
    dry_run: bool = False


class ApproveBody(Body):
    sha256: Sha


class RejectBody(Body):
    why: str = Field(min_length=1, max_length=500)


class BlockAnswer(BaseModel):
    guard: str
    reason: str
    fix: str
    until: datetime | None


class OutlookAnswer(BaseModel):
    """What the limits would say now, by the mirror, after a person's yes. `stands` may be unknown."""

    stands: Literal["passed", "blocked", "waits", "unknown"]
    blocks: list[BlockAnswer]
    facts: dict[str, Any]
    seen_at: datetime | None
    reason: str | None


class AttemptAnswer(BaseModel):
    """One row of the audit. `guards` has each limit with its numbers, `answer` the platform's raw answer."""

    history_id: str
    change_type: str
    status: str
    old_value: Any
    new_value: Any
    read_back: Any
    change_percentage: float | None
    triggered_by: str
    approved_by: str | None
    reason: str
    error: str | None
    guards: dict[str, Any]
    answer: dict[str, Any]
    worker: str | None
    dry_run: bool
    queued_at: datetime
    started_at: datetime
    completed_at: datetime | None
    duration_ms: int | None


class ChangeAnswer(BaseModel):
    """`sha256` is what an approval names. `sent` is the value in the last request, null before one."""

    change_id: str
    account_id: str
    campaign_id: str
    entity_id: str
    kind: Kind
    change_type: ChangeType
    title: str
    current: int | str | None
    requested: int | str
    sent: int | str | None
    currency: str
    currency_offset: int
    state: ChangeState
    reason: str
    triggered_by: str
    expected: ExpectedShape
    confidence: float | None
    exact: bool
    dry_run: bool
    sha256: str
    tree: dict[str, Any]
    created_at: datetime
    earliest_execute_at: datetime
    approved_by: str | None
    approved_at: datetime | None
    executed_at: datetime | None
    attempts: int
    error: str | None
    dead_letter: bool
    reverts: str | None


class WholeChangeAnswer(ChangeAnswer):
    """With every attempt, newest first, and, while nothing was sent, what the limits would say."""

    outlook: OutlookAnswer | None
    history: list[AttemptAnswer]


class ChangesAnswer(BaseModel):
    changes: list[ChangeAnswer]
    count: int
    next: str | None
