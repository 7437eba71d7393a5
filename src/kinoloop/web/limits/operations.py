"""Count one use against a limit, or refuse it and say when it will be allowed again."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import RateLimitError
from kinoloop.web.limits.rules import Limit, counted, wait_seconds
from kinoloop.web.limits.tables import web_limits


class TooOftenError(RateLimitError):
    """A limit per person or address is reached; `retry_after` tells the seconds to wait."""

    retry_after: int = 60


def use(connection: Connection, limit: Limit, who: str, now: datetime) -> None:
    """Count one use by `who`. Raises TooOftenError, and then counts nothing."""
    hits = _locked(connection, limit, who, now)
    require_room(hits, limit, now)
    _keep(connection, limit, who, [*counted(hits, limit, now), now.timestamp()], now)


def note(connection: Connection, limit: Limit, who: str, now: datetime) -> None:
    """Count one use without asking whether there is room for it (a failed login has happened already)."""
    hits = counted(_locked(connection, limit, who, now), limit, now)
    _keep(connection, limit, who, [*hits, now.timestamp()][-limit.most :], now)


def require_room(hits: list[float], limit: Limit, now: datetime) -> None:
    """Raises TooOftenError when the limit is reached."""
    wait = wait_seconds(hits, limit, now)
    if wait:
        minutes = int(limit.within.total_seconds() // 60)
        span = "a minute" if minutes == 1 else f"{minutes} minutes"
        error = TooOftenError(
            "That was asked too often.",
            why=f"There may be {limit.most} {limit.what} in {span}.",
            fix=f"Try again in {wait} s.",
        )
        error.retry_after = wait
        raise error


def sweep_limits(connection: Connection, now: datetime) -> None:
    connection.execute(delete(web_limits).where(web_limits.c.expires_at <= now))


def key_of(limit: Limit, who: str) -> str:
    return f"{limit.name}:{who}"


def _locked(connection: Connection, limit: Limit, who: str, now: datetime) -> list[float]:
    """The times kept, the row locked until the transaction ends (SQLite has one writer anyway)."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"key": key_of(limit, who), "hits": [], "expires_at": now + limit.within}
    connection.execute(dialect.insert(web_limits).values(row).on_conflict_do_nothing())
    query = select(web_limits.c.hits).where(web_limits.c.key == row["key"]).with_for_update()
    return list(connection.execute(query).scalar_one())


def _keep(connection: Connection, limit: Limit, who: str, hits: list[float], now: datetime) -> None:
    mine = web_limits.c.key == key_of(limit, who)
    values = {"hits": hits, "expires_at": now + limit.within}
    connection.execute(update(web_limits).where(mine).values(values))
