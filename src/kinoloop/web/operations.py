"""Writes of the login: make and spend one-time links, open and close sessions."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, update

from kinoloop.core.ids import hash_bytes
from kinoloop.web.tables import web_links, web_sessions

HOUSE_ID = "owner"
"""The user who holds the house token."""
LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=14)


def new_link(connection: Connection, now: datetime, user_id: str = HOUSE_ID) -> str:
    """A fresh single-use code for one person, good for ten minutes. Only its hash is kept."""
    code = secrets.token_urlsafe(32)
    row = {"code_hash": secret_hash(code), "created_at": now, "expires_at": now + LINK_LIFE}
    connection.execute(insert(web_links).values(row | {"user_id": user_id}))
    return code


def spend_link(connection: Connection, code: str, now: datetime) -> str | None:
    """Whose link it is, exactly once for a code that is known, unused and not too old; else None."""
    spent = connection.execute(
        update(web_links)
        .where(
            web_links.c.code_hash == secret_hash(code),
            web_links.c.used_at.is_(None),
            web_links.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(web_links.c.user_id)
    ).first()
    return None if spent is None else str(spent.user_id)


def open_session(connection: Connection, now: datetime, user_id: str = HOUSE_ID) -> str:
    """A fresh session secret for a cookie; sweeps out what has expired."""
    connection.execute(delete(web_sessions).where(web_sessions.c.expires_at <= now))
    connection.execute(delete(web_links).where(web_links.c.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    row = {"session_hash": secret_hash(secret), "created_at": now, "expires_at": now + SESSION_LIFE}
    connection.execute(insert(web_sessions).values(row | {"user_id": user_id}))
    return secret


def close_session(connection: Connection, secret: str) -> None:
    connection.execute(delete(web_sessions).where(web_sessions.c.session_hash == secret_hash(secret)))


def secret_hash(secret: str) -> str:
    """Secrets have 256 random bits, so a plain SHA-256 cannot be searched backwards."""
    return hash_bytes(secret.encode())
