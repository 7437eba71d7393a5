"""Reading the CRM: portals, the inbox, deals and their people, cursors, reports, wishes."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.learning.crm import tables as t
from kinoloop.learning.crm.records import (
    BudgetWish,
    CrmContact,
    CrmConversion,
    CrmEvent,
    Cursor,
    KnownDeal,
    Portal,
    ReportedValue,
    SyncReport,
)
from kinoloop.learning.crm.rows import read_deal, read_event, read_reported, read_sync
from kinoloop.learning.crm.rules import SAME_MOVE, STAGE, Told

LARGEST_PAGE = 500
CHUNK = 500
WEBHOOK = "WEBHOOK"


def portal(connection: Connection, portal_id: str) -> Portal | None:
    row = connection.execute(select(t.portals).where(t.portals.c.portal_id == portal_id)).first()
    return None if row is None else Portal(**row._mapping)


def portals(connection: Connection, *, tenant_id: str | None = None) -> tuple[Portal, ...]:
    """All that are connected, by id."""
    query = select(t.portals).order_by(t.portals.c.portal_id)
    if tenant_id is not None:
        query = query.where(t.portals.c.tenant_id == tenant_id)
    return tuple(Portal(**row._mapping) for row in connection.execute(query))


def tenants(connection: Connection, portal_ids: Collection[str]) -> dict[str, str]:
    """Whose these portals are; those that nobody has connected are left out."""
    c, found = t.portals.c, dict[str, str]()
    for part in _chunks(sorted(portal_ids)):
        query = select(c.portal_id, c.tenant_id).where(c.portal_id.in_(part))
        found |= {row.portal_id: row.tenant_id for row in connection.execute(query)}
    return found


def event(connection: Connection, key: str) -> CrmEvent:
    """Raises NotFoundError."""
    row = connection.execute(select(t.events).where(t.events.c.key == key)).first()
    if row is None:
        raise NotFoundError(f"There is no event '{key}'.", fix="Look in the inbox.")
    return read_event(row)


def events(
    connection: Connection,
    *,
    states: Collection[str] = (),
    tenant_id: str | None = None,
    object_id: str | None = None,
    limit: int = 50,
    before: CrmEvent | None = None,
) -> tuple[CrmEvent, ...]:
    """A page of the inbox, the latest first. `before` is the last event of the page before."""
    c = t.events.c
    query = select(t.events).order_by(c.received_at.desc(), c.key.desc()).limit(_checked(limit))
    if states:
        query = query.where(c.state.in_(states))
    if tenant_id is not None:
        query = query.where(c.tenant_id == tenant_id)
    if object_id is not None:
        query = query.where(c.object_id == object_id)
    if before is not None:
        same = (c.received_at == before.received_at) & (c.key < before.key)
        query = query.where(or_(c.received_at < before.received_at, same))
    return tuple(read_event(row) for row in connection.execute(query))


def event_counts(connection: Connection, *, tenant_id: str | None = None) -> dict[str, int]:
    """How many events stand in each state."""
    c = t.events.c
    query = select(c.state, func.count()).group_by(c.state)
    if tenant_id is not None:
        query = query.where(c.tenant_id == tenant_id)
    return {state: int(count) for state, count in connection.execute(query)}


def due_events(connection: Connection, *, now: datetime) -> int:
    """How many wait to be done and nobody has."""
    c = t.events.c
    free = or_(c.taken_until.is_(None), c.taken_until <= now)
    due = (c.state.in_(("received", "failed")), or_(c.due_at.is_(None), c.due_at <= now))
    query = select(func.count()).select_from(t.events).where(*due, free, c.tenant_id.is_not(None))
    return int(connection.execute(query).scalar_one())


def deal(connection: Connection, tenant_id: str, deal_id: str) -> KnownDeal:
    """Raises NotFoundError."""
    c = t.deals.c
    row = connection.execute(select(t.deals).where(c.tenant_id == tenant_id, c.deal_id == deal_id)).first()
    if row is None:
        raise NotFoundError(
            f"The CRM has told nothing of deal '{deal_id}'.", fix="Check its id, or wait for the next sync."
        )
    return read_deal(row, contacts_of(connection, tenant_id, deal_id))


def contacts_of(connection: Connection, tenant_id: str, deal_id: str) -> tuple[str, ...]:
    """Ids of the people of a deal."""
    c = t.deal_contacts.c
    query = select(c.contact_id).where(c.tenant_id == tenant_id, c.deal_id == deal_id)
    return tuple(connection.execute(query.order_by(c.contact_id)).scalars())


def deals_of(connection: Connection, tenant_id: str, contact_ids: Sequence[str]) -> tuple[str, ...]:
    """Ids of the deals of these people."""
    c, found = t.deal_contacts.c, set[str]()
    for part in _chunks(contact_ids):
        query = select(c.deal_id).where(c.tenant_id == tenant_id, c.contact_id.in_(part))
        found |= set(connection.execute(query).scalars())
    return tuple(sorted(found))


def contacts(connection: Connection, tenant_id: str, contact_ids: Sequence[str]) -> tuple[CrmContact, ...]:
    """Those of these people that are known, and that nobody asked to forget."""
    c, found = t.contacts.c, list[CrmContact]()
    for part in _chunks(contact_ids):
        query = select(c.contact_id, c.created_at, c.click_id, c.fbclid, c.visitor_id)
        mine = (c.tenant_id == tenant_id, c.contact_id.in_(part), c.forgotten_at.is_(None))
        found += [CrmContact(**row._mapping) for row in connection.execute(query.where(*mine))]
    return tuple(found)


def conversion(connection: Connection, conversion_id: str) -> CrmConversion | None:
    """How a deal or contact was attributed; None while it was not."""
    c = t.conversions.c
    row = connection.execute(select(t.conversions).where(c.conversion_id == conversion_id)).first()
    return None if row is None else CrmConversion(**row._mapping)


def moves_told(connection: Connection, tenant_id: str, since: datetime, until: datetime) -> tuple[Told, ...]:
    """Stage moves of the CRM's own history in this window, and `SAME_MOVE` more at either end."""
    c = t.stage_moves.c
    window = (c.tenant_id == tenant_id, c.at >= since - SAME_MOVE, c.at < until + SAME_MOVE)
    query = select(c.deal_id, c.stage, c.at).where(*window, c.source != WEBHOOK).order_by(c.at)
    return tuple(Told(row.deal_id, row.stage, row.at) for row in connection.execute(query))


def webhooks_told(
    connection: Connection, tenant_id: str, since: datetime, until: datetime
) -> tuple[Told, ...]:
    """The same of the inbox: stage changes, and deals that were made."""
    c = t.events.c
    window = (
        c.tenant_id == tenant_id,
        c.kind == "deal",
        c.occurred_at >= since - SAME_MOVE,
        c.occurred_at < until + SAME_MOVE,
    )
    moved = (c.change == "propertyChange") & (c.property_name == STAGE)
    query = select(c.object_id, c.change, c.property_value, c.occurred_at).where(
        *window, or_(moved, c.change == "creation")
    )
    rows = connection.execute(query.order_by(c.occurred_at, c.key))
    return tuple(
        Told(row.object_id, None if row.change == "creation" else row.property_value or "", row.occurred_at)
        for row in rows
    )


def cursor(connection: Connection, tenant_id: str) -> Cursor | None:
    row = connection.execute(select(t.cursors).where(t.cursors.c.tenant_id == tenant_id)).first()
    return None if row is None else Cursor(**row._mapping)


def sync(connection: Connection, sync_id: str) -> SyncReport:
    """Raises NotFoundError."""
    row = connection.execute(select(t.syncs).where(t.syncs.c.sync_id == sync_id)).first()
    if row is None:
        raise NotFoundError(f"There is no sync '{sync_id}'.")
    return read_sync(row)


def syncs(connection: Connection, *, tenant_id: str | None = None, limit: int = 24) -> tuple[SyncReport, ...]:
    """The last reports, the latest first."""
    c = t.syncs.c
    query = select(t.syncs).order_by(c.started_at.desc(), c.sync_id.desc()).limit(_checked(limit))
    if tenant_id is not None:
        query = query.where(c.tenant_id == tenant_id)
    return tuple(read_sync(row) for row in connection.execute(query))


def reported(
    connection: Connection, tenant_id: str, ad_ids: Sequence[str] | None = None
) -> dict[str, ReportedValue]:
    """The last value that was reported for each ad (all of them when None)."""
    c = t.reported_values.c
    place = func.row_number().over(partition_by=c.ad_id, order_by=(c.reported_at.desc(), c.value_id.desc()))
    inner = select(t.reported_values, place.label("place")).where(c.tenant_id == tenant_id).subquery()
    columns = [inner.c[column.name] for column in t.reported_values.columns]
    last: Select[Any] = select(*columns).where(inner.c.place == 1)
    parts: Iterator[ColumnElement[bool] | None] = (
        iter([None]) if ad_ids is None else (inner.c.ad_id.in_(part) for part in _chunks(ad_ids))
    )
    queries = [last if part is None else last.where(part) for part in parts]
    rows = [row for query in queries for row in connection.execute(query.order_by(inner.c.ad_id))]
    return {row.ad_id: read_reported(row) for row in rows}


def wishes(
    connection: Connection, *, states: Collection[str] = (), due_at: datetime | None = None, limit: int = 50
) -> tuple[BudgetWish, ...]:
    """Budget wishes, the oldest first; with `due_at` only those that are due then."""
    c = t.budget_wishes.c
    query = select(t.budget_wishes).order_by(c.created_at, c.wish_id).limit(_checked(limit))
    if states:
        query = query.where(c.state.in_(states))
    if due_at is not None:
        query = query.where(or_(c.due_at.is_(None), c.due_at <= due_at))
    return tuple(BudgetWish(**row._mapping) for row in connection.execute(query))


def _chunks(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    told = iter(ids)
    while part := tuple(islice(told, CHUNK)):
        yield part


def _checked(limit: int) -> int:
    if 1 <= limit <= LARGEST_PAGE:
        return limit
    raise InputError(f"A page holds 1 to {LARGEST_PAGE} entries, not {limit}.", fix="Ask for fewer.")
