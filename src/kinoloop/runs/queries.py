"""Reads: runs newest first, the attempts of one, events, counts, how long is left."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from kinoloop.core.errors import NotFoundError
from kinoloop.runs.progress import seconds_left, usual_seconds
from kinoloop.runs.records import STATUSES, Effect, EventRow, Json, RunRow, RunStatus, StepRow, run_status
from kinoloop.runs.tables import jobs, processing_steps, run_effects, run_progress, system_events

HISTORY = 20
CANCELLED = {
    "code": "cancelled",
    "what": "The run was cancelled.",
    "why": "Somebody asked for it.",
    "fix": "",
}


def runs(
    connection: Connection,
    *,
    status: RunStatus | None = None,
    limit: int = 50,
    before: str | None = None,
    parent: str | None = None,
) -> tuple[RunRow, ...]:
    """Runs newest first; `before` is the id of the last one seen; `parent` asks for the children of a run."""
    query = _runs().order_by(jobs.c.created_at.desc(), jobs.c.id.desc()).limit(limit)
    if status is not None:
        query = query.where(jobs.c.status == status)
    if parent is not None:
        query = query.where(jobs.c.parent_run_id == parent)
    if before is not None:
        query = _after(connection, query, before)
    return tuple(_run(row, None) for row in connection.execute(query))


def run(connection: Connection, run_id: str) -> RunRow:
    """One run, with an estimate of the time left. Raises NotFoundError."""
    row = connection.execute(_runs().where(jobs.c.id == run_id)).first()
    if row is None:
        raise NotFoundError(f"There is no run '{run_id}'.", fix="Look at the list of runs for its id.")
    return _run(row, _seconds_left(connection, row))


def steps(connection: Connection, run_id: str) -> tuple[StepRow, ...]:
    """All attempts of a run's steps, in the order they began."""
    mine = processing_steps.c.job_id == run_id
    order = (processing_steps.c.started_at, processing_steps.c.id)
    query = select(processing_steps).where(mine).order_by(*order)
    return tuple(_step(row) for row in connection.execute(query))


def events(connection: Connection, *, run_id: str | None = None, limit: int = 100) -> tuple[EventRow, ...]:
    """Events, newest first."""
    order = (system_events.c.created_at.desc(), system_events.c.id.desc())
    query = select(system_events).order_by(*order).limit(limit)
    if run_id is not None:
        query = query.where(system_events.c.job_id == run_id)
    return tuple(_event(row) for row in connection.execute(query))


def counts(connection: Connection) -> dict[str, int]:
    """How many runs there are in each status; a status without runs counts zero."""
    rows = connection.execute(select(jobs.c.status, func.count()).group_by(jobs.c.status)).all()
    return dict.fromkeys(STATUSES, 0) | {str(status): int(count) for status, count in rows}


def outcomes(connection: Connection, run_ids: Sequence[str]) -> list[Json]:
    """`result` and `error` of finished runs, in the order asked; one of the two is None."""
    query = select(jobs.c.id, jobs.c.status, jobs.c.result_data, jobs.c.error_message).where(
        jobs.c.id.in_(run_ids)
    )
    found = {row.id: row for row in connection.execute(query)}
    return [_outcome(run_id, found.get(run_id)) for run_id in run_ids]


def family(connection: Connection, run_id: str) -> list[str]:
    """A run, its children and theirs, parents first."""
    everyone, parents = [run_id], [run_id]
    while parents:
        query = select(jobs.c.id).where(jobs.c.parent_run_id.in_(parents)).order_by(jobs.c.created_at)
        parents = list(connection.execute(query).scalars())
        everyone += parents
    return everyone


def done_effects(connection: Connection, scope: str) -> tuple[Effect, ...]:
    """The calls of this scope (or run) that were made and answered, oldest first."""
    c = run_effects.c
    query = select(c.effect_key, c.desired, c.result, c.done_at).where(c.run_id == scope, c.state == "done")
    rows = connection.execute(query.order_by(c.done_at, c.effect_key))
    return tuple(Effect(row.effect_key, row.desired, row.result, row.done_at) for row in rows)


def usual_seconds_after(connection: Connection, flow: str, step_name: str) -> float | None:
    """The median time from the end of this step to the end of the run, over the flow's last completed runs.

    None when no run of the flow has been completed yet.
    """
    mine = (processing_steps.c.step_name == step_name) & (processing_steps.c.status == "completed")
    done = (jobs.c.flow == flow) & (jobs.c.status == "completed")
    query = select(jobs.c.completed_at, processing_steps.c.completed_at.label("step_at"))
    query = query.join_from(jobs, processing_steps, processing_steps.c.job_id == jobs.c.id).where(mine, done)
    rows = connection.execute(query.order_by(jobs.c.completed_at.desc()).limit(HISTORY))
    return usual_seconds([age(row.step_at, row.completed_at) for row in rows])


def _runs() -> Select[Any]:
    live = (run_progress.c.done, run_progress.c.total, run_progress.c.began_at, run_progress.c.updated_at)
    columns = [column.label(f"live_{column.name}") for column in live]
    return select(jobs, *columns).outerjoin(run_progress, run_progress.c.run_id == jobs.c.id)


def _after(connection: Connection, query: Select[Any], before: str) -> Select[Any]:
    last = connection.execute(select(jobs.c.created_at).where(jobs.c.id == before)).scalar()
    if last is None:
        return query
    return query.where((jobs.c.created_at < last) | ((jobs.c.created_at == last) & (jobs.c.id < before)))


def _seconds_left(connection: Connection, row: Row[Any]) -> float | None:
    if row.status != "running" or row.current_step is None or row.live_began_at is None:
        return None
    later = usual_seconds_after(connection, row.flow, row.current_step)
    return seconds_left(row.live_done, row.live_total, age(row.live_began_at, row.live_updated_at), later)


def _run(row: Row[Any], left: float | None) -> RunRow:
    return RunRow(
        run_id=row.id,
        flow=row.flow,
        title=row.video_title or row.flow,
        status=run_status(row.status),
        progress=row.progress,
        current_step=row.current_step,
        note=row.note or "",
        error=stored_error(row.error_message),
        payload=row.payload or {},
        result=row.result_data,
        created_at=row.created_at,
        started_at=row.started_at,
        completed_at=row.completed_at,
        seconds_left=left,
        queue=row.queue or "",
        partition_key=row.partition_key,
        priority=row.priority,
        retry_count=row.retry_count,
        worker_id=row.worker_id,
        parent_run_id=row.parent_run_id,
    )


def stored_error(text: str | None) -> dict[str, str] | None:
    """What, why and fix from an `error_message`; plain text (from elsewhere) becomes the `what`."""
    if not text:
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return {"code": "error", "what": text, "why": "", "fix": ""}
    return data if isinstance(data, dict) else {"code": "error", "what": text, "why": "", "fix": ""}


def _outcome(run_id: str, row: Any) -> Json:
    if row is None:
        gone = {"code": "not_found", "what": f"There is no run '{run_id}'.", "why": "", "fix": ""}
        return {"result": None, "error": gone}
    error = stored_error(row.error_message) or (CANCELLED if row.status == "cancelled" else None)
    return {"result": row.result_data, "error": error}


def _step(row: Row[Any]) -> StepRow:
    return StepRow(
        step_name=row.step_name,
        status=row.status,
        started_at=row.started_at,
        completed_at=row.completed_at,
        duration_seconds=row.duration_seconds,
        agent_output=row.agent_output,
        error_message=row.error_message,
        attempt=row.attempt,
        worker_id=(row.metadata_json or {}).get("worker"),
    )


def _event(row: Row[Any]) -> EventRow:
    return EventRow(
        event_id=row.id,
        event_type=row.event_type,
        message=row.message,
        severity=row.severity,
        component=row.component,
        details=row.metadata_json or {},
        created_at=row.created_at,
        run_id=row.job_id,
    )


def age(since: datetime, now: datetime) -> float:
    """Seconds between two instants."""
    return (now.astimezone(UTC) - since.astimezone(UTC)).total_seconds()
