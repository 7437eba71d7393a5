"""A person's word on a moment: accept it, reject it, move its edges, have it made into a clip."""

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import exact
from kinoloop.footage.moments.operations import decide, nudge
from kinoloop.footage.moments.queries import moment
from kinoloop.footage.moments.records import Moment
from kinoloop.web.api.shapes import ExportBody, JobStarted, MomentChange, MomentShape
from kinoloop.web.api.speak import moment_shape
from kinoloop.web.stage import Stage

router = APIRouter(tags=["moments"])


@router.get("/api/moments/{moment_id}", summary="One moment")
def one_moment(moment_id: str, stage: Stage) -> MomentShape:
    with stage.database.read() as connection:
        return moment_shape(moment(connection, moment_id))


@router.patch("/api/moments/{moment_id}", summary="Decide on a moment, or move its edges")
def change_moment(moment_id: str, body: MomentChange, stage: Stage) -> MomentShape:
    """Fields that are absent stay as they are. Edges must lie inside the file, start before end."""
    with stage.begin() as connection:
        return moment_shape(changed(connection, moment_id, body))


def changed(connection: Connection, moment_id: str, change: MomentChange) -> Moment:
    """Apply a change and read back what is stored. Raises InputError for an empty one."""
    if change.model_dump(exclude_none=True) == {}:
        raise InputError("Nothing was asked for.", fix="Send status, start_time or end_time.")
    now = moment(connection, moment_id)
    if change.start_time is not None or change.end_time is not None:
        start = now.span.start if change.start_time is None else exact(change.start_time)
        end = now.span.end if change.end_time is None else exact(change.end_time)
        nudge(connection, moment_id, start, end)
    if change.status is not None:
        decide(connection, moment_id, change.status)
    return moment(connection, moment_id)


@router.post("/api/moments/{moment_id}/export", status_code=202, summary="Make a clip of one moment")
def export_moment(moment_id: str, body: ExportBody, stage: Stage, response: Response) -> JobStarted:
    run_id = stage.export_moment(moment_id, aspect=body.aspect, style=body.style)
    response.headers["location"] = f"/api/jobs/{run_id}"
    return JobStarted(job_id=run_id)
