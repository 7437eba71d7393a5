"""A video job with everything in it, for tests of what rests in the database."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Beat, Plan
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.storyboards.records import FootageSource, Panel, Storyboard
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.records import Video, VideoStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SHA = "ab" * 32
BRIEF = Brief(name="Spring", product="Räka shoes", facts=("Weigh 190 g",), campaign_id="c-1")
PLAN = Plan(
    "light", "Feels like nothing", ("190 g?",), (Beat("hook", 3000, "stop"),), "t", "r", 0.7, (), "plain"
)
SCRIPT = Script((Line(1, "hook", "190 g?", "190 g", 3000),), ("Lighter?",), ("Try it",), "r", None, "plain")
PANEL = Panel(
    "s1",
    1,
    "hook",
    "190 g?",
    "190 g",
    3000,
    "a shoe on a scale",
    "",
    footage=FootageSource("a-1", None, "a.mp4", 0, 3000, 0.8, "words"),
    kind="footage",
    price=150_000,
)
BOARD = Storyboard((PANEL,), None, "bright", ("#ff0000",), "fits", 0.5, "rules")
PATHS: dict[VideoStatus, tuple[VideoStatus, ...]] = {
    "queued": (),
    "paused": ("paused",),
    "generating_storyboard": ("generating_storyboard",),
    "storyboard_complete": ("generating_storyboard", "storyboard_complete"),
    "generating_video": ("generating_storyboard", "storyboard_complete", "generating_video"),
    "completed": ("generating_storyboard", "storyboard_complete", "generating_video", "completed"),
    "partially_completed": (
        "generating_storyboard",
        "storyboard_complete",
        "generating_video",
        "partially_completed",
    ),
    "failed": ("generating_storyboard", "failed"),
    "stalled": ("generating_storyboard", "stalled"),
    "cancelled": ("cancelled",),
}
"""How each state is reached from the first one."""


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def new_video(connection: Connection, video_id: str = "v-1", *, owner: str = "ada") -> Video:
    return videos.create(
        connection, video_id=video_id, owner=owner, brief=BRIEF, estimated_cost=3_015_000, now=NOW
    )


def video_in(connection: Connection, status: VideoStatus, video_id: str = "v-1") -> Video:
    """A new job with script and storyboard, led to a state."""
    made = new_video(connection, video_id)
    for to in PATHS[status]:
        made = videos.advance(connection, video_id, to=to, now=NOW)
        if to == "generating_storyboard":
            videos.save_script(connection, video_id, SCRIPT, NOW)
            made = videos.save_storyboard(connection, video_id, BOARD, NOW)
    return made
