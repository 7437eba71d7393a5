"""Writing what a client's brand asks for; it rests with the client. Nothing here commits."""

from datetime import datetime

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import check_brand
from kinoloop.creative.briefs.tables import clients
from kinoloop.creative.plain import to_json


def save_brand(connection: Connection, brand: Brand, now: datetime) -> Brand:
    """The guidelines as they are kept; a new client is made for them. Raises InputError naming the field."""
    checked = check_brand(brand)
    kept = to_json(checked)
    del kept["client_id"]
    row = {
        "client_id": checked.client_id,
        "name": checked.name or checked.client_id,
        "brand": kept,
        "created_at": now,
        "updated_at": now,
    }
    changed = {"brand": kept, "updated_at": now} | ({"name": checked.name} if checked.name else {})
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    written = maker(clients).values(row).on_conflict_do_update(index_elements=["client_id"], set_=changed)
    connection.execute(written)
    return checked
