"""What HubSpot's webhooks say, as our events: classic and generic names, whatever a stranger could send.

Nothing of a delivery is ever dropped: what cannot be read becomes a dead event that keeps the text.
"""

import json
import math
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from kinoloop.core.ids import hash_bytes
from kinoloop.learning.crm.records import CrmEvent, ObjectKind
from kinoloop.learning.crm.rules import event_key, is_wanted
from kinoloop.vendors.hubspot.translate import ContactLinks

KINDS: Mapping[str, ObjectKind] = {"deal": "deal", "contact": "contact", "0-3": "deal", "0-1": "contact"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
UNREADABLE = "unreadable"
LINKS = ContactLinks().names
"""The contact properties whose changes matter, as long as nobody names others."""
KEPT = 64_000
"""Characters kept of a delivery that cannot be read."""


def read_delivery(
    body: bytes, *, delivery_id: str, received_at: datetime, contact_properties: Collection[str] = LINKS
) -> tuple[CrmEvent, ...]:
    """Every event of a delivery, an array or one alone; of no tenant yet. Never raises for what it holds.

    Events that may matter are `received`, others `ignored`; those without what an event needs are `dead`.
    """
    try:
        told = _clean(json.loads(body, parse_constant=_no_number))
    except (ValueError, RecursionError) as error:
        return (_unreadable(body, delivery_id, received_at, f"It is not JSON: {type(error).__name__}."),)
    several = told if isinstance(told, list) else [told]
    return tuple(_event(one, delivery_id, received_at, contact_properties) for one in several)


def _event(
    told: object, delivery_id: str, received_at: datetime, contact_properties: Collection[str]
) -> CrmEvent:
    if not isinstance(told, dict):
        text = json.dumps(told).encode()
        return _unreadable(text, delivery_id, received_at, "An event that is not an object.")
    subscription = _text(told.get("subscriptionType") or told.get("eventType")) or ""
    noun, _, change = subscription.partition(".")
    kind = KINDS.get(_text(told.get("objectTypeId")) or "") if noun == "object" else KINDS.get(noun)
    deals, contacts = _touched(told, kind, change)
    name, at = _text(told.get("propertyName")), _instant(told.get("occurredAt"))
    portal, object_id = _text(told.get("portalId")) or "", _object_id(told)
    milliseconds = None if at is None else round((at - EPOCH) / timedelta(milliseconds=1))
    key = event_key(portal, subscription, object_id, name, milliseconds, _text(told.get("eventId")))
    wanted = is_wanted(kind, change, name, contact_properties)
    lacks = _lacking(portal, at, bool(deals or contacts) or change == "associationChange") if wanted else None
    useful = wanted and lacks is None and bool(deals or contacts)
    return CrmEvent(
        key=key,
        tenant_id=None,
        portal_id=portal,
        subscription_type=subscription,
        object_id=object_id,
        property_name=name,
        property_value=_text(told.get("propertyValue")),
        occurred_at=at,
        attempt=_whole(told.get("attemptNumber")) or 0,
        received_at=received_at,
        raw=told,
        state="dead" if lacks else "received" if useful else "ignored",
        note=lacks or (None if useful else "Nothing here depends on it."),
        delivery_id=delivery_id,
        kind=kind,
        change=change,
        deal_ids=deals,
        contact_ids=contacts,
    )


def _touched(
    told: Mapping[str, Any], kind: ObjectKind | None, change: str
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The deals and the contacts that must be read again because of an event."""
    if change == "associationChange":
        ends = _ends(told)
        return tuple(_ids(ends.get("deal"))), tuple(_ids(ends.get("contact")))
    merged = told.get("mergedObjectIds")
    more = merged if isinstance(merged, list) else []
    ids = _ids(told.get("newObjectId"), told.get("primaryObjectId"), told.get("objectId"), *more)
    return (ids if kind == "deal" else ()), (ids if kind == "contact" else ())


def _ends(told: Mapping[str, Any]) -> dict[str, Any]:
    """Both ends of an association by kind; empty unless it joins a deal and a contact."""
    words = (_text(told.get("associationType")) or "").lower().split("_to_")
    kinds = [_text(told.get("fromObjectTypeId")) or words[0], _text(told.get("toObjectTypeId")) or words[-1]]
    ends = {KINDS.get(kinds[0]): told.get("fromObjectId"), KINDS.get(kinds[1]): told.get("toObjectId")}
    return {str(kind): end for kind, end in ends.items()} if set(ends) == {"deal", "contact"} else {}


def _ids(*told: object) -> tuple[str, ...]:
    """Ids as text, each once."""
    return tuple(dict.fromkeys(text for one in told if (text := _text(one))))


def _object_id(told: Mapping[str, Any]) -> str:
    """The object's id; of an association both, as it has none of its own."""
    ends = _ids(told.get("fromObjectId")), _ids(told.get("toObjectId"))
    own = _ids(told.get("objectId"))
    return own[0] if own else ">".join((*ends[0], *ends[1]))


def _lacking(portal: str, at: datetime | None, has_ids: bool) -> str | None:
    """Why an event that is wanted cannot be worked on; None when it can."""
    if not portal:
        return "It names no portal."
    if at is None:
        return "It does not tell when it happened."
    return None if has_ids else "It does not tell which record it is about."


def _unreadable(body: bytes, delivery_id: str, received_at: datetime, why: str) -> CrmEvent:
    text = body[:KEPT].decode("utf-8", "replace").replace("\0", "\ufffd")
    return CrmEvent(
        key=event_key("", UNREADABLE, hash_bytes(body), None, None, None),
        tenant_id=None,
        portal_id="",
        subscription_type=UNREADABLE,
        object_id="",
        property_name=None,
        property_value=None,
        occurred_at=None,
        attempt=0,
        received_at=received_at,
        raw={"text": text},
        state="dead",
        note=why,
        delivery_id=delivery_id,
    )


def _text(told: object) -> str | None:
    """A text or a whole number as text; None for anything else."""
    if isinstance(told, str):
        return told
    return str(told) if isinstance(told, int) and not isinstance(told, bool) else None


def _whole(told: object) -> int | None:
    return told if isinstance(told, int) and not isinstance(told, bool) and 0 <= told < 2**31 else None


def _instant(told: object) -> datetime | None:
    """From milliseconds since 1970."""
    text = _text(told)
    try:
        return None if text is None else EPOCH + timedelta(milliseconds=int(text))
    except (ValueError, OverflowError):
        return None


def _clean(told: Any) -> Any:
    """The same without what a database cannot keep as text: NUL, halves of characters, endless numbers."""
    if isinstance(told, str):
        return told.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(told, float):
        return told if math.isfinite(told) else str(told)
    if isinstance(told, list):
        return [_clean(one) for one in told]
    if isinstance(told, dict):
        return {_clean(name): _clean(value) for name, value in told.items()}
    return told


def _no_number(name: str) -> None:
    raise ValueError(name)
