"""The mirror: deals, their moves and people as last read. An older reading never overwrites a newer one."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, delete, or_, select, update

from kinoloop.learning.crm.records import CrmContact, CrmConversion, CrmDeal, ReadBy, StageMove
from kinoloop.learning.crm.rows import add, insert, put
from kinoloop.learning.crm.tables import contacts, conversions, deal_contacts, deals, stage_moves

WEBHOOK = "WEBHOOK"
"""The source of moves that only an event told of."""


def save_deal(
    connection: Connection,
    tenant_id: str,
    deal: CrmDeal,
    *,
    source: ReadBy,
    now: datetime,
    note: str | None = None,
) -> None:
    """What was read, and its moves. A deal that was gone and is read again is there again."""
    _save_moves(connection, tenant_id, deal.deal_id, deal.moves, now)
    row = {
        "tenant_id": tenant_id,
        "deal_id": deal.deal_id,
        "pipeline": deal.pipeline or None,
        "stage": deal.stage or None,
        "amount": None if deal.amount is None else str(deal.amount),
        "currency": deal.currency,
        "created_at": deal.created_at,
        "modified_at": deal.modified_at,
        "closed": deal.closed,
        "won": deal.won,
        "source": source,
        "read_at": now,
        "gone_at": deal.modified_at if deal.archived else None,
        "note": note,
    }
    c = deals.c
    older = or_(c.modified_at.is_(None), c.modified_at <= deal.modified_at, c.source == "event")
    query = insert(connection, deals).values(row)
    told = query.on_conflict_do_update(index_elements=["tenant_id", "deal_id"], set_=row, where=older)
    if connection.execute(told.returning(c.deal_id)).first() is not None:
        _save_links(connection, tenant_id, deal)


def save_told_stage(
    connection: Connection, tenant_id: str, deal_id: str, move: StageMove, *, now: datetime, note: str
) -> None:
    """What an event alone tells: a stage and a time. Never written over what was read."""
    _save_moves(connection, tenant_id, deal_id, [StageMove(move.stage, move.at, WEBHOOK)], now)
    row = {"stage": move.stage, "modified_at": move.at, "read_at": now, "note": note}
    key = {"tenant_id": tenant_id, "deal_id": deal_id, "source": "event"}
    c = deals.c
    query = insert(connection, deals).values(key | row)
    newer = (c.source == "event") & or_(c.modified_at.is_(None), c.modified_at <= move.at)
    connection.execute(
        query.on_conflict_do_update(index_elements=["tenant_id", "deal_id"], set_=row, where=newer)
    )


def gone(connection: Connection, tenant_id: str, deal_id: str, *, at: datetime) -> bool:
    """The CRM has it no more; whether that is news. Its ledger stays: what to do about it is a person's."""
    c = deals.c
    mine = (c.tenant_id == tenant_id) & (c.deal_id == deal_id) & c.gone_at.is_(None)
    return connection.execute(update(deals).where(mine).values(gone_at=at)).rowcount == 1


def save_contact(connection: Connection, tenant_id: str, contact: CrmContact, *, now: datetime) -> None:
    """What links a person to a click; nothing of somebody who asked to be forgotten."""
    row = {
        "tenant_id": tenant_id,
        "contact_id": contact.contact_id,
        "created_at": contact.created_at,
        "click_id": contact.click_id,
        "fbclid": contact.fbclid,
        "visitor_id": contact.visitor_id,
        "read_at": now,
    }
    query = insert(connection, contacts).values(row)
    known = contacts.c.forgotten_at.is_(None)
    connection.execute(
        query.on_conflict_do_update(index_elements=["tenant_id", "contact_id"], set_=row, where=known)
    )


def forget_contact(connection: Connection, tenant_id: str, contact_id: str, *, now: datetime) -> None:
    """A person wants to be forgotten: only their number stays, so that they are not read again."""
    blank = {"click_id": None, "fbclid": None, "visitor_id": None, "read_at": now, "forgotten_at": now}
    key = {"tenant_id": tenant_id, "contact_id": contact_id}
    query = insert(connection, contacts).values(key | blank | {"created_at": now})
    connection.execute(query.on_conflict_do_update(index_elements=list(key), set_=blank))


def save_conversion(connection: Connection, conversion: CrmConversion) -> None:
    """How it was attributed, over how it was before."""
    put(connection, conversions, vars(conversion))


def _save_moves(
    connection: Connection, tenant_id: str, deal_id: str, moves: Sequence[StageMove], now: datetime
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "deal_id": deal_id,
            "stage": move.stage,
            "at": move.at,
            "source": move.source,
            "seen_at": now,
        }
        for move in moves
    ]
    if rows:
        connection.execute(insert(connection, stage_moves).on_conflict_do_nothing(), rows)


def _save_links(connection: Connection, tenant_id: str, deal: CrmDeal) -> None:
    c = deal_contacts.c
    mine = (c.tenant_id == tenant_id) & (c.deal_id == deal.deal_id)
    known = set(connection.execute(select(c.contact_id).where(mine)).scalars())
    wanted = set(deal.contact_ids)
    if known - wanted:
        connection.execute(delete(deal_contacts).where(mine, c.contact_id.in_(known - wanted)))
    for contact_id in sorted(wanted - known):
        row = {"tenant_id": tenant_id, "deal_id": deal.deal_id, "contact_id": contact_id}
        add(connection, deal_contacts, row)
