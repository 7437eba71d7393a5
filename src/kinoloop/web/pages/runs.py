"""The runs pages: what is happening now, what happened, and one run with its ledger of steps."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.clips.records import ClipFile
from kinoloop.runs.queries import counts, events, run, runs, steps, stored_error
from kinoloop.runs.records import ACTIVE, EventRow, RunRow, RunStatus, StepRow
from kinoloop.web.api.jobs import require_own
from kinoloop.web.backstage import Backstage
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
PAGE = 30


@dataclass(frozen=True)
class RunLine:
    """A run in a list; `ago` is when it began or ended."""

    run: RunRow
    ago: str | None


@dataclass(frozen=True)
class RunsPart:
    template: ClassVar[str] = "parts/runs.html"
    active: tuple[RunLine, ...]
    over: tuple[RunLine, ...]
    counts: dict[str, int]
    status: str | None
    address: str
    more: str | None


@dataclass(frozen=True)
class RunsPage:
    template: ClassVar[str] = "runs.html"
    frame: Frame
    part: RunsPart


@dataclass(frozen=True)
class StepLine:
    """One attempt of a step, its error taken apart."""

    step: StepRow
    error: dict[str, str] | None


@dataclass(frozen=True)
class RunPart:
    """One run as it is now; `events` newest first."""

    template: ClassVar[str] = "parts/run.html"
    line: RunLine
    steps: tuple[StepLine, ...]
    events: tuple[EventRow, ...]
    clips: tuple[ClipFile, ...]


@dataclass(frozen=True)
class RunPage:
    template: ClassVar[str] = "run.html"
    frame: Frame
    part: RunPart


@router.get("/runs")
def runs_page(
    request: Request, stage: Stage, clock: Now, status: RunStatus | None = None, before: str | None = None
) -> Response:
    part = _list(stage, clock, status, before)
    running = sum(part.counts[kind] for kind in ACTIVE)
    return respond(RunsPage(frame_of(request, "Runs", "runs", running=running), part))


@router.get("/parts/runs")
def runs_part(
    stage: Stage, clock: Now, status: RunStatus | None = None, before: str | None = None
) -> Response:
    return respond(_list(stage, clock, status, before))


@router.get("/runs/{run_id}")
def run_page(run_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    require_own(stage, who, run_id)
    part = _one(stage, clock, run_id)
    return respond(RunPage(frame_of(request, part.line.run.title, "runs"), part))


@router.get("/parts/runs/{run_id}")
def run_part(run_id: str, stage: Stage, clock: Now, who: Who) -> Response:
    require_own(stage, who, run_id)
    return respond(_one(stage, clock, run_id))


@router.post("/parts/runs/{run_id}/cancel")
def cancel(run_id: str, stage: Stage, clock: Now, who: Who) -> Response:
    require_own(stage, who, run_id)
    stage.runs.cancel(run_id)
    return respond(_one(stage, clock, run_id))


@router.post("/parts/runs/{run_id}/retry")
def retry(run_id: str, stage: Stage, clock: Now, who: Who) -> Response:
    require_own(stage, who, run_id)
    stage.runs.retry(run_id)
    return respond(_one(stage, clock, run_id))


def _list(stage: Backstage, clock: Clock, status: RunStatus | None, before: str | None) -> RunsPart:
    with stage.database.read() as connection:
        busy = [one for kind in ("running", "queued") for one in runs(connection, status=kind, limit=20)]
        found = runs(connection, status=status, limit=PAGE, before=before)
        totals = counts(connection)
    now = clock.now()
    over = tuple(
        RunLine(one, ago_words(one.completed_at or one.created_at, now)) for one in found if one.finished
    )
    active = tuple(RunLine(one, ago_words(one.started_at or one.created_at, now)) for one in busy)
    address = "/parts/runs" + (f"?status={status}" if status else "")
    more = None
    if len(found) == PAGE:
        more = f"/runs?before={found[-1].run_id}" + (f"&status={status}" if status else "")
    return RunsPart(active if before is None else (), over, totals, status, address, more)


def _one(stage: Backstage, clock: Clock, run_id: str) -> RunPart:
    with stage.database.read() as connection:
        found = run(connection, run_id)
        ledger = tuple(StepLine(step, stored_error(step.error_message)) for step in steps(connection, run_id))
        trail = events(connection, run_id=run_id, limit=50)
        made = clip_files(connection, run_id=run_id, limit=24)
    ago = ago_words(found.completed_at or found.started_at or found.created_at, clock.now())
    return RunPart(RunLine(found, ago), ledger, trail, made)
