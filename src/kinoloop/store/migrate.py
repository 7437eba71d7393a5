"""Brings a database to the schema of this program: plain SQL files, in order, each in one transaction.

Starters take turns under a lock, so any number of processes may call `migrate` at once. What was applied is
recorded with its hash in `schema_migrations`; every file is written so that a second run does no harm.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import KinoloopError
from kinoloop.core.text import plural
from kinoloop.store.applied import Applied, create_record, recorded, write
from kinoloop.store.schema import drift, schema
from kinoloop.store.scripts import MIGRATIONS, Script, scripts
from kinoloop.store.session import Database
from kinoloop.store.statements import Statement

__all__ = ["MIGRATIONS", "Applied", "MigrationError", "Status", "drift", "migrate", "schema", "status"]

LOCK = 0x4B696E6F6C6F6F70
"""Key of the PostgreSQL advisory lock: 'Kinoloop' in ASCII."""
_ADD_COLUMN = re.compile(
    r'ALTER\s+TABLE\s+"?(\w+)"?\s+ADD\s+COLUMN\s+IF\s+NOT\s+EXISTS\s+"?(\w+)"?\s+(.*)',
    re.IGNORECASE | re.DOTALL,
)


class MigrationError(KinoloopError):
    """A migration could not be applied; nothing of it was kept."""

    code = "migration"


@dataclass(frozen=True)
class Status:
    """What is applied, and the files that wait, both in order."""

    applied: tuple[Applied, ...]
    pending: tuple[str, ...]

    @property
    def current(self) -> bool:
        return not self.pending


def migrate(
    database: Database, *, folder: Path = MIGRATIONS, clock: Clock | None = None
) -> tuple[Applied, ...]:
    """Apply what is missing; returns what this call applied.

    Raises MigrationError when a statement fails, ConflictError when files and record disagree, InputError for
    unusable files. A database that is up to date is only read.
    """
    wanted, clock, done = scripts(database.dialect, folder), clock or SystemClock(), list[Applied]()
    if status(database, folder=folder).current:
        return ()
    for script in wanted:
        with locked(database) as connection:
            if script.key not in recorded(connection, wanted):
                done.append(apply(connection, script, clock))
    return tuple(done)


def status(database: Database, *, folder: Path = MIGRATIONS) -> Status:
    """What is applied and what waits; changes nothing. Raises ConflictError like `migrate`."""
    wanted = scripts(database.dialect, folder)
    with database.read() as connection:
        found = recorded(connection, wanted)
    waiting = tuple(script.file for script in wanted if script.key not in found)
    return Status(tuple(found[key] for key in sorted(found)), waiting)


@contextmanager
def locked(database: Database) -> Iterator[Connection]:
    """One transaction that no other starter can enter; the record table exists inside it."""
    if database.dialect == "sqlite":
        with _unbound_sqlite(database) as connection:
            create_record(connection)
            yield connection
        return
    with database.begin() as connection:
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")
        create_record(connection)
        yield connection


@contextmanager
def _unbound_sqlite(database: Database) -> Iterator[Connection]:
    """Foreign keys rest while tables are rebuilt and are checked before the commit, as SQLite advises."""
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        raw.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                yield connection
                _no_broken_keys(connection)
        finally:
            raw.execute("PRAGMA foreign_keys=ON")


def _no_broken_keys(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise MigrationError(
            f"The migration leaves {plural(len(broken), 'row')} without what they refer to.",
            why=f"First: table {broken[0][0]} refers to a missing row of {broken[0][2]}.",
            fix="Mend the migration; nothing of it was kept.",
        )


def apply(connection: Connection, script: Script, clock: Clock) -> Applied:
    """Run one script and record it, inside the caller's transaction. Raises MigrationError."""
    started = time.perf_counter()
    todo = script.statements(connection.dialect.name)
    for place, statement in enumerate(todo, start=1):
        try:
            _execute(connection, statement)
        except DBAPIError as error:
            head = " ".join(statement.text.split())[:120]
            raise MigrationError(
                f"{script.file} failed at statement {place} of {len(todo)} (line {statement.line}): {head}",
                why=f"The database said: {str(error.orig).strip()}.",
                fix="Nothing of this file was kept. Mend what it says, then run `kinoloop db migrate` again.",
            ) from error
    row = Applied(script.number, script.name, script.sha256, clock.now(), time.perf_counter() - started)
    write(connection, row)
    return row


def _execute(connection: Connection, statement: Statement) -> None:
    text = statement.text
    added = _ADD_COLUMN.match(text) if connection.dialect.name == "sqlite" else None
    if added:
        present = connection.exec_driver_sql(f'PRAGMA table_info("{added[1]}")').fetchall()
        if any(column[1].lower() == added[2].lower() for column in present):
            return
        text = f'ALTER TABLE "{added[1]}" ADD COLUMN "{added[2]}" {added[3]}'
    connection.exec_driver_sql(text, execution_options={"no_parameters": True})
