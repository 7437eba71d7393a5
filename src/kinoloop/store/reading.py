"""The two reads that every room has: one row by its id, and a page of rows, newest first."""

from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import is_id

LARGEST_PAGE = 200


def row_by_id(connection: Connection, key: Column[Any], value: str, *, what: str, fix: str) -> Row[Any]:
    """The whole row whose `key` is this id. Raises NotFoundError, also for a text that is no id at all.

    `what` names the thing in the message (`clip`), `fix` says how to find the right id.
    """
    row = None
    if is_id(value):
        row = connection.execute(select(key.table).where(key == value)).first()
    if row is None:
        raise NotFoundError(f"There is no {what} with the id '{value}'.", fix=fix)
    return row


def page_limit(limit: int, largest: int = LARGEST_PAGE) -> int:
    """The limit itself. Raises InputError when a page cannot be that long."""
    if 1 <= limit <= largest:
        return limit
    raise InputError(f"A page holds 1 to {largest} entries, not {limit}.", fix="Ask for several pages.")


def newest_first(
    query: Select[Any], key: Column[Any], *, limit: int, after: str | None, what: str
) -> Select[Any]:
    """One page of the query, newest id first, behind the id `after`. Raises InputError."""
    query = query.order_by(key.desc()).limit(page_limit(limit))
    if after is None:
        return query
    if not is_id(after):
        raise InputError(f"'{after}' is not the id of {what}.", fix="Hand in the last id of the page before.")
    return query.where(key < after)
