"""One video in its states: at work, waiting for a yes, finished, or in trouble."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from fastapi import APIRouter, Depends, Request
from sqlalchemy import Connection
from starlette.responses import Response

from kinoloop.approvals.queries import history
from kinoloop.approvals.records import Approval
from kinoloop.core.clock import Clock
from kinoloop.core.money import Micros
from kinoloop.costs.queries import entries
from kinoloop.costs.records import Entry
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.records import Video
from kinoloop.registry.queries import decisions
from kinoloop.registry.records import NodeDecision
from kinoloop.runs.queries import stored_error
from kinoloop.web.ads.made import FilmAds, by_film, made_of
from kinoloop.web.api.v2.jobs import AT_WORK
from kinoloop.web.api.v2.known import known
from kinoloop.web.api.v2.speak import Known, panel_image
from kinoloop.web.backstage import Backstage
from kinoloop.web.forms import Form, lead_to
from kinoloop.web.limits.gate import within
from kinoloop.web.limits.rules import APPROVE, REFINE, RENDER
from kinoloop.web.owned import owned_video
from kinoloop.web.pages.make.films import ShapeRow, shape_rows
from kinoloop.web.pages.make.steps import NamedStep, named_steps
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.users.queries import users
from kinoloop.web.users.records import User
from kinoloop.web.words import ago_words, span_words

router = APIRouter(include_in_schema=False)
QUIET = 20.0
"""Seconds without a sign of life after which the page says so."""
RENDERABLE = frozenset({"storyboard_complete", "completed", "partially_completed", "failed", "stalled"})


@dataclass(frozen=True)
class ProgressPart:
    """How far it is; `quiet` when nothing was heard for a while. Asks again after `poll` seconds."""

    template: ClassVar[str] = "make/parts/progress.html"
    video: Video
    steps: tuple[NamedStep, ...]
    spent: Micros
    heard: str | None
    quiet: bool
    proof: str
    poll: int = 2


@dataclass(frozen=True)
class PanelCard:
    """A panel as it is shown: where it stands, where its picture comes from, whether it can be moved."""

    panel: Panel
    picture: str | None
    source: str
    footage: str | None
    """The address of the shot in the footage it is taken from."""
    order_up: str | None
    order_down: str | None


@dataclass(frozen=True)
class BoardPart:
    """The storyboard under review. `sha256` is what a yes would cover; `standing` the yes that holds now."""

    template: ClassVar[str] = "make/parts/board.html"
    video: Video
    cards: tuple[PanelCard, ...]
    opening: PanelCard | None
    total: Micros | None
    sha256: str | None
    standing: Approval | None
    names: Mapping[str, str]
    proof: str
    movable: bool
    changeable: bool


@dataclass(frozen=True)
class VideoPage:
    """`error` says what went wrong, `rows` hold the finished films by shape."""

    template: ClassVar[str] = "make/video.html"
    frame: Frame
    video: Video
    error: dict[str, str] | None
    progress: ProgressPart | None
    board: BoardPart | None
    rows: tuple[ShapeRow, ...]
    decisions: tuple[NodeDecision, ...]
    approvals: tuple[Approval, ...]
    entries: tuple[Entry, ...]
    names: Mapping[str, str]
    spent: Micros
    ads: Mapping[str, FilmAds]
    """What became of each film, by variant."""

    @property
    def off(self) -> int | None:
        """By how many per cent the real cost differs from the estimate; None before it is finished."""
        if self.video.estimated_cost == 0 or not self.rows:
            return None
        return round(100 * (self.spent - self.video.estimated_cost) / self.video.estimated_cost)


@router.get("/videos/{video_id}")
def video_page(video_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    with stage.database.read() as connection:
        video = owned_video(connection, who, video_id)
        told = known(stage, connection, video)
        runs = stage.publishing.under_way(one.variant_id for one in told.variants)
        page = _page(request, connection, clock, told, by_film(made_of(connection, video_id), runs))
    return respond(page)


@router.get("/parts/videos/{video_id}/progress")
def progress_part(video_id: str, request: Request, stage: Stage, clock: Now, who: Who) -> Response:
    """The progress as it is now; once it is over, the whole page is loaded again."""
    with stage.database.read() as connection:
        video = owned_video(connection, who, video_id)
        if video.status not in AT_WORK:
            return Response(status_code=204, headers={"HX-Refresh": "true"})
        told = known(stage, connection, video)
    return respond(progress_of(told, clock.now(), frame_of(request, "", "").csrf))


@router.post("/videos/{video_id}/cancel")
def cancel(video_id: str, request: Request, stage: Stage, who: Who) -> Response:
    _mine(stage, who, video_id)
    stage.videos.cancel(video_id, who=who.user_id)
    return lead_to(request, f"/videos/{video_id}")


@router.post("/videos/{video_id}/delete")
def delete(video_id: str, request: Request, stage: Stage, who: Who) -> Response:
    _mine(stage, who, video_id)
    stage.videos.delete(video_id, who=who.user_id)
    return lead_to(request, "/videos")


@router.post("/videos/{video_id}/again", dependencies=[Depends(within(REFINE))])
def again(video_id: str, request: Request, stage: Stage, who: Who) -> Response:
    """Draft everything anew from the same brief."""
    _mine(stage, who, video_id)
    stage.videos.refine(video_id, who=who.user_id)
    return lead_to(request, f"/videos/{video_id}")


@router.post("/videos/{video_id}/approve", dependencies=[Depends(within(APPROVE))])
def approve(video_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    """Say yes to exactly what the page showed."""
    _mine(stage, who, video_id)
    stage.videos.approve(video_id, who=who.user_id, sha256=form.one("sha256"))
    return lead_to(request, f"/videos/{video_id}")


@router.post("/videos/{video_id}/render", dependencies=[Depends(within(RENDER))])
def render(video_id: str, request: Request, stage: Stage, who: Who, form: Form) -> Response:
    """Say yes to exactly what the page showed, and render it; or render what was approved before."""
    _mine(stage, who, video_id)
    sha256 = form.one("sha256")
    stage.videos.render(video_id, who=who.user_id, approve=bool(sha256), sha256=sha256 or None)
    return lead_to(request, f"/videos/{video_id}")


def _mine(stage: Backstage, who: User, video_id: str) -> None:
    with stage.database.read() as connection:
        owned_video(connection, who, video_id)


def _page(
    request: Request, connection: Connection, clock: Clock, told: Known, ads: Mapping[str, FilmAds]
) -> VideoPage:
    video = told.video
    frame = frame_of(request, video.name, "videos")
    subject = f"video:{video.video_id}"
    approvals = history(connection, subject)
    names = {one.user_id: one.name for one in users(connection)}
    working = video.status in AT_WORK
    return VideoPage(
        frame=frame,
        video=video,
        error=stored_error(video.error_message),
        progress=progress_of(told, clock.now(), frame.csrf) if working else None,
        board=board_of(told, approvals, names, frame.csrf),
        rows=() if working else shape_rows(told),
        decisions=decisions(connection, subject),
        approvals=approvals,
        entries=entries(connection, video.video_id),
        names=names,
        spent=told.spent,
        ads=ads,
    )


def progress_of(told: Known, now: datetime, proof: str) -> ProgressPart:
    video = told.video
    quiet = (now - video.updated_at).total_seconds() > QUIET
    return ProgressPart(video, named_steps(video), told.spent, ago_words(video.updated_at, now), quiet, proof)


def board_of(
    told: Known, approvals: tuple[Approval, ...], names: Mapping[str, str], proof: str
) -> BoardPart | None:
    """The storyboard as it stands, None before there is one."""
    video, board = told.video, told.video.storyboard
    if board is None:
        return None
    holding = [one for one in approvals if one.answer == "approved" and one.void_at is None]
    standing = next((one for one in holding if one.sha256 == told.sha256), None)
    return BoardPart(
        video=video,
        cards=tuple(_card(video, panel, place) for place, panel in enumerate(board.panels)),
        opening=_card(video, board.opening, None) if board.opening else None,
        total=told.total,
        sha256=told.sha256,
        standing=standing,
        names=names,
        proof=proof,
        movable=video.status == "storyboard_complete",
        changeable=video.status in RENDERABLE,
    )


def _card(video: Video, panel: Panel, place: int | None) -> PanelCard:
    up, down = (None, None) if place is None else (_moved(video, place, -1), _moved(video, place, 1))
    found = panel.footage
    footage = None if found is None else f"/footage/{found.asset_id}?at={found.start_ms / 1000}"
    return PanelCard(panel, panel_image(video.video_id, panel), source_of(panel), footage, up, down)


def source_of(panel: Panel) -> str:
    """Where the picture comes from, in a line."""
    if panel.kind == "footage" and panel.footage is not None:
        found = panel.footage
        return f"own footage: {found.filename} {span_words(found.start_ms, found.end_ms)}"
    if panel.kind == "generated":
        return f"to be generated by {panel.model or 'a service'}"
    return "text card"


def _moved(video: Video, place: int, by: int) -> str | None:
    """The order of numbers after moving one panel, as a form sends it; None at the edge."""
    assert video.storyboard is not None
    numbers = [panel.number for panel in video.storyboard.panels]
    to = place + by
    if not 0 <= to < len(numbers):
        return None
    numbers[place], numbers[to] = numbers[to], numbers[place]
    return ",".join(map(str, numbers))
