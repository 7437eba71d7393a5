"""PostgreSQL as it is for a role that may create nothing: the winners are searched in process there."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from kinoloop.store.session import Database, connect


@contextmanager
def a_role(url: str, *grants: str) -> Iterator[str]:
    """The URL of the same database for a new role, which may read and write all rows and what is granted."""
    name = f"kinoloop_{uuid4().hex[:12]}"
    role = sql.Identifier(name)
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        for grant in ("pg_read_all_data, pg_write_all_data", *grants):
            owner.execute(sql.SQL("GRANT {} TO {}").format(sql.SQL(grant), role))
        yield url.replace("postgres@", f"{name}@", 1)
        owner.execute(sql.SQL("DROP OWNED BY {}").format(role))
        owner.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def plain(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A fresh database in which pgvector cannot be used, on each dialect."""
    url = request.getfixturevalue(f"{request.param}_url")
    if request.param == "sqlite":
        opened = connect(url, profile="test")
        yield opened
        opened.close()
        return
    with a_role(url) as limited:
        opened = connect(limited, profile="test")
        yield opened
        opened.close()
