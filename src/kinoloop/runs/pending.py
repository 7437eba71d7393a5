"""What the engine's own table says about runs: whose they are, which wait, which have ended.

Read by plain SQL, because the public listing loads whole rows; the columns used are pinned by a contract
test. Times are seconds by the database's clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, text

from kinoloop.store.session import Database

SCHEMA = "dbos"
ENDED = {
    "ERROR": "failed",
    "CANCELLED": "cancelled",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "SUCCESS": "completed",
}


@dataclass(frozen=True)
class Held:
    """A run that the engine holds for an executor."""

    run_id: str
    executor_id: str


def engine_table(dialect: str) -> str:
    """The engine's table of runs, qualified as the dialect needs it."""
    return f"{SCHEMA}.workflow_status" if dialect == "postgresql" else "workflow_status"


def database_now(connection: Connection) -> float:
    """Seconds since 1970 by the database's clock."""
    clock = (
        "extract(epoch from clock_timestamp())"
        if connection.dialect.name == "postgresql"
        else ("(julianday('now') - 2440587.5) * 86400.0")
    )
    return float(connection.execute(text(f"SELECT {clock}")).scalar_one())


def held_without_lease(connection: Connection, alive_since: float, executor: str | None = None) -> list[Held]:
    """Runs in progress whose executor has not beaten since `alive_since`; or all of one `executor`."""
    if executor is not None:
        return _held(connection, "w.executor_id = :executor", {"executor": executor})
    fresh = "SELECT executor_id FROM worker_lease WHERE beat_at >= :alive"
    return _held(connection, f"w.executor_id NOT IN ({fresh})", {"alive": alive_since})


def held_by_prefix(connection: Connection, prefix: str, but: str) -> list[Held]:
    """Runs in progress of executors whose id begins with `prefix`, except those of `but`."""
    where = "substr(w.executor_id, 1, :length) = :prefix AND w.executor_id <> :but"
    return _held(connection, where, {"length": len(prefix), "prefix": prefix, "but": but})


def _held(connection: Connection, where: str, values: Mapping[str, Any]) -> list[Held]:
    table = engine_table(connection.dialect.name)
    query = f"SELECT w.workflow_uuid, w.executor_id FROM {table} w WHERE w.status = 'PENDING' AND {where}"  # noqa: S608 - no input
    return [Held(str(row[0]), str(row[1])) for row in connection.execute(text(query), dict(values))]


def engine_status(connection: Connection, run_ids: Sequence[str]) -> dict[str, str]:
    """The engine's word for each run that it knows."""
    table = engine_table(connection.dialect.name)
    query = text(f"SELECT workflow_uuid, status FROM {table} WHERE workflow_uuid IN :ids")  # noqa: S608 - no input
    rows = connection.execute(query.bindparams(bindparam("ids", expanding=True)), {"ids": list(run_ids)})
    return {str(row[0]): str(row[1]) for row in rows}


def finished_before(connection: Connection, moment: float, limit: int) -> list[str]:
    """Ids of runs that the engine finished before `moment`, oldest first."""
    table = engine_table(connection.dialect.name)
    query = (
        f"SELECT workflow_uuid FROM {table} WHERE completed_at < :moment "  # noqa: S608 - no input
        "AND status IN ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED') "
        "ORDER BY completed_at LIMIT :limit"
    )
    values = {"moment": int(moment * 1000), "limit": limit}
    return [str(row[0]) for row in connection.execute(text(query), values)]


def has_engine_tables(database: Database) -> bool:
    """True when the engine has made its tables in this database."""
    from sqlalchemy import inspect

    schema = SCHEMA if database.dialect == "postgresql" else None
    return bool(inspect(database.engine).has_table("workflow_status", schema=schema))
