"""The record of what was applied, table `schema_migrations`, held against the files of this program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from kinoloop.core.errors import ConflictError
from kinoloop.store.scripts import Script
from kinoloop.store.statements import TOKENS
from kinoloop.store.tables import schema_migrations

_CREATE = """CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    applied_at {instant} NOT NULL, seconds {float} NOT NULL, PRIMARY KEY (number, name))"""


@dataclass(frozen=True)
class Applied:
    """One migration that is in the database; `seconds` it took."""

    number: int
    name: str
    sha256: str
    applied_at: datetime
    seconds: float

    @property
    def key(self) -> tuple[int, str]:
        return self.number, self.name


def create_record(connection: Connection) -> None:
    """Make the record table where it is missing."""
    connection.exec_driver_sql(_CREATE.format_map(TOKENS[connection.dialect.name]))


def write(connection: Connection, row: Applied) -> None:
    connection.execute(schema_migrations.insert().values(**vars(row)))


def recorded(connection: Connection, wanted: Sequence[Script]) -> Mapping[tuple[int, str], Applied]:
    """The record by number and name; empty where there is none. Raises ConflictError like `agree`."""
    if not connection.dialect.has_table(connection, schema_migrations.name):
        return {}
    order = (schema_migrations.c.number, schema_migrations.c.name)
    rows = connection.execute(select(schema_migrations).order_by(*order))
    found = tuple(Applied(**row._mapping) for row in rows)
    agree(found, wanted)
    return {row.key: row for row in found}


def agree(found: Sequence[Applied], wanted: Sequence[Script]) -> None:
    """Raises ConflictError when the database is newer than the files, or an applied file has changed."""
    known = {script.key: script for script in wanted}
    for row in found:
        script = known.get(row.key)
        if script is None:
            raise ConflictError(
                f"The database has migration {row.number:04d}_{row.name}, unknown to this program.",
                why="A newer version of the program has used it.",
                fix="Start that version, or restore a backup made before it.",
            )
        if script.sha256 != row.sha256:
            raise ConflictError(
                f"{script.file} was changed after it was applied on {row.applied_at:%Y-%m-%d}.",
                why=f"The database recorded {row.sha256[:12]}, the file is {script.sha256[:12]}.",
                fix="Put the file back and write the change as a new migration.",
            )
