"""Reading what a client's brand asks for."""

from sqlalchemy import Connection, select

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.tables import clients
from kinoloop.creative.plain import from_json


def brand(connection: Connection, client_id: str) -> Brand:
    """The client's guidelines; an empty brand where none were written."""
    kept = connection.execute(select(clients.c.brand).where(clients.c.client_id == client_id)).scalar()
    return from_json(Brand, {**(kept or {}), "client_id": client_id})
