"""How each dialect is opened: pools, pragmas, timeouts. `session.connect` is the door to this."""

import json
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from kinoloop.core.errors import InputError, UnavailableError

READING: dict[str, Any] = {"kinoloop_reading": True, "postgresql_readonly": True}
"""Execution options of a transaction that only reads."""
POOLS = {"development": 10, "production": 50, "test": 10}
BUSY_MS = 30_000
POSTGRES_OPTIONS = "-c timezone=UTC -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"
ACCEPTED = {"sqlite", "sqlite+pysqlite", "postgres", "postgresql", "postgresql+psycopg"}


def open_engine(url: str, *, profile: str, pool: int | None) -> Engine:
    """The engine for a URL. Raises InputError when it names no database that we know."""
    where, size = _understood(url), pool or POOLS[profile]
    kept: dict[str, Any] = {
        "pool_size": size,
        "max_overflow": 0,
        "pool_timeout": 30,
        "json_serializer": _json,
    }
    return _sqlite(where, profile, kept) if where.drivername == "sqlite" else _postgres(where, kept)


def _understood(url: str) -> URL:
    try:
        where = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise InputError("The database URL cannot be read.", fix=FORMS) from error
    if where.drivername not in ACCEPTED:
        raise InputError(f"There is no support for '{where.drivername}' databases.", fix=FORMS)
    if where.get_backend_name().startswith("postgres"):
        return where.set(drivername="postgresql+psycopg")
    if where.database in (None, "", ":memory:"):
        raise InputError(
            "The SQLite database needs a file.", why="Several threads and processes share it.", fix=FORMS
        )
    return where.set(drivername="sqlite")


FORMS = "Write sqlite:////folder/kinoloop.db or postgresql://user:password@host:5432/name."


def _json(value: object) -> str:
    """No NaN in JSON: PostgreSQL refuses it, and unknown is null with a reason."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _postgres(where: URL, kept: dict[str, Any]) -> Engine:
    given = where.query.get("options", "")
    arguments = {
        "options": f"{POSTGRES_OPTIONS} {given if isinstance(given, str) else ' '.join(given)}".strip(),
        "application_name": "kinoloop",
        "connect_timeout": 10,
    }
    where = where.difference_update_query(["options"])
    return create_engine(where, connect_args=arguments, pool_pre_ping=True, pool_recycle=1800, **kept)


def _sqlite(where: URL, profile: str, kept: dict[str, Any]) -> Engine:
    Path(str(where.database)).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        where, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}, **kept
    )
    level = "NORMAL" if profile == "test" else "FULL"

    @event.listens_for(engine, "connect")
    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = None
        raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute(f"PRAGMA synchronous={level}")
        write_ahead(raw)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("kinoloop_reading", False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reading else 'OFF'}")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def write_ahead(raw: sqlite3.Connection, patience: float = 30.0) -> None:
    """Turn WAL on. The switch itself does not honour the busy wait, so first starters take turns here."""
    until = time.monotonic() + patience
    while True:
        try:
            mode = raw.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            break
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)
    if mode != "wal":
        raise UnavailableError(
            "SQLite cannot keep a write-ahead log here.",
            why=f"It stays in mode '{mode}'.",
            fix="Use a local disk.",
        )
