"""Writing orders to generation services, and being woken by them. Idempotent; nothing here commits."""

from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import ConflictError
from kinoloop.creative.visuals.queries import read_task, task, token_hash
from kinoloop.creative.visuals.records import VisualTask
from kinoloop.creative.visuals.tables import visual_callbacks, visual_tasks

Closing = Literal["done", "failed", "rejected"]


def open_task(
    connection: Connection,
    *,
    order_key: str,
    video_id: str,
    scene_id: str,
    service: str,
    token: str,
    now: datetime,
) -> VisualTask:
    """The order as it stands, written before the call. Of the callback's token only the hash is kept."""
    row = {
        "order_key": order_key,
        "video_id": video_id,
        "scene_id": scene_id,
        "service": service,
        "token_hash": token_hash(token),
        "state": "open",
        "created_at": now,
        "updated_at": now,
    }
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(maker(visual_tasks).values(row).on_conflict_do_nothing(index_elements=["order_key"]))
    return task(connection, order_key)


def bind_external(connection: Connection, order_key: str, *, external_id: str, now: datetime) -> VisualTask:
    """The service's own id, once. Raises ConflictError for a second one, NotFoundError."""
    unbound = (visual_tasks.c.order_key == order_key, visual_tasks.c.external_id.is_(None))
    bound = update(visual_tasks).where(*unbound)
    connection.execute(bound.values(external_id=external_id, state="asked", updated_at=now))
    known = task(connection, order_key)
    if known.external_id != external_id:
        raise ConflictError(
            f"The order '{order_key}' is the task '{known.external_id}' already, not '{external_id}'.",
            why="One order is asked for once.",
            fix="Look at both tasks at the service: one of them was paid for nothing.",
        )
    return known


def close_task(connection: Connection, order_key: str, *, state: Closing, now: datetime) -> VisualTask:
    """How it ended. Raises NotFoundError."""
    closed = update(visual_tasks).where(visual_tasks.c.order_key == order_key)
    connection.execute(closed.values(state=state, updated_at=now))
    return task(connection, order_key)


def wake(
    connection: Connection,
    hashed: str,
    delivery_id: str,
    now: datetime,
    *,
    external_id: str | None = None,
) -> VisualTask | None:
    """A callback has come: whoever waits for the order looks at once. Each delivery wakes once.

    `hashed` is the hash of the token (`queries.token_hash`). `external_id` is the task that the callback
    speaks of; an order whose own answer was lost learns its id from it. None for a token that nobody was
    given, or a task that is not the order's.
    """
    row = connection.execute(select(visual_tasks).where(visual_tasks.c.token_hash == hashed)).first()
    if row is None:
        return None
    known = read_task(row)
    if external_id is not None and known.external_id is None:
        known = bind_external(connection, known.order_key, external_id=external_id, now=now)
    if external_id is not None and known.external_id != external_id:
        return None
    inbox = {
        "service": known.service,
        "delivery_id": delivery_id,
        "order_key": known.order_key,
        "received_at": now,
    }
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = maker(visual_callbacks).values(inbox).on_conflict_do_nothing()
    if connection.execute(fresh.returning(visual_callbacks.c.delivery_id)).first() is not None:
        woken = update(visual_tasks).where(visual_tasks.c.order_key == known.order_key)
        connection.execute(woken.values(woken_at=now))
    return task(connection, known.order_key)


def take_wake(connection: Connection, order_key: str) -> bool:
    """Whether the service has called since this was last asked; the call is taken by it."""
    called = (visual_tasks.c.order_key == order_key, visual_tasks.c.woken_at.is_not(None))
    return connection.execute(update(visual_tasks).where(*called).values(woken_at=None)).rowcount == 1
