"""What an event touches, when a failed one is tried again, who led to a deal, which moves both sides told.

Pure; instants are UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kinoloop.core.ids import hash_json
from kinoloop.learning.crm.records import CrmContact, CrmEvent, EventState, ObjectKind, Reconciled, StageMove

STAGE = "dealstage"
DEAL_PROPERTIES = frozenset({STAGE, "pipeline", "amount", "deal_currency_code", "hs_is_closed_won"})
CHANGES = frozenset({"creation", "propertyChange", "deletion", "restore", "merge", "associationChange"})
FORGET = "privacyDeletion"
"""The one change only contacts have: a person wants to be forgotten."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(hours=48)
"""A passing failure is tried again for so long: a day of HubSpot's migrations, and one more."""
CLEAR_TRIES = 5
"""So often where the answer was a clear no: somebody may mend it meanwhile."""

SAME_MOVE = timedelta(seconds=10)
"""The history's time and the event's `occurredAt` of one move differ by less than this."""
SHOWN = 50


def event_key(
    portal_id: str,
    subscription_type: str,
    object_id: str,
    property_name: str | None,
    occurred_ms: int | None,
    event_id: str | None,
) -> str:
    """What makes an event unique, whatever its attempt: HubSpot's `eventId` alone is not."""
    return hash_json([portal_id, subscription_type, object_id, property_name, occurred_ms, event_id])


def is_wanted(
    kind: ObjectKind | None, change: str, property_name: str | None, contact_properties: Iterable[str]
) -> bool:
    """Whether an event can change a deal's ledger or its attribution. The others are kept and left alone."""
    if kind is None or change not in CHANGES:
        return kind == "contact" and change == FORGET
    if change != "propertyChange":
        return True
    return property_name in (DEAL_PROPERTIES if kind == "deal" else frozenset(contact_properties))


def is_stage_event(event: CrmEvent) -> bool:
    """The deal was put into `property_value`."""
    return event.kind == "deal" and event.change == "propertyChange" and event.property_name == STAGE


def after_failure(
    tries: int, *, passing: bool, since: datetime, now: datetime, wait: float | None = None
) -> tuple[EventState, datetime | None]:
    """The state after the `tries`-th failure (from 1), and when to try again: waits double up to an hour.

    `wait` is how many seconds the CRM asked for: it is not asked before.
    """
    if (passing and now - since > PATIENCE) or (not passing and tries >= CLEAR_TRIES):
        return "dead", None
    own = min(FIRST_WAIT * 2 ** min(tries - 1, 20), LONGEST_WAIT)
    return "failed", now + max(own, timedelta(seconds=wait or 0.0))


def who_led(contacts: Iterable[CrmContact]) -> CrmContact | None:
    """The person whose click is asked for: the surest link first, then who came first."""
    return min(contacts, key=_strength, default=None)


def _strength(contact: CrmContact) -> tuple[int, datetime, str]:
    links = (contact.click_id, contact.fbclid, contact.visitor_id)
    first = next((place for place, link in enumerate(links) if link), len(links))
    return first, contact.created_at, contact.contact_id


def evidence(contact: CrmContact | None) -> str:
    """Changes exactly when something else could link the deal to a click."""
    if contact is None:
        return hash_json(None)
    return hash_json([contact.contact_id, contact.click_id, contact.fbclid, contact.visitor_id])


@dataclass(frozen=True)
class Told:
    """One stage move as one side tells it. `stage` None: the deal was created, in whatever stage."""

    deal_id: str
    stage: str | None
    at: datetime


def reconcile(
    history: Sequence[Told], webhooks: Sequence[Told], since: datetime, until: datetime
) -> Reconciled:
    """Who told of each move in `[since, until)`. Both sides come with `SAME_MOVE` more at either end.

    Each event stands for at most one move, the nearest in time; a creation for the deal's first one. Events
    without a move (`only_webhook`) are of deals that are gone, or of a history that HubSpot has shortened.
    """
    left: dict[str, list[Told]] = {}
    for event in webhooks:
        left.setdefault(event.deal_id, []).append(event)
    missed, both = list[Told](), 0
    for move in sorted(history, key=lambda one: (one.at, one.deal_id)):
        found = _taken(move, left.get(move.deal_id, []))
        if since <= move.at < until:
            both += found
            missed += [] if found else [move]
    unheard = [event for events in left.values() for event in events if event.stage is not None]
    alone = sum(since <= event.at < until for event in unheard)
    return Reconciled(both, len(missed), alone, tuple(_shown(move) for move in missed[:SHOWN]))


def _taken(move: Told, events: list[Told]) -> bool:
    """Take the event that tells of this move out of the list; False when there is none."""
    fits = [event for event in events if _is_same(move, event)]
    if fits:
        events.remove(min(fits, key=lambda event: (event.stage is None, abs(event.at - move.at))))
    return bool(fits)


def _is_same(move: Told, event: Told) -> bool:
    return event.stage in (None, move.stage) and abs(event.at - move.at) <= SAME_MOVE


def _shown(move: Told) -> dict[str, str]:
    return {"deal_id": move.deal_id, "stage": move.stage or "", "at": move.at.isoformat()}


def highs(levels: Sequence[int]) -> tuple[int, ...]:
    """By how much each level is above every one before it, else 0: a deal that goes to and fro rises once.

    The first is compared with nothing at all, which is 0.
    """
    best, risen = 0, list[int]()
    for level in levels:
        risen.append(max(0, level - best))
        best = max(best, level)
    return tuple(risen)


def ordered(moves: Iterable[StageMove]) -> tuple[StageMove, ...]:
    """Oldest first, each once."""
    return tuple(
        sorted(
            {(move.at, move.stage): move for move in moves}.values(), key=lambda move: (move.at, move.stage)
        )
    )
