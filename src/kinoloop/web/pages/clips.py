"""The clips page: every finished file, playable, with its captions and the reason it was made."""

from dataclasses import dataclass
from typing import ClassVar, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.runs.queries import counts
from kinoloop.runs.records import ACTIVE
from kinoloop.web.queries import ClipOnWall, clip_wall
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage

router = APIRouter(include_in_schema=False)
PAGE = 24
Sort = Literal["newest", "oldest", "best", "longest"]
SORTS: dict[str, str] = {"newest": "Newest", "oldest": "Oldest", "best": "Best score", "longest": "Longest"}


@dataclass(frozen=True)
class ClipWall:
    template: ClassVar[str] = "parts/clip_wall.html"
    clips: tuple[ClipOnWall, ...]
    more: str | None


@dataclass(frozen=True)
class ClipsPage:
    """`narrowed` says in words to what the page is narrowed down."""

    template: ClassVar[str] = "clips.html"
    frame: Frame
    wall: ClipWall
    sort: str
    sorts: dict[str, str]
    narrowed: str | None
    kept: str


@router.get("/clips")
def clips(
    request: Request,
    stage: Stage,
    sort: Sort = "newest",
    asset_id: str | None = None,
    run_id: str | None = None,
    after: str | None = None,
) -> Response:
    with stage.database.read() as connection:
        found = clip_wall(connection, sort=sort, asset_id=asset_id, run_id=run_id, after=after, limit=PAGE)
        running = sum(counts(connection)[kind] for kind in ACTIVE)
    scope = {k: v for k, v in {"asset_id": asset_id, "run_id": run_id}.items() if v}
    wall = ClipWall(found, _more(found, sort, scope))
    if request.headers.get("hx-request") and after:
        return respond(wall)
    narrowed = "of one run" if run_id else "of one piece of footage" if asset_id else None
    frame = frame_of(request, "Clips", "clips", running=running)
    return respond(ClipsPage(frame, wall, sort, SORTS, narrowed, urlencode(scope)))


def _more(found: tuple[ClipOnWall, ...], sort: str, scope: dict[str, str]) -> str | None:
    if len(found) < PAGE:
        return None
    return "/clips?" + urlencode(scope | {"sort": sort, "after": found[-1].clip.clip_file_id})
