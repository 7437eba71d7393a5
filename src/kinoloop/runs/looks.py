"""What the watcher looks for: one query per kind, for all that wait at once."""

from collections.abc import Iterable, Iterator
from itertools import islice

from sqlalchemy import ColumnElement, Connection, Select, Text, func, literal, select

from kinoloop.runs.records import FINISHED
from kinoloop.runs.tables import jobs, run_messages
from kinoloop.runs.watcher import Look

AT_ONCE = 500
SEPARATOR = "\x1f"


def message_key(run_id: str, topic: str) -> str:
    """The key under which a run waits for a topic."""
    return f"{run_id}{SEPARATOR}{topic}"


def cancelled(connection: Connection, keys: frozenset[str]) -> set[str]:
    return _matching(connection, select(jobs.c.id).where(jobs.c.status == "cancelled"), jobs.c.id, keys)


def finished(connection: Connection, keys: frozenset[str]) -> set[str]:
    return _matching(connection, select(jobs.c.id).where(jobs.c.status.in_(FINISHED)), jobs.c.id, keys)


def messages(connection: Connection, keys: frozenset[str]) -> set[str]:
    """Waiting messages that nobody has taken, as `message_key`s."""
    waits_for = run_messages.c.run_id.concat(literal(SEPARATOR, Text)).concat(run_messages.c.topic)
    runs = {key.split(SEPARATOR)[0] for key in keys}
    query = select(func.distinct(waits_for)).where(run_messages.c.taken_by.is_(None))
    return _matching(connection, query, run_messages.c.run_id, runs) & keys


LOOKS: dict[str, Look] = {"cancelled": cancelled, "finished": finished, "message": messages}


def _matching(
    connection: Connection, query: Select[tuple[str]], column: ColumnElement[str], keys: Iterable[str]
) -> set[str]:
    found: set[str] = set()
    for some in _portions(keys):
        found.update(str(one) for one in connection.execute(query.where(column.in_(some))).scalars())
    return found


def _portions(keys: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(keys)
    while some := list(islice(rest, AT_ONCE)):
        yield some
