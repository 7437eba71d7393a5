"""Jobs are runs: start one, watch it, stop it, start it again."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from kinoloop.core.errors import InputError
from kinoloop.runs.queries import counts, events, run, runs, steps
from kinoloop.runs.records import RunStatus
from kinoloop.web.api.shapes import EventList, JobBody, JobDetail, JobList, JobShape, JobStarted
from kinoloop.web.api.speak import event_shape, job_fields, job_shape, step_shape
from kinoloop.web.backstage import Backstage
from kinoloop.web.owned import require_own_run
from kinoloop.web.stage import Stage, Who
from kinoloop.web.users.records import User

router = APIRouter(prefix="/api/jobs", tags=["runs"])


@router.post("", status_code=202, summary="Make clips of an asset or of a link")
def start_job(body: JobBody, stage: Stage, response: Response) -> JobStarted:
    """Six steps: download, transcribe, detect, reframe, cut, finalise. `Location` is where to look."""
    if (body.asset_id is None) == (body.url is None):
        raise InputError("Give either asset_id or url.", why="Exactly one of them says what to work on.")
    run_id = stage.make_clips(asset_id=body.asset_id, url=body.url, order=body.order())
    response.headers["location"] = f"/api/jobs/{run_id}"
    return JobStarted(job_id=run_id)


@router.get("", summary="List jobs, newest first")
def list_jobs(
    stage: Stage,
    status: RunStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    before: str | None = None,
) -> JobList:
    with stage.database.read() as connection:
        found = runs(connection, status=status, limit=limit, before=before)
        totals = counts(connection)
    return JobList(
        jobs=[job_shape(one) for one in found],
        count=len(found),
        counts=totals,
        next=found[-1].run_id if len(found) == limit else None,
    )


@router.get("/{job_id}", summary="One job with its steps")
def one_job(job_id: str, stage: Stage, who: Who) -> JobDetail:
    with stage.database.read() as connection:
        found, ledger = run(connection, job_id), steps(connection, job_id)
        require_own_run(connection, who, found)
    return JobDetail.model_validate(job_fields(found) | {"steps": [step_shape(step) for step in ledger]})


@router.get("/{job_id}/events", summary="What happened in a job, newest first")
def job_events(job_id: str, stage: Stage, limit: Annotated[int, Query(ge=1, le=500)] = 100) -> EventList:
    with stage.database.read() as connection:
        run(connection, job_id)
        found = events(connection, run_id=job_id, limit=limit)
    return EventList(events=[event_shape(row) for row in found], count=len(found))


@router.post("/{job_id}/cancel", summary="Stop a job")
def cancel_job(job_id: str, stage: Stage, who: Who) -> JobShape:
    """Waiting jobs stop at once, working ones at the next safe place. 409 when it is over already."""
    require_own(stage, who, job_id)
    stage.runs.cancel(job_id)
    return _now(stage, job_id)


@router.post("/{job_id}/retry", summary="Start a failed or cancelled job again")
def retry_job(job_id: str, stage: Stage, who: Who) -> JobShape:
    """Finished steps are kept. 409 while it is working."""
    require_own(stage, who, job_id)
    stage.runs.retry(job_id)
    return _now(stage, job_id)


def require_own(stage: Backstage, who: User, job_id: str) -> None:
    """Raises ForbiddenError for a run of somebody else's video."""
    with stage.database.read() as connection:
        require_own_run(connection, who, run(connection, job_id))


def _now(stage: Backstage, job_id: str) -> JobShape:
    with stage.database.read() as connection:
        return job_shape(run(connection, job_id))
