"""Messages to a run: sent in any transaction, taken once, in the order they were sent.

A taken message remembers who took it, so a step that died after taking finds the same one again.
"""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from kinoloop.core.ids import new_id
from kinoloop.runs.records import Json
from kinoloop.runs.tables import run_messages


def put(
    connection: Connection, run_id: str, topic: str, message: Json, at: datetime, *, key: str | None = None
) -> bool:
    """Leave a message; with a `key` the same message is left once only. True when it is new."""
    message_id = new_id() if key is None else f"{run_id}:{topic}:{key}"
    known = select(run_messages.c.message_id).where(run_messages.c.message_id == message_id)
    if connection.execute(known).first() is not None:
        return False
    row: Json = {
        "message_id": message_id,
        "run_id": run_id,
        "topic": topic,
        "message": message,
        "sent_at": at,
    }
    connection.execute(insert(run_messages).values(**row))
    return True


def take(connection: Connection, run_id: str, topic: str, by: str) -> Json | None:
    """The message that `by` took before, else the oldest that nobody has taken; None when there is none."""
    messages = run_messages.c
    free = messages.taken_by.is_(None) | (messages.taken_by == by)
    query = select(messages.message_id, messages.message)
    query = query.where(messages.run_id == run_id, messages.topic == topic, free)
    oldest = (messages.taken_by.is_(None), messages.sent_at, messages.message_id)
    row = connection.execute(query.order_by(*oldest).limit(1)).first()
    if row is None:
        return None
    connection.execute(update(run_messages).where(messages.message_id == row.message_id).values(taken_by=by))
    return dict(row.message)
