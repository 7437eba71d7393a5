"""The inbox: every event once, claimed by one worker at a time, kept with its reason when it fails."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, or_, select, update

from kinoloop.core.errors import ConflictError
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import CrmEvent, Portal
from kinoloop.learning.crm.rows import add, event_row, insert, put, read_event
from kinoloop.learning.crm.rules import after_failure, event_key
from kinoloop.learning.crm.tables import events, portals

LEASE = timedelta(minutes=10)
"""A worker that gave no sign for so long has lost what it claimed."""
CHUNK = 100
OPEN = ("received", "failed")
SYNC = "sync"
"""What a sync leaves behind, among the events."""


def connect_portal(
    connection: Connection, portal_id: str, tenant_id: str, *, who: str, now: datetime
) -> Portal:
    """Whose account this is. Its events that waited, unknown, are to be done now.

    Raises ConflictError when it is another tenant's: deals of one are never counted for another.
    """
    known = queries.portal(connection, portal_id)
    if known is not None and known.tenant_id != tenant_id:
        raise ConflictError(
            f"The portal {portal_id} belongs to '{known.tenant_id}'.",
            why="One account at the CRM is one tenant's.",
            fix="Use the tenant it belongs to.",
        )
    made = known or Portal(portal_id, tenant_id, now, who)
    put(connection, portals, vars(made))
    adopt(connection)
    return made


def adopt(connection: Connection) -> int:
    """Events that came while nobody had connected their portal, and somebody has; gives how many."""
    c = events.c
    whose = select(portals.c.tenant_id).where(portals.c.portal_id == c.portal_id).scalar_subquery()
    waiting = (c.state == "unknown_portal") & c.portal_id.in_(select(portals.c.portal_id))
    freed = update(events).where(waiting).values(tenant_id=whose, state="received", note=None, due_at=None)
    return int(connection.execute(freed).rowcount)


def take_in(connection: Connection, told: Sequence[CrmEvent]) -> tuple[CrmEvent, ...]:
    """Store a delivery; gives the events that are new, with their tenants. Those known are counted once more.

    Events of a portal that nobody has connected are kept as `unknown_portal` and wait for it.
    """
    tenants = queries.tenants(connection, {event.portal_id for event in told})
    once: dict[str, CrmEvent] = {}
    for event in told:
        again = once.get(event.key)
        placed = _placed(event, tenants.get(event.portal_id))
        once[event.key] = placed if again is None else replace(again, times=again.times + 1)
    # One order for all: two deliveries that overlap must not wait for each other in a circle.
    rows = [once[key] for key in sorted(once)]
    fresh = set[str]()
    for start in range(0, len(rows), CHUNK):
        fresh |= _store(connection, rows[start : start + CHUNK])
    return tuple(event for event in once.values() if event.key in fresh)


def _placed(event: CrmEvent, tenant_id: str | None) -> CrmEvent:
    if tenant_id is None and event.state == "received":
        why = f"Nobody has connected the portal {event.portal_id}."
        return replace(event, state="unknown_portal", note=why)
    return replace(event, tenant_id=tenant_id)


def _store(connection: Connection, rows: Sequence[CrmEvent]) -> set[str]:
    """Insert or count again; gives the keys that are new."""
    query = insert(connection, events).values([event_row(event) for event in rows])
    latest = func.greatest if connection.dialect.name == "postgresql" else func.max
    seen = {
        "times": events.c.times + query.excluded.times,
        "attempt": latest(events.c.attempt, query.excluded.attempt),
    }
    told = query.on_conflict_do_update(index_elements=["key"], set_=seen)
    done = connection.execute(told.returning(events.c.key, events.c.times))
    given = {event.key: event.times for event in rows}
    return {key for key, times in done if times == given[key]}


def claim(connection: Connection, worker: str, *, now: datetime, limit: int = 50) -> tuple[CrmEvent, ...]:
    """Take up to `limit` events that are due, the oldest first, for this worker alone until its lease ends.

    A worker that comes back after a crash gets its own at once.
    """
    c = events.c
    free = or_(c.taken_until.is_(None), c.taken_until <= now, c.taken_by == worker)
    due = (c.state.in_(OPEN), or_(c.due_at.is_(None), c.due_at <= now), c.tenant_id.is_not(None), free)
    query = select(events).where(*due).order_by(c.received_at, c.key).limit(limit)
    found = [read_event(row) for row in connection.execute(query.with_for_update(skip_locked=True))]
    mine = {"taken_by": worker, "taken_until": now + LEASE}
    _set(connection, [event.key for event in found], mine)
    return tuple(found)


def handled(connection: Connection, keys: Iterable[str], *, now: datetime, note: str | None = None) -> None:
    """Done; `note` says what was not as usual."""
    done = {"state": "handled", "note": note, "handled_at": now, "due_at": None}
    _set(connection, list(keys), done | {"taken_by": None, "taken_until": None})


def failed(
    connection: Connection,
    event: CrmEvent,
    why: str,
    *,
    passing: bool,
    now: datetime,
    wait: float | None = None,
) -> CrmEvent:
    """Keep the reason; the event is due again later, or dead. `wait`: seconds that the CRM asked for."""
    tries = event.tries + 1
    state, due = after_failure(tries, passing=passing, since=event.received_at, now=now, wait=wait)
    after = replace(event, tries=tries, state=state, due_at=due, note=why)
    told = {"tries": tries, "state": state, "due_at": due, "note": why}
    _set(connection, [event.key], told | {"taken_by": None, "taken_until": None})
    return after


def put_off(
    connection: Connection, tenant_id: str, deal_id: str, why: str, *, passing: bool, now: datetime
) -> None:
    """A sync could not keep this deal: it goes on without it, and the inbox tries it again and shows why."""
    event = CrmEvent(
        key=event_key("", SYNC, f"{tenant_id}:{deal_id}", None, None, now.isoformat()),
        tenant_id=tenant_id,
        portal_id="",
        subscription_type=SYNC,
        object_id=deal_id,
        property_name=None,
        property_value=None,
        occurred_at=now,
        attempt=0,
        received_at=now,
        raw={},
        delivery_id=SYNC,
        kind="deal",
        change=SYNC,
        deal_ids=(deal_id,),
    )
    add(connection, events, event_row(event))
    failed(connection, event, why, passing=passing, now=now)


def redo(
    connection: Connection,
    keys: Sequence[str] | None = None,
    *,
    tenant_id: str | None = None,
    now: datetime,
) -> int:
    """A person says: try again. Dead and failed events (all, or these; of one tenant) are due now; gives how
    many.
    """
    c = events.c
    lame = c.state.in_(("dead", "failed")) & c.tenant_id.is_not(None) & c.occurred_at.is_not(None)
    lame = lame if tenant_id is None else lame & (c.tenant_id == tenant_id)
    chosen = lame if keys is None else lame & c.key.in_(keys)
    anew = {"state": "received", "tries": 0, "due_at": None, "received_at": now}
    return int(connection.execute(update(events).where(chosen).values(anew)).rowcount)


def forget_events(connection: Connection, *, older_than: datetime) -> int:
    """Take away what is done or was of no use; gives how many. What failed stays until somebody looks."""
    c = events.c
    old = c.state.in_(("handled", "ignored")) & (c.received_at < older_than)
    return int(connection.execute(delete(events).where(old)).rowcount)


def _set(connection: Connection, keys: Sequence[str], values: Mapping[str, object]) -> None:
    for start in range(0, len(keys), CHUNK):
        chosen = events.c.key.in_(keys[start : start + CHUNK])
        connection.execute(update(events).where(chosen).values(dict(values)))
