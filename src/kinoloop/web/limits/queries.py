"""Whether a limit is reached, without counting anything."""

from sqlalchemy import Connection, select

from kinoloop.web.limits.rules import Limit
from kinoloop.web.limits.tables import web_limits


def hits_of(connection: Connection, limit: Limit, who: str) -> list[float]:
    """Times (Unix seconds) counted so far."""
    key = f"{limit.name}:{who}"
    found = connection.execute(select(web_limits.c.hits).where(web_limits.c.key == key)).scalar()
    return list(found or ())
