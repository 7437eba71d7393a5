"""Reading finished clips: one, and pages of them (newest first, keyset by id)."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.core.timecode import Span, exact
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.clips.tables import clip_files as table
from kinoloop.store.reading import newest_first, row_by_id


def clip_file(connection: Connection, clip_file_id: str) -> ClipFile:
    """Raises NotFoundError."""
    fix = "List the clips to see their ids."
    return read_clip(row_by_id(connection, table.c.clip_file_id, clip_file_id, what="clip", fix=fix))


def clip_files(
    connection: Connection,
    *,
    asset_id: str | None = None,
    run_id: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[ClipFile, ...]:
    """A page, newest first. `after` is the last id of the page before. Raises InputError."""
    query = newest_first(select(table), table.c.clip_file_id, limit=limit, after=after, what="a clip")
    if asset_id is not None:
        query = query.where(table.c.asset_id == asset_id)
    if run_id is not None:
        query = query.where(table.c.run_id == run_id)
    return tuple(read_clip(row) for row in connection.execute(query))


def read_clip(row: Row[Any]) -> ClipFile:
    """A clip from a row that holds all columns of the table."""
    values = dict(row._mapping)
    span = Span(exact(values.pop("start_time")), exact(values.pop("end_time")))
    ids = {name: str(values[name]) for name in ("clip_file_id", "asset_id")}
    return ClipFile(**values | ids | {"span": span})
