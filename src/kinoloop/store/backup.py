"""Backup to one file and back, on both dialects.

SQLite is copied whole by its online backup; PostgreSQL's tables by COPY in one snapshot, so no pg_dump is
needed. Only the database is in it: videos, uploads and cache are plain files beside it.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import ConflictError, InputError, IntegrityError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import CHUNK, hash_file
from kinoloop.core.text import plural
from kinoloop.store import copying
from kinoloop.store.applied import Applied, agree, create_record
from kinoloop.store.bundle import Bundle, BundleWriter, opened
from kinoloop.store.migrate import apply, locked, migrate, status
from kinoloop.store.schema import row_counts
from kinoloop.store.scripts import Script, scripts
from kinoloop.store.session import Database, connect

WHOLE = "kinoloop.db"
"""Name of the SQLite file inside a backup."""
_INSERTED = re.compile(r"INSERT\s+(?:OR\s+\w+\s+)?INTO\s+\"?(\w+)", re.IGNORECASE)


@dataclass(frozen=True)
class Backup:
    """One backup file, complete on disk. `rows` by table; `sha256` is of the whole file."""

    path: Path
    dialect: str
    size_bytes: int
    sha256: str
    rows: dict[str, int]
    migrations: tuple[Applied, ...]


def backup(database: Database, target: Path, *, clock: Clock | None = None) -> Backup:
    """Write a backup to a new file `target`, or into the folder `target` under a dated name.

    The database may be in use meanwhile. Raises ConflictError when the file exists, IntegrityError when the
    copy does not pass its check; then nothing is written.
    """
    now = (clock or SystemClock()).now()
    path = target / f"kinoloop-{now:%Y%m%d-%H%M%S}.zip" if target.is_dir() else target
    if path.exists():
        raise ConflictError(
            f"{path} exists already.", fix="Name another file; backups are never overwritten."
        )
    applied = status(database).applied
    with whole_file(path) as part:
        writer = BundleWriter(part)
        facts = (_add_sqlite if database.dialect == "sqlite" else _add_postgres)(database, writer)
        told = [{**vars(row), "applied_at": row.applied_at.isoformat()} for row in applied]
        writer.close(dialect=database.dialect, made_at=now.isoformat(), migrations=told, **facts)
    return Backup(path, database.dialect, path.stat().st_size, hash_file(path), facts["rows"], applied)


def restore(url: str, file: Path, *, force: bool = False, clock: Clock | None = None) -> Backup:
    """Fill the database at `url` from a backup, then bring it to the schema of this program.

    Everything is verified first, and the old content goes only in the transaction that brings the new.
    Raises ConflictError when the target holds rows (unless `force`) or the backup is of a newer program,
    InputError or IntegrityError for an unusable file.
    """
    with opened(file) as bundle:
        database = connect(url)
        try:
            wanted = _understood(bundle, database)
            if not force:
                _require_empty(database)
            if database.dialect == "sqlite":
                _put_sqlite(bundle, database, file.name)
            else:
                _put_postgres(bundle, database, wanted, clock or SystemClock())
            migrate(database, clock=clock)
        finally:
            database.close()
        return Backup(
            file,
            bundle.facts["dialect"],
            file.stat().st_size,
            hash_file(file),
            bundle.facts["rows"],
            _applied(bundle),
        )


def _applied(bundle: Bundle) -> tuple[Applied, ...]:
    return tuple(
        Applied(**{**row, "applied_at": datetime.fromisoformat(row["applied_at"])})
        for row in bundle.facts["migrations"]
    )


def _understood(bundle: Bundle, database: Database) -> tuple[Script, ...]:
    """The scripts that make the backup's schema."""
    if bundle.facts["dialect"] != database.dialect:
        raise InputError(
            f"The backup is of {bundle.facts['dialect']}, the database is {database.dialect}.",
            fix=f"Restore it into a {bundle.facts['dialect']} database.",
        )
    known, applied = scripts(database.dialect), _applied(bundle)
    agree(applied, known)
    kept = {row.key for row in applied}
    return tuple(script for script in known if script.key in kept)


def _require_empty(database: Database) -> None:
    """Rows that the migrations themselves write do not count."""
    own = {name for script in scripts(database.dialect) for name in _INSERTED.findall(script.text)}
    with database.read() as connection:
        rows = row_counts(connection)
    full = [name for name, count in rows.items() if count and name not in own | {"schema_migrations"}]
    if full:
        raise ConflictError(
            f"The database {database.label} is not empty.",
            why=f"Table {full[0]} has {plural(rows[full[0]], 'row')}.",
            fix="Restore into a new database, or say --force to replace everything in it.",
        )


def _add_sqlite(database: Database, writer: BundleWriter) -> dict[str, Any]:
    with TemporaryDirectory(prefix="kinoloop-backup-") as folder, _raw(database) as source:
        copy = Path(folder, WHOLE)
        with closing(sqlite3.connect(copy)) as whole:
            source.backup(whole)
            whole.execute("PRAGMA journal_mode=DELETE")
            _require_sound(whole, "The copy of the database")
            names = whole.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            # The names come from the database's own catalogue.
            rows = {name: whole.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for (name,) in names}  # noqa: S608
        with copy.open("rb") as stream:
            writer.add(WHOLE, iter(lambda: stream.read(CHUNK), b""))
    return {"rows": rows}


def _put_sqlite(bundle: Bundle, database: Database, name: str) -> None:
    with TemporaryDirectory(prefix="kinoloop-restore-") as folder:
        copy = Path(folder, WHOLE)
        with copy.open("wb") as stream:
            stream.writelines(bundle.blocks(WHOLE))
        with closing(sqlite3.connect(copy)) as whole, _raw(database) as target:
            _require_sound(whole, f"The database in {name}")
            whole.backup(target)


def _add_postgres(database: Database, writer: BundleWriter) -> dict[str, Any]:
    columns = dict[str, list[str]]()
    with database.read() as connection:
        copying.snapshot(connection)
        for table in copying.in_order(connection):
            columns[table] = copying.columns(connection, table)
            writer.add(f"{table}.copy", copying.copy_out(connection, table, columns[table]))
        return {"rows": row_counts(connection), "columns": columns}


def _put_postgres(bundle: Bundle, database: Database, wanted: Sequence[Script], clock: Clock) -> None:
    columns: dict[str, Any] = bundle.facts["columns"]
    with locked(database) as connection:
        copying.drop_all(connection)
        create_record(connection)
        for script in wanted:
            apply(connection, script, clock)
        copying.empty_all(connection)
        for table in copying.in_order(connection):
            if table in columns:
                copying.copy_in(connection, table, columns[table], bundle.blocks(f"{table}.copy"))
                copying.continue_counters(connection, table)


def _require_sound(whole: sqlite3.Connection, what: str) -> None:
    verdict = whole.execute("PRAGMA integrity_check").fetchone()[0]
    broken = whole.execute("PRAGMA foreign_key_check").fetchone()
    if verdict != "ok" or broken:
        why = verdict if verdict != "ok" else f"A row of {broken[0]} refers to a missing row of {broken[2]}."
        raise IntegrityError(
            f"{what} is damaged.", why=why, fix="Use an earlier backup; nothing was changed."
        )


@contextmanager
def _raw(database: Database) -> Iterator[sqlite3.Connection]:
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        yield raw
