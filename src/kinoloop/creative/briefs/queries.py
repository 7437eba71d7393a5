"""Reading clients and campaigns."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.briefs.campaigns import Campaign, CampaignStatus, Client
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.tables import campaigns as campaign_table
from kinoloop.creative.briefs.tables import clients as client_table
from kinoloop.creative.plain import from_json
from kinoloop.store.reading import page_limit

CLIENT = (
    client_table.c.client_id,
    client_table.c.name,
    client_table.c.created_at,
    client_table.c.updated_at,
)


def client(connection: Connection, client_id: str) -> Client:
    """Raises NotFoundError."""
    row = connection.execute(select(*CLIENT).where(client_table.c.client_id == client_id)).first()
    if row is None:
        raise NotFoundError(f"There is no client '{client_id}'.", fix="List the clients to see their ids.")
    return Client(**row._mapping)


def clients(connection: Connection) -> tuple[Client, ...]:
    """All of them, by name."""
    ordered = select(*CLIENT).order_by(client_table.c.name, client_table.c.client_id)
    return tuple(Client(**row._mapping) for row in connection.execute(ordered))


def campaign(connection: Connection, campaign_id: str) -> Campaign:
    """Raises NotFoundError."""
    found = select(campaign_table).where(campaign_table.c.campaign_id == campaign_id)
    row = connection.execute(found).first()
    if row is None:
        raise NotFoundError(
            f"There is no campaign '{campaign_id}'.", fix="List the campaigns to see their ids."
        )
    return _read(row)


def campaigns(
    connection: Connection,
    *,
    client_id: str | None = None,
    status: CampaignStatus | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[Campaign, ...]:
    """A page, newest first. `after` is the last id of the page before. Raises InputError."""
    c = campaign_table.c
    query = select(campaign_table).order_by(c.campaign_id.desc()).limit(page_limit(limit))
    if client_id is not None:
        query = query.where(c.client_id == client_id)
    if status is not None:
        query = query.where(c.status == status)
    if after is not None:
        query = query.where(c.campaign_id < after)
    return tuple(_read(row) for row in connection.execute(query))


def _read(row: Row[Any]) -> Campaign:
    brief = row._mapping["brief"]
    return Campaign(**{**row._mapping, "brief": None if brief is None else from_json(Brief, brief)})
