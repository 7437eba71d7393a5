"""What the app has subscribed to, and an event in HubSpot's words."""

from dataclasses import dataclass
from typing import Any, get_args

from kinoloop.core.errors import InputError
from kinoloop.sandbox.hubspot.account import Account
from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import SINGULAR, TYPE_IDS, Change, Event
from kinoloop.sandbox.hubspot.words import instant, millis

_FIRST = 7_000_001
_USUAL: dict[Kind, str] = {"deals": "dealstage"}
_FLAGS = {"creation": "CREATED", "deletion": "DELETED"}
ANY = "*"


@dataclass(frozen=True)
class Subscription:
    """`type` as it is told: `deal.propertyChange`, or the generic `object.propertyChange`."""

    id: int
    type: str
    kind: Kind
    event: Event
    name: str | None = None

    @property
    def generic(self) -> bool:
        return self.type.startswith("object.")

    def hears(self, change: Change) -> bool:
        return (
            change.kind == self.kind
            and change.event == self.event
            and (self.event != "propertyChange" or self.name in (ANY, change.name))
        )


def subscription(text: str, number: int) -> Subscription:
    """Of `deal.creation`, `deal.propertyChange:amount` or `object.propertyChange:0-3:dealstage`.

    `*` is any property; a deal's change without a property means its stage. Raises InputError.
    """
    type_, *more = text.split(":")
    named, _, event = type_.partition(".")
    kind = _kind(more.pop(0) if named == "object" and more else named)
    if kind is None or event not in get_args(Event):
        raise InputError(
            f"'{text}' is no event of contacts or deals.",
            fix="Write deal.creation, deal.propertyChange:dealstage or object.propertyChange:0-3:dealstage.",
        )
    name = more[0] if more else _USUAL.get(kind)
    if event == "propertyChange" and not name:
        raise InputError(f"'{text}' names no property.", fix=f"Write {type_}:email, or {type_}:* for any.")
    return Subscription(_FIRST + number, type_, kind, event, name if event == "propertyChange" else None)  # type: ignore[arg-type]  # checked above


def _kind(name: str) -> Kind | None:
    return next((kind for kind in SINGULAR if name in (SINGULAR[kind], TYPE_IDS[kind])), None)


def worded(heard: Subscription, change: Change, account: Account, event_id: int) -> dict[str, Any]:
    """One event, at its first attempt."""
    told: dict[str, Any] = {
        "eventId": event_id,
        "subscriptionId": heard.id,
        "portalId": account.portal_id,
        "appId": account.app_id,
        "occurredAt": millis(change.at),
        "subscriptionType": heard.type,
        "attemptNumber": 0,
        "objectId": int(change.record_id),
        "changeSource": change.source.type,
    }
    if heard.generic:
        told["objectTypeId"] = TYPE_IDS[change.kind]
    if change.event == "propertyChange":
        told |= {"propertyName": change.name, "propertyValue": _value(change), "isSensitive": False}
    else:
        told["changeFlag"] = _FLAGS[change.event]
    if change.source.id is not None:
        told["sourceId"] = change.source.id
    return told


def _value(change: Change) -> str | None:
    """Instants are told as milliseconds here, unlike in the API's answers."""
    at = instant(change.value) if change.value and change.type in ("date", "datetime") else None
    return str(millis(at)) if at is not None else change.value
