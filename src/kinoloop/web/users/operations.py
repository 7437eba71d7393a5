"""Writes of people: add one (their token is shown once), give a new token, end one."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.core.ids import NewId
from kinoloop.web.operations import secret_hash
from kinoloop.web.tables import web_links, web_sessions
from kinoloop.web.users.queries import user_named
from kinoloop.web.users.records import HOUSE, Role, User
from kinoloop.web.users.tables import users

KEY_MARK = "kl_"
LONGEST_NAME = 80


def add_user(
    connection: Connection, *, name: str, role: Role = "maker", now: datetime, new_id: NewId
) -> tuple[User, str]:
    """A new person and their token, which is told here and never again.

    Raises InputError for an unusable name or role, ConflictError for a name that is taken.
    """
    name = " ".join(name.split())
    _check(connection, name, role)
    user, token = User(new_id(), name, role, now), _fresh_token()
    row = {"user_id": user.user_id, "name": name, "role": role, "created_at": now}
    connection.execute(insert(users).values(row | {"token_hash": secret_hash(token)}))
    return user, token


def new_token(connection: Connection, name: str) -> tuple[User, str]:
    """Another token for the same person; the old one and their open sessions end."""
    user, token = user_named(connection, name), _fresh_token()
    mine = users.c.user_id == user.user_id
    connection.execute(update(users).where(mine).values(token_hash=secret_hash(token)))
    _end_sessions(connection, user.user_id)
    return user, token


def disable_user(connection: Connection, name: str, *, now: datetime) -> User:
    """End every key of a person; what they made stays. Raises NotFoundError."""
    user = user_named(connection, name)
    connection.execute(update(users).where(users.c.user_id == user.user_id).values(disabled_at=now))
    _end_sessions(connection, user.user_id)
    return user


def _end_sessions(connection: Connection, user_id: str) -> None:
    for table in (web_sessions, web_links):
        connection.execute(delete(table).where(table.c.user_id == user_id))


def _fresh_token() -> str:
    return f"{KEY_MARK}{secrets.token_urlsafe(32)}"


def _check(connection: Connection, name: str, role: str) -> None:
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise InputError(f"'{name}' cannot be a name.", fix=f"Use 1 to {LONGEST_NAME} letters.")
    if role not in ("owner", "maker"):
        raise InputError(f"'{role}' is not a role.", fix="Use owner or maker.")
    taken = select(users.c.user_id).where(func.lower(users.c.name) == name.lower())
    if name.lower() in (HOUSE.user_id, HOUSE.name.lower()) or connection.execute(taken).first():
        raise ConflictError(f"There is a user '{name}' already.", fix="Choose another name.")
