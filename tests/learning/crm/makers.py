"""Events and deals for the tests of the CRM's room."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kinoloop.learning.crm.records import CrmContact, CrmDeal, CrmEvent, StageMove
from kinoloop.learning.crm.rules import event_key

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
TENANT, PORTAL = "ptd_fitness", "33"


def event(deal_id: str = "901", **changes: Any) -> CrmEvent:
    """A deal moved; the key follows from the rest."""
    plain = CrmEvent(
        key="",
        tenant_id=None,
        portal_id=PORTAL,
        subscription_type="deal.propertyChange",
        object_id=deal_id,
        property_name="dealstage",
        property_value="showup",
        occurred_at=NOON,
        attempt=0,
        received_at=NOON,
        raw={"objectId": deal_id},
        delivery_id="d1",
        kind="deal",
        change="propertyChange",
        deal_ids=(deal_id,),
    )
    made = replace(plain, **changes)
    milliseconds = None if made.occurred_at is None else round(made.occurred_at.timestamp() * 1000)
    key = event_key(
        made.portal_id,
        made.subscription_type,
        made.object_id,
        made.property_name,
        milliseconds,
        str(made.property_value),
    )
    return replace(made, key=changes.get("key", key))


def deal(deal_id: str = "901", *stages: str, **changes: Any) -> CrmDeal:
    """A deal that entered these stages, one an hour."""
    names = stages or ("appointmentscheduled", "showup")
    moves = tuple(
        StageMove(name, NOON + timedelta(hours=place), "CRM_UI") for place, name in enumerate(names)
    )
    plain = CrmDeal(
        deal_id=deal_id,
        pipeline="default",
        stage=names[-1],
        amount=Decimal("20000.00"),
        currency="EUR",
        created_at=NOON,
        modified_at=moves[-1].at,
        moves=moves,
    )
    return replace(plain, **changes)


def contact(contact_id: str = "51", **changes: Any) -> CrmContact:
    return replace(CrmContact(contact_id, NOON), **changes)
