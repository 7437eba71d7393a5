"""Reads of people: by token, by id, all of them."""

from typing import Any

from sqlalchemy import Connection, select

from kinoloop.core.errors import NotFoundError
from kinoloop.web.operations import secret_hash
from kinoloop.web.users.records import HOUSE, User
from kinoloop.web.users.tables import users as table


def user_by_token(connection: Connection, token: str) -> User | None:
    """Who holds this token; None when nobody does, or it was ended."""
    query = select(table).where(table.c.token_hash == secret_hash(token), table.c.disabled_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def working_user(connection: Connection, user_id: str) -> User | None:
    """The person of a session, None when they may not come in any more."""
    if user_id == HOUSE.user_id:
        return HOUSE
    query = select(table).where(table.c.user_id == user_id, table.c.disabled_at.is_(None))
    row = connection.execute(query).first()
    return None if row is None else _read(row)


def user_named(connection: Connection, name: str) -> User:
    """By id or by name. Raises NotFoundError."""
    query = select(table).where((table.c.user_id == name) | (table.c.name == name))
    row = connection.execute(query).first()
    if row is None:
        raise NotFoundError(f"There is no user '{name}'.", fix="'kinoloop user list' shows who there is.")
    return _read(row)


def users(connection: Connection) -> tuple[User, ...]:
    """Everybody, the house first."""
    rows = connection.execute(select(table).order_by(table.c.created_at, table.c.user_id))
    return (HOUSE, *(_read(row) for row in rows))


def _read(row: Any) -> User:
    return User(row.user_id, row.name, row.role, row.created_at, row.disabled_at)
