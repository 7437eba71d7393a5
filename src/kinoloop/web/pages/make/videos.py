"""All videos: what is at work, what waits for a yes, what is finished."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.core.clock import Clock
from kinoloop.creative.videos.queries import videos
from kinoloop.creative.videos.records import Video, VideoStatus
from kinoloop.web.api.v2.speak import panel_image
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage, Who
from kinoloop.web.words import ago_words

router = APIRouter(include_in_schema=False)
PAGE = 30
TABS: tuple[tuple[VideoStatus | None, str], ...] = (
    (None, "All"),
    ("storyboard_complete", "Wait for your yes"),
    ("completed", "Finished"),
    ("partially_completed", "Partly finished"),
    ("failed", "Failed"),
)


@dataclass(frozen=True)
class VideoLine:
    """A video in a list; `picture` of its first panel, when there is one."""

    video: Video
    ago: str | None
    picture: str | None


@dataclass(frozen=True)
class VideosPage:
    template: ClassVar[str] = "make/videos.html"
    frame: Frame
    lines: tuple[VideoLine, ...]
    status: str | None
    tabs: tuple[tuple[VideoStatus | None, str], ...]
    more: str | None


@router.get("/videos")
def videos_page(
    request: Request, stage: Stage, clock: Now, who: Who, status: VideoStatus | None = None,
    after: str | None = None,
) -> Response:  # fmt: skip
    with stage.database.read() as connection:
        found = videos(connection, owner=who.own, status=status, limit=PAGE, after=after)
    more = None
    if len(found) == PAGE:
        more = f"/videos?after={found[-1].video_id}" + (f"&status={status}" if status else "")
    frame = frame_of(request, "Videos", "videos")
    return respond(VideosPage(frame, lines_of(found, clock), status, TABS, more))


def lines_of(found: tuple[Video, ...], clock: Clock) -> tuple[VideoLine, ...]:
    now = clock.now()
    return tuple(VideoLine(one, ago_words(one.updated_at, now), _picture(one)) for one in found)


def _picture(video: Video) -> str | None:
    if video.storyboard is None or not video.storyboard.panels:
        return None
    return panel_image(video.video_id, video.storyboard.panels[0])
