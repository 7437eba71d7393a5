"""Writes of the login: make and spend one-time links, open and close sessions."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, update

from kinoloop.core.ids import hash_bytes
from kinoloop.web.tables import web_links, web_sessions

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=14)


def new_link(connection: Connection, now: datetime) -> str:
    """A fresh single-use code, good for ten minutes. Only its hash is kept."""
    code = secrets.token_urlsafe(32)
    connection.execute(
        insert(web_links).values(code_hash=secret_hash(code), created_at=now, expires_at=now + LINK_LIFE)
    )
    return code


def spend_link(connection: Connection, code: str, now: datetime) -> bool:
    """True exactly once for a code that is known, unused and not too old."""
    spent = connection.execute(
        update(web_links)
        .where(
            web_links.c.code_hash == secret_hash(code),
            web_links.c.used_at.is_(None),
            web_links.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return spent.rowcount == 1


def open_session(connection: Connection, now: datetime) -> str:
    """A fresh session secret for a cookie; sweeps out what has expired."""
    connection.execute(delete(web_sessions).where(web_sessions.c.expires_at <= now))
    connection.execute(delete(web_links).where(web_links.c.expires_at <= now))
    secret = secrets.token_urlsafe(32)
    connection.execute(
        insert(web_sessions).values(
            session_hash=secret_hash(secret), created_at=now, expires_at=now + SESSION_LIFE
        )
    )
    return secret


def close_session(connection: Connection, secret: str) -> None:
    connection.execute(delete(web_sessions).where(web_sessions.c.session_hash == secret_hash(secret)))


def secret_hash(secret: str) -> str:
    """Secrets have 256 random bits, so a plain SHA-256 cannot be searched backwards."""
    return hash_bytes(secret.encode())
