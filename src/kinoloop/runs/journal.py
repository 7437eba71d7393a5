"""Writes what happened: the jobs row of a run, a processing_steps row per attempt, system_events.

Every function takes an open connection; the caller commits. A run that was cancelled stays cancelled: no
later outcome overwrites it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from kinoloop.core.errors import KinoloopError
from kinoloop.core.ids import new_id
from kinoloop.runs.records import ACTIVE, Json, RunStatus, Severity
from kinoloop.runs.tables import jobs, processing_steps, run_progress, system_events

COMPLETED: RunStatus = "completed"
PARTLY: RunStatus = "partially_completed"
INTERRUPTED = "The worker stopped before this attempt ended."


@dataclass(frozen=True)
class Attempt:
    """An open processing_steps row. `crashes` is how many workers this step has cost since the last retry."""

    row_id: str
    number: int
    crashes: int


def run_queued(connection: Connection, row: Json, at: datetime) -> bool:
    """Insert the jobs row of a new run; False when the run exists already. `row` holds jobs columns."""
    known = connection.execute(select(jobs.c.id).where(jobs.c.id == row["id"])).first()
    if known is None:
        fixed = {"status": "queued", "progress": 0, "retry_count": 0, "created_at": at, "updated_at": at}
        connection.execute(insert(jobs).values(**fixed, **row))
    return known is None


def run_started(connection: Connection, run_id: str, worker: str, at: datetime) -> None:
    values: Json = {"status": "running", "worker_id": worker, "updated_at": at}
    values["started_at"] = func.coalesce(jobs.c.started_at, at)
    connection.execute(update(jobs).where(jobs.c.id == run_id, jobs.c.status.in_(ACTIVE)).values(values))


def run_ended(
    connection: Connection,
    run_id: str,
    status: RunStatus,
    at: datetime,
    *,
    result: Json | None = None,
    error: KinoloopError | None = None,
) -> bool:
    """Write the outcome of a run that has none; True if this call wrote it."""
    values: Json = {"status": status, "completed_at": at, "updated_at": at, "current_step": None}
    if result is not None:
        values |= {"result_data": result, "progress": 100, "note": ""}
    if error is not None:
        values["error_message"] = json.dumps(error.as_dict())
    query = update(jobs).where(jobs.c.id == run_id, jobs.c.status.in_(ACTIVE)).values(values)
    return connection.execute(query).rowcount > 0


def run_requeued(connection: Connection, run_id: str, at: datetime) -> None:
    """A finished run goes to the queue again, as the same run."""
    values: Json = {
        "status": "queued",
        "error_message": None,
        "completed_at": None,
        "result_data": None,
        "updated_at": at,
        "retry_count": jobs.c.retry_count + 1,
    }
    connection.execute(update(jobs).where(jobs.c.id == run_id).values(values))


def priority_of(connection: Connection, run_id: str) -> int:
    """How urgent a run is; its children inherit it."""
    return int(connection.execute(select(jobs.c.priority).where(jobs.c.id == run_id)).scalar_one())


def step_started(connection: Connection, run_id: str, name: str, worker: str, at: datetime) -> Attempt:
    """Open the row of a new attempt; one that a lost worker left open is closed first."""
    steps = processing_steps.c
    mine = (steps.job_id == run_id) & (steps.step_name == name)
    ended = {"status": "failed", "completed_at": at, "error_message": INTERRUPTED}
    connection.execute(update(processing_steps).where(mine, steps.status == "started").values(ended))
    retries = connection.execute(select(jobs.c.retry_count).where(jobs.c.id == run_id)).scalar_one()
    before = connection.execute(
        select(steps.attempt, steps.error_message, steps.metadata_json).where(mine)
    ).all()
    number = max((row.attempt for row in before), default=0) + 1
    lost = [
        row for row in before if row.error_message == INTERRUPTED and row.metadata_json["retry"] == retries
    ]
    row: Json = {"id": new_id(), "job_id": run_id, "step_name": name, "attempt": number, "status": "started"}
    about = {"worker": worker, "retry": retries}
    connection.execute(insert(processing_steps).values(**row, started_at=at, metadata_json=about))
    _note_step(connection, run_id, name, at)
    return Attempt(row["id"], number, len(lost))


def _note_step(connection: Connection, run_id: str, name: str, at: datetime) -> None:
    connection.execute(update(jobs).where(jobs.c.id == run_id).values(current_step=name, updated_at=at))
    fresh: Json = {"step_name": name, "done": 0.0, "total": 0.0, "note": "", "began_at": at, "updated_at": at}
    changed = connection.execute(update(run_progress).where(run_progress.c.run_id == run_id).values(fresh))
    if not changed.rowcount:
        connection.execute(insert(run_progress).values(run_id=run_id, **fresh))


def step_completed(connection: Connection, row_id: str, at: datetime, seconds: float, output: Json) -> None:
    _close_step(connection, row_id, at, seconds, {"status": "completed", "agent_output": output})


def step_failed(connection: Connection, row_id: str, at: datetime, seconds: float, why: str) -> None:
    _close_step(connection, row_id, at, seconds, {"status": "failed", "error_message": why})


def _close_step(connection: Connection, row_id: str, at: datetime, seconds: float, values: Json) -> None:
    mine = (processing_steps.c.id == row_id) & (processing_steps.c.status == "started")
    ended = {"completed_at": at, "duration_seconds": seconds, **values}
    connection.execute(update(processing_steps).where(mine).values(ended))


def event(
    connection: Connection,
    kind: str,
    message: str,
    at: datetime,
    *,
    component: str,
    severity: Severity = "info",
    run_id: str | None = None,
    details: Json | None = None,
) -> None:
    """One system_events row."""
    said = {"id": new_id(), "event_type": kind, "message": message, "severity": severity, "created_at": at}
    about = {"component": component, "job_id": run_id, "metadata_json": details or {}}
    connection.execute(insert(system_events).values(**said, **about))


def set_progress(connection: Connection, rows: Sequence[Json], at: datetime) -> None:
    """Update the progress of several runs: rows with run_id, step_name, done, total, note, percent."""
    for row in rows:
        mine = (run_progress.c.run_id == row["run_id"]) & (run_progress.c.step_name == row["step_name"])
        values = {"done": row["done"], "total": row["total"], "note": row["note"], "updated_at": at}
        connection.execute(update(run_progress).where(mine).values(values))
        share = {"progress": row["percent"], "note": row["note"], "updated_at": at}
        running = (jobs.c.id == row["run_id"]) & (jobs.c.status == "running")
        connection.execute(update(jobs).where(running).values(share))
