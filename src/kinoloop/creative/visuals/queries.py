"""Reading orders to generation services."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, select

from kinoloop.core.errors import NotFoundError
from kinoloop.core.ids import hash_bytes
from kinoloop.creative.visuals.records import VisualTask
from kinoloop.creative.visuals.tables import visual_tasks as table


def token_hash(token: str) -> str:
    """What is kept of the unguessable part of a callback's address."""
    return hash_bytes(token.encode())


def task(connection: Connection, order_key: str) -> VisualTask:
    """Raises NotFoundError."""
    found = _first(connection, table.c.order_key == order_key)
    if found is None:
        raise NotFoundError(f"Nothing was ordered as '{order_key}'.", fix="Look at the video's scenes.")
    return found


def task_of_token(connection: Connection, token: str) -> VisualTask | None:
    """The order that a callback's address stands for; None when nobody was told that address."""
    return _first(connection, table.c.token_hash == token_hash(token))


def tasks(connection: Connection, video_id: str) -> tuple[VisualTask, ...]:
    """All orders of a video, oldest first."""
    query = select(table).where(table.c.video_id == video_id).order_by(table.c.created_at, table.c.order_key)
    return tuple(read_task(row) for row in connection.execute(query))


def read_task(row: Row[Any]) -> VisualTask:
    return VisualTask(**{name: value for name, value in row._mapping.items() if name != "token_hash"})


def _first(connection: Connection, condition: ColumnElement[bool]) -> VisualTask | None:
    row = connection.execute(select(table).where(condition)).first()
    return None if row is None else read_task(row)
