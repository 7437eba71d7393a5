"""Reading finished clips: one, and pages of them (newest first, keyset by id)."""

from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import is_id
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.clips.tables import clip_files as table

LARGEST_PAGE = 200


def clip_file(connection: Connection, clip_file_id: str) -> ClipFile:
    """Raises NotFoundError."""
    row = None
    if is_id(clip_file_id):
        row = connection.execute(select(table).where(table.c.clip_file_id == clip_file_id)).first()
    if row is None:
        raise NotFoundError(
            f"There is no clip with the id '{clip_file_id}'.", fix="List the clips to see their ids."
        )
    return read_clip(row)


def clip_files(
    connection: Connection,
    *,
    asset_id: str | None = None,
    run_id: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[ClipFile, ...]:
    """A page, newest first. `after` is the last id of the page before. Raises InputError."""
    if not 1 <= limit <= LARGEST_PAGE:
        raise InputError(
            f"A page holds 1 to {LARGEST_PAGE} entries, not {limit}.", fix="Ask for several pages."
        )
    if after is not None and not is_id(after):
        raise InputError(f"'{after}' is not the id of a clip.", fix="Hand in the last id of the page before.")
    query = select(table).order_by(table.c.clip_file_id.desc()).limit(limit)
    if asset_id is not None:
        query = query.where(table.c.asset_id == asset_id)
    if run_id is not None:
        query = query.where(table.c.run_id == run_id)
    if after is not None:
        query = query.where(table.c.clip_file_id < after)
    return tuple(read_clip(row) for row in connection.execute(query))


def read_clip(row: Row[Any]) -> ClipFile:
    """A clip from a row that holds all columns of the table."""
    values = dict(row._mapping)
    span = Span(exact(values.pop("start_time")), exact(values.pop("end_time")))
    ids = {name: str(values[name]) for name in ("clip_file_id", "asset_id")}
    return ClipFile(**values | ids | {"span": span})
