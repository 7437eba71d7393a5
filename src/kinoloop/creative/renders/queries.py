"""Reading finished variants: one, and all of a video."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.creative.plain import from_json
from kinoloop.creative.renders.records import Variant, Verdict
from kinoloop.creative.renders.tables import variants as table
from kinoloop.store.reading import row_by_id


def variant(connection: Connection, variant_id: str) -> Variant:
    """Raises NotFoundError."""
    fix = "Look at the video to see its variants."
    return read_variant(row_by_id(connection, table.c.variant_id, variant_id, what="variant", fix=fix))


def variants(connection: Connection, video_id: str) -> tuple[Variant, ...]:
    """All of a video, in the order in which they were first made."""
    query = select(table).where(table.c.video_id == video_id).order_by(table.c.variant_id)
    return tuple(read_variant(row) for row in connection.execute(query))


def read_variant(row: Row[Any]) -> Variant:
    """A variant from a row that holds all columns of the table."""
    values = {name: value for name, value in row._mapping.items() if name != "created_at"}
    return Variant(**values | {"verdict": from_json(Verdict, values["verdict"])})
