"""The database door: one engine, one transaction per request or step, two dialects.

SQLite runs in WAL with IMMEDIATE transactions and a long busy wait, so several processes share one file;
PostgreSQL gets a bounded pool of checked connections. Both speak UTC.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from kinoloop.core.errors import KinoloopError, PassingError, UnavailableError
from kinoloop.core.text import redact
from kinoloop.store.engines import READING, open_engine

Profile = Literal["development", "production", "test"]


@dataclass(frozen=True)
class Database:
    """An open database. The engine's URL may hold a password: never log it, use `label`."""

    engine: Engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @property
    def label(self) -> str:
        """Where it is, fit for a log or a page: no password, no options."""
        url = self.engine.url
        if self.dialect == "sqlite":
            return f"sqlite:///{url.database}"
        host = url.host or url.query.get("host") or "localhost"
        port = f":{url.port}" if url.port else ""
        return f"postgresql://{url.username + '@' if url.username else ''}{host}{port}/{url.database or ''}"

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: commits at the end of the block, rolls back on any error.

        Raises UnavailableError when the database does not answer, PassingError when it stays busy.
        """
        with self._open() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent view that never waits for a writer; a write inside it fails."""
        with self._open(**READING) as connection:
            yield connection

    @contextmanager
    def _open(self, **options: Any) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except (DBAPIError, PoolTimeout) as error:
            raise self._refused(error) from error
        with connection:
            try:
                transaction = connection.execution_options(**options).begin()
            except DBAPIError as error:
                raise self._refused(error) from error
            with transaction:
                yield connection

    def check(self) -> None:
        """Ask the database one question. Raises UnavailableError."""
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def _refused(self, error: Exception) -> KinoloopError:
        why = redact(str(getattr(error, "orig", None) or error)).strip()
        if isinstance(error, PoolTimeout) or "locked" in why:
            return PassingError(
                f"The database {self.label} is busy.",
                why=why,
                fix="Try again; if it stays so, look for a stuck process.",
            )
        fix = (
            "Check the file and its folder."
            if self.dialect == "sqlite"
            else "Check that it runs and DATABASE_URL."
        )
        return UnavailableError(f"The database {self.label} does not answer.", why=why, fix=fix)


def connect(url: str, *, profile: Profile = "development", pool: int | None = None) -> Database:
    """Open `sqlite:///path` or `postgresql://...` (also `postgres://`). Raises InputError for another kind.

    `pool` bounds the connections of this process: 10 in development and test, 50 in production.
    """
    return Database(open_engine(url, profile=profile, pool=pool))
