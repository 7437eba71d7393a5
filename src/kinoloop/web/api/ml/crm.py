"""What the CRM knows, handed in by somebody with a key: values per ad, deals with their moves, one event.

Values per ad are what somebody says; they are kept with their time beside the ledger and never added to it.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from kinoloop.core.errors import ForbiddenError
from kinoloop.flows.sync_crm.desk import HandedDeal, Taken
from kinoloop.learning.crm.records import CrmContact, CrmDeal, Receipt, StageMove
from kinoloop.learning.crm.rules import ordered
from kinoloop.web.api.shapes import Body, Problem
from kinoloop.web.api.speak import problem
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(prefix="/api/ml", tags=["crm"], responses={403: {"model": Problem}})
Name = Annotated[str, Field(min_length=1, max_length=200)]
Money = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=24, decimal_places=9)]


class MoveBody(Body):
    """The deal was put into `stage` (the CRM's id or the table's name) at `at`, with its time zone."""

    stage: Name
    at: AwareDatetime


class ContactBody(Body):
    """Who stands behind a deal, with what links them to a click."""

    contact_id: Name
    created_at: AwareDatetime | None = None
    click_id: str | None = Field(None, max_length=500)
    fbclid: str | None = Field(None, max_length=2000)
    visitor_id: str | None = Field(None, max_length=500)


class DealBody(Body):
    """A deal and its moves, in any order. `amount` in major units of `currency` (the tenant's when null)."""

    deal_id: Name
    moves: list[MoveBody] = Field(min_length=1, max_length=500)
    amount: Money | None = None
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    pipeline: Name | None = None
    created_at: AwareDatetime | None = None
    contacts: list[ContactBody] = Field(default_factory=list, max_length=100)

    def handed(self) -> HandedDeal:
        moves = ordered(StageMove(move.stage, move.at, "API") for move in self.moves)
        created = self.created_at or moves[0].at
        people = tuple(
            CrmContact(one.contact_id, one.created_at or created, one.click_id, one.fbclid, one.visitor_id)
            for one in self.contacts
        )
        deal = CrmDeal(
            deal_id=self.deal_id,
            pipeline=self.pipeline or "",
            stage=moves[-1].stage,
            amount=self.amount,
            currency=self.currency,
            created_at=created,
            modified_at=moves[-1].at,
            moves=moves,
            contact_ids=tuple(dict.fromkeys(one.contact_id for one in self.contacts)),
        )
        return HandedDeal(deal, people)


class IngestBody(Body):
    """`ad_performances`: the CRM's value by ad id. `deals`: what happened to deals. At least one of them.

    `tenant_id` may be left out where there is only one.
    """

    ad_performances: Annotated[dict[Name, Money], Field(max_length=10_000)] | None = None
    deals: Annotated[list[DealBody], Field(max_length=1_000)] | None = None
    tenant_id: Name | None = None

    @model_validator(mode="after")
    def _something(self) -> "IngestBody":
        if self.ad_performances is None and self.deals is None:
            raise ValueError("send ad_performances, deals, or both")
        return self


class DealAnswer(BaseModel):
    """Where the deal stands by the ledger (minor units), or why it was refused."""

    deal_id: str
    stage: str | None
    level: int | None
    expected: int | None
    error: Problem | None


class IngestAnswer(BaseModel):
    """`updated_ads` of `total_received` values differ from those before. `status`: success or partial."""

    status: str
    updated_ads: int
    total_received: int
    reported_at: datetime
    deals: list[DealAnswer]


class EventBody(BaseModel):
    """One event as HubSpot sends it; what is not listed is kept, too."""

    model_config = ConfigDict(extra="allow")

    portalId: int | str  # noqa: N815  # HubSpot's own names
    objectId: int | str | None = None  # noqa: N815
    occurredAt: int  # noqa: N815
    subscriptionType: str | None = None  # noqa: N815
    eventType: str | None = None  # noqa: N815

    def told(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


class EventAnswer(BaseModel):
    """`status`: queued, duplicate, ignored, unknown_portal or dead. `job_id` of the run that works on it."""

    status: str
    event_key: str
    job_id: str | None


@router.post("/ingest-crm-data", summary="Hand in what the CRM knows", responses={404: {"model": Problem}})
def ingest(body: IngestBody, stage: Stage, who: Who, clock: Now) -> IngestAnswer:
    """Deals go into the ledger, each for itself; values per ad are kept as reported."""
    _require_owner(who)
    at, values = clock.now(), body.ad_performances or {}
    updated = stage.crm.report(values, who=who.user_id, tenant_id=body.tenant_id) if values else 0
    handed = [deal.handed() for deal in body.deals or ()]
    taken = stage.crm.take_deals(handed, tenant_id=body.tenant_id) if handed else ()
    return IngestAnswer(
        status="partial" if any(one.error for one in taken) else "success",
        updated_ads=updated,
        total_received=len(values),
        reported_at=at,
        deals=[_deal(one) for one in taken],
    )


@router.post("/process-hubspot-event", status_code=202, summary="Hand in one event of HubSpot's")
def process(body: EventBody, stage: Stage, who: Who, response: Response) -> EventAnswer:
    """Through the same inbox as the webhooks: stored once, worked on later. 200 if there is nothing to do."""
    _require_owner(who)
    receipt = stage.crm.take_event(body.told())
    response.status_code = 202 if receipt.run_id else 200
    return EventAnswer(status=_status(receipt), event_key=receipt.keys[0], job_id=receipt.run_id)


def _status(receipt: Receipt) -> str:
    state = next(iter(receipt.states), "duplicate")
    return "queued" if state == "received" else state


def _deal(taken: Taken) -> DealAnswer:
    standing = taken.standing
    return DealAnswer(
        deal_id=taken.deal_id,
        stage=standing.stage if standing else None,
        level=standing.level if standing else None,
        expected=standing.expected if standing else None,
        error=problem(taken.error.as_dict()) if taken.error else None,
    )


def _require_owner(who: User) -> None:
    if not who.sees_all:
        raise ForbiddenError(
            "Only an owner may hand in what the CRM knows.",
            why="It becomes revenue, and may lead to proposals about budgets.",
            fix="Use an owner's key.",
        )
