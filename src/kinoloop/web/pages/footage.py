"""The footage page: everything that was filmed, newest first, and the ways to add more."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from kinoloop.footage.intake.queries import assets_grid, count_by_status
from kinoloop.footage.intake.records import GridCell
from kinoloop.runs.queries import counts
from kinoloop.runs.records import ACTIVE
from kinoloop.web.api.ingest import folder_answer
from kinoloop.web.api.shapes import FileOutcome
from kinoloop.web.faults import FaultNotice
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage

router = APIRouter(include_in_schema=False)
PAGE = 48
AssetStatus = Literal["processing", "ready", "failed"]


@dataclass(frozen=True)
class FootageGrid:
    """A page of tiles; `more` is the address of the next one."""

    template: ClassVar[str] = "parts/footage_grid.html"
    cells: tuple[GridCell, ...]
    more: str | None


@dataclass(frozen=True)
class FootagePage:
    template: ClassVar[str] = "footage.html"
    frame: Frame
    grid: FootageGrid
    counts: dict[str, int]
    status: str | None
    upload_limit_mb: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class IngestedNotice:
    """What became of the files of a folder."""

    template: ClassVar[str] = "parts/ingested.html"
    message: str
    failed: tuple[FileOutcome, ...]
    job_ids: tuple[str, ...]


@router.get("/footage")
def footage(
    request: Request, stage: Stage, status: AssetStatus | None = None, after: str | None = None
) -> Response:
    part = request.headers.get("hx-request") and after
    with stage.database.read() as connection:
        cells = assets_grid(connection, status=status, limit=PAGE, after=after)
        totals = {} if part else count_by_status(connection)
        running = 0 if part else sum(counts(connection)[kind] for kind in ACTIVE)
    grid = FootageGrid(cells, _more(cells, status))
    if part:
        return respond(grid)
    frame = frame_of(request, "Footage", "footage", running=running)
    return respond(FootagePage(frame, grid, totals, status, stage.settings.upload_limit_mb))


@router.post("/parts/ingest")
def ingest(stage: Stage, path: Annotated[str, Form()] = "") -> Response:
    if not path.strip():
        return respond(
            FaultNotice("error", "No path was given.", "", "Write the path of a folder or file."), 422
        )
    report = stage.ingest([Path(path.strip())], source="folder")
    answer = folder_answer(report)
    failed = tuple(file for file in answer.files if file.error is not None)
    headers = {"HX-Trigger": "footage-changed"} if answer.successful else {}
    return respond(IngestedNotice(answer.message, failed, tuple(answer.job_ids)), headers=headers)


def _more(cells: tuple[GridCell, ...], status: str | None) -> str | None:
    if len(cells) < PAGE:
        return None
    narrowed = f"&status={status}" if status else ""
    return f"/footage?after={cells[-1].asset.asset_id}{narrowed}"
