"""The database door: one engine, one transaction per request or step, two dialects."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, create_engine


@dataclass(frozen=True)
class Database:
    """An open database. `url` may hold a password: never log it, use `label`."""

    engine: Engine

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """One transaction: commits at the end of the block, rolls back on any error."""
        with self.engine.begin() as connection:
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def connect(url: str) -> Database:
    """Open `sqlite:///path` or `postgresql+psycopg://...`."""
    return Database(create_engine(url))
