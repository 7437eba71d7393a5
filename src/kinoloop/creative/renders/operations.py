"""Writing finished variants: one row for each version and shape of a video. Nothing here commits."""

from dataclasses import fields

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.creative.plain import to_json
from kinoloop.creative.renders.queries import read_variant
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.renders.tables import variants as table

KEY = ("video_id", "label", "shape")


def record_variant(connection: Connection, variant: Variant) -> Variant:
    """Store a checked file; the same version and shape again keeps its id and takes the new file."""
    row = {field.name: getattr(variant, field.name) for field in fields(Variant)}
    row["verdict"] = to_json(variant.verdict)
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = maker(table).values(row).on_conflict_do_nothing(index_elements=list(KEY))
    same = [table.c[name] == row[name] for name in KEY]
    if connection.execute(fresh.returning(table.c.variant_id)).first() is None:
        changed = {name: value for name, value in row.items() if name not in (*KEY, "variant_id")}
        connection.execute(update(table).where(*same).values(changed))
    return read_variant(connection.execute(select(table).where(*same)).one())


def forget_other_variants(connection: Connection, video_id: str, *, approval_sha256: str) -> tuple[str, ...]:
    """Take away the rows that were made from another approval; gives their paths, so the files can follow."""
    stale = (table.c.video_id == video_id, table.c.approval_sha256 != approval_sha256)
    gone = connection.execute(delete(table).where(*stale).returning(table.c.path)).scalars()
    return tuple(sorted(gone))
