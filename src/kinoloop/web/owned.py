"""Whose video it is: owners of the house see all, makers what they made."""

from sqlalchemy import Connection

from kinoloop.core.errors import ForbiddenError, NotFoundError
from kinoloop.creative.renders.queries import variant
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.videos.queries import video
from kinoloop.creative.videos.records import Video
from kinoloop.runs.records import RunRow
from kinoloop.web.users.records import User


def owned_video(connection: Connection, user: User, video_id: str) -> Video:
    """The video, when this person may see it. Raises NotFoundError, ForbiddenError."""
    found = video(connection, video_id)
    if not user.sees_all and found.owner != user.user_id:
        raise not_yours("video")
    return found


def owned_film(connection: Connection, user: User, variant_id: str) -> tuple[Video, Variant]:
    """A finished film and its video, when this person may see it. Raises NotFoundError, ForbiddenError."""
    found = variant(connection, variant_id)
    return owned_video(connection, user, found.video_id), found


def require_own_run(connection: Connection, user: User, run: RunRow) -> None:
    """A run of a video belongs to whose the video is; runs over footage belong to the house."""
    video_id = run.payload.get("video_id")
    if not video_id or user.sees_all:
        return
    try:
        owned_video(connection, user, str(video_id))
    except (NotFoundError, ForbiddenError):
        raise not_yours("run") from None


def not_yours(what: str) -> ForbiddenError:
    return ForbiddenError(
        f"This {what} belongs to somebody else.",
        why="Makers see what they made themselves.",
        fix="Ask whose it is, or the owner of the house.",
    )
