"""Writing clients and campaigns. Nothing here commits."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, Table, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId
from kinoloop.creative.briefs import queries
from kinoloop.creative.briefs.campaigns import HOUSE, Campaign, CampaignStatus, Client
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.briefs.tables import campaigns as campaign_table
from kinoloop.creative.briefs.tables import clients as client_table
from kinoloop.creative.plain import to_json


def ensure_client(connection: Connection, client_id: str, *, now: datetime, name: str = "") -> Client:
    """The client of that id, made when there is none; `name` is for a new one (the id when not told)."""
    row = {
        "client_id": client_id,
        "name": name or ("Own brand" if client_id == HOUSE else client_id),
        "brand": {},
        "created_at": now,
        "updated_at": now,
    }
    connection.execute(_insert(connection, client_table).values(row).on_conflict_do_nothing())
    return queries.client(connection, client_id)


def create_campaign(
    connection: Connection,
    *,
    name: str,
    now: datetime,
    new_id: NewId,
    client_id: str = HOUSE,
    goal: str = "",
    status: CampaignStatus = "draft",
    product_url: str | None = None,
    brief: Brief | None = None,
) -> Campaign:
    """A campaign of a known client, or of the house. Raises InputError, NotFoundError."""
    if client_id == HOUSE:
        ensure_client(connection, HOUSE, now=now)
    queries.client(connection, client_id)
    made = Campaign(new_id(), client_id, name, goal, status, product_url, brief, now, now)
    connection.execute(insert(campaign_table).values(_row(_checked(made))))
    return made


def change_campaign(connection: Connection, campaign_id: str, *, now: datetime, **changes: Any) -> Campaign:
    """Change `name`, `goal`, `status`, `product_url` or `brief`. Raises InputError, NotFoundError."""
    if unknown := changes.keys() - {"name", "goal", "status", "product_url", "brief"}:
        raise TypeError(f"a campaign's {', '.join(sorted(unknown))} cannot be changed")
    seen = queries.campaign(connection, campaign_id)
    after = _checked(replace(seen, **changes, updated_at=now))
    written = update(campaign_table).where(campaign_table.c.campaign_id == campaign_id).values(_row(after))
    connection.execute(written)
    return after


def _checked(campaign: Campaign) -> Campaign:
    if not campaign.name.strip():
        raise InputError("A campaign needs a name.", fix="Give it one.")
    if campaign.status not in get_args(CampaignStatus):
        raise InputError(
            f"A campaign cannot be '{campaign.status}'.", fix=f"Choose {', '.join(get_args(CampaignStatus))}."
        )
    if campaign.product_url is not None and not campaign.product_url.startswith(("https://", "http://")):
        raise InputError(
            f"'{campaign.product_url}' is no web address.", fix="Write it with https:// in front."
        )
    return campaign


def _row(campaign: Campaign) -> dict[str, Any]:
    row = {field.name: getattr(campaign, field.name) for field in fields(Campaign)}
    return row | {"brief": None if campaign.brief is None else to_json(campaign.brief)}


def _insert(connection: Connection, table: Table) -> Any:
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return maker(table)
