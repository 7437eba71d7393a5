"""The engine's life in this process: its own pool on the same database, client, launch, close.

DBOS keeps one executor per process. We give it its own connections (on SQLite: WAL, IMMEDIATE, a busy
wait), plain JSON, a fixed version and an executor id that never comes back.
"""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Engine, create_engine, event

from kinoloop.core.errors import ConflictError
from kinoloop.runs.config import QueueSpec, RunsConfig
from kinoloop.runs.internals import migrate_engine_tables
from kinoloop.runs.pending import SCHEMA
from kinoloop.runs.starting import VERSION
from kinoloop.store.session import Database

APP = "kinoloop"
BUSY_MS = 30_000


@dataclass(frozen=True)
class EngineDoor:
    """A client of the engine and the connections that it uses."""

    connections: Engine
    client: DBOSClient

    def close(self) -> None:
        self.client.destroy()
        self.connections.dispose()


def open_door(database: Database, config: RunsConfig) -> EngineDoor:
    """Connect as a client, the engine's tables and our queues in place. Starts no executor and no thread.

    Not inside a transaction on the same SQLite file: it would wait for itself.
    """
    quiet_log()
    connections = _connections(database, config)
    client = DBOSClient(
        system_database_engine=connections,
        dbos_system_schema=SCHEMA,
        serializer=DBOSPortableJSONSerializer(),
        application_name=APP,
        lazy=True,
    )
    migrate_engine_tables(client)
    write_queues(client, config.queue_table(), only_missing=True)
    return EngineDoor(connections, client)


def write_queues(client: DBOSClient, queues: Sequence[QueueSpec], *, only_missing: bool = False) -> None:
    """Make the stored queues what the table says; a mere client adds only what is missing."""
    for queue in queues:
        limited = queue.rate is not None
        client.register_queue(
            queue.name,
            worker_concurrency=queue.per_worker,
            global_concurrency=queue.everywhere,
            partition_concurrency=1 if limited else None,
            partition_limiter={"limit": queue.rate[0], "period": queue.rate[1]} if queue.rate else None,
            polling_interval_sec=queue.poll,
            on_conflict="never_update" if only_missing else "always_update",
        )


def create_executor(door: EngineDoor, executor_id: str, queues: Sequence[str]) -> DBOS:
    """The process's one executor, not yet launched. Raises ConflictError when there is one already."""
    config: DBOSConfig = {
        "name": APP,
        "system_database_engine": door.connections,
        "dbos_system_schema": SCHEMA,
        "application_version": VERSION,
        "executor_id": executor_id,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
        "use_listen_notify": False,
        "notification_listener_polling_interval_sec": 0.2,
        "scheduler_polling_interval_sec": 5.0,
        "run_migrations": False,
    }
    executor = DBOS(config=config)
    if executor._launched:
        raise ConflictError(
            "This process already executes runs.", why="The engine keeps one executor per process."
        )
    executor.listen_queues(list(queues))
    return executor


def close_executor() -> None:
    """Stop the engine's threads and forget its registrations; runs in progress keep their rows."""
    DBOS.destroy(destroy_registry=True)


def quiet_log() -> None:
    """Leave the engine's log to the program's own handlers, without its copy of every failed run."""
    log = logging.getLogger("dbos")
    if not any(isinstance(one, logging.NullHandler) for one in log.handlers):
        log.addHandler(logging.NullHandler())
        log.addFilter(_not_a_failed_run)


def _not_a_failed_run(record: logging.LogRecord) -> bool:
    return "in background workflow" not in record.getMessage()


def _connections(database: Database, config: RunsConfig) -> Engine:
    url = database.engine.url
    pool = {"pool_size": config.engine_pool, "max_overflow": 0, "pool_timeout": 30}
    if database.dialect == "postgresql":
        return create_engine(url, pool_pre_ping=True, **pool)
    with database.read() as connection:
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "check_same_thread": False}, **pool)

    @event.listens_for(engine, "connect")
    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.isolation_level = "IMMEDIATE"
        for pragma in (f"busy_timeout={BUSY_MS}", "foreign_keys=ON", f"synchronous={synchronous}"):
            raw.execute(f"PRAGMA {pragma}")

    return engine
