"""What may become of a video job: its states, what each change does to it, and when to look again.

Every change is a function from the job to the job; operations write the difference.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from kinoloop.core.errors import ConflictError, RateLimitError
from kinoloop.creative.plain import hash_of
from kinoloop.creative.videos.records import Progress, Stage, Video, VideoStatus

STALLED_AFTER = timedelta(minutes=15)
"""Without a sign of life for so long, a job at work is taken to be stalled."""
MOST_REFINEMENTS = 5
TICK = timedelta(microseconds=1)
FINISHED: tuple[VideoStatus, ...] = ("completed", "partially_completed", "failed")
AT_WORK: tuple[VideoStatus, ...] = ("generating_storyboard", "generating_video")
APPROVABLE: tuple[VideoStatus, ...] = ("storyboard_complete", *FINISHED)

_AGAIN: frozenset[VideoStatus] = frozenset({"generating_storyboard", "generating_video", "paused"})
TRANSITIONS: Mapping[VideoStatus, frozenset[VideoStatus]] = MappingProxyType(
    {
        "queued": frozenset({"generating_storyboard", "paused", "failed", "cancelled"}),
        "paused": frozenset({"queued", "generating_storyboard", "failed", "cancelled"}),
        "generating_storyboard": frozenset({"storyboard_complete", "failed", "stalled", "cancelled"}),
        "storyboard_complete": _AGAIN | {"cancelled"},
        "generating_video": frozenset({*FINISHED, "stalled", "cancelled"}),
        "completed": _AGAIN,
        "partially_completed": _AGAIN,
        "failed": _AGAIN,
        "stalled": _AGAIN | {"failed", "cancelled"},
        "cancelled": frozenset(),
    }
)
"""Where each state may lead. `paused` waits for the next day's money; `cancelled` is the end."""
_FIRST_STAGE: Mapping[VideoStatus, Progress] = MappingProxyType(
    {
        "queued": Progress(),
        "paused": Progress(),
        "generating_storyboard": Progress("planning"),
        "storyboard_complete": Progress("storyboard_complete", 100),
        "generating_video": Progress("checking"),
        "completed": Progress("completed", 100),
    }
)
_DRAFTING: tuple[Stage, ...] = ("queued", "planning", "writing", "storyboarding")


def check_transition(video: Video, to: VideoStatus) -> None:
    """Raises ConflictError naming both states when the one does not lead to the other."""
    if to in TRANSITIONS[video.status]:
        return
    ways = sorted(TRANSITIONS[video.status])
    raise ConflictError(
        f"'{video.name}' is {_said(video.status)} and cannot become {_said(to)}.",
        why=f"From there it can become {', '.join(map(_said, ways))}." if ways else "That is its end.",
        fix="Look at it again: it may have changed meanwhile.",
    )


def entered(video: Video, to: VideoStatus) -> Video:
    """The job in its new state. Raises ConflictError.

    Beginning again after a failure counts as a retry; drafting anew, pausing and cancelling end an approval.
    """
    check_transition(video, to)
    video = replace(
        video,
        status=to,
        progress=_FIRST_STAGE.get(to, video.progress),
        retry_count=video.retry_count + (to in AT_WORK and video.status in ("failed", "stalled")),
    )
    return video if to not in ("generating_storyboard", "paused", "cancelled") else disapproved(video)


def approved(video: Video, sha256: str, now: datetime) -> Video:
    """Raises ConflictError when there is nothing to approve, or no more."""
    if video.status in APPROVABLE and video.storyboard is not None:
        return replace(video, approved=True, approved_at=now, approved_sha256=sha256)
    raise ConflictError(
        f"'{video.name}' cannot be approved now.",
        why=f"It is {_said(video.status)}" + (", without a storyboard." if video.storyboard is None else "."),
        fix="Approve it once its storyboard is complete.",
    )


def disapproved(video: Video) -> Video:
    """No approval holds."""
    return replace(video, approved=False, approved_at=None, approved_sha256=None)


def refined(video: Video) -> Video:
    """One refinement more; no approval holds. Raises RateLimitError (429) past the last."""
    if video.refine_count >= MOST_REFINEMENTS:
        raise RateLimitError(
            f"'{video.name}' was refined {video.refine_count} times.",
            why=f"A video may be refined {MOST_REFINEMENTS} times.",
            fix="Start a new video from a better brief.",
        )
    return disapproved(replace(video, refine_count=video.refine_count + 1))


def is_of_run(video: Video, run_id: str | None) -> bool:
    """Whether a run, or a child of it, is the one at work on the job. None: not told, so taken to be."""
    if run_id is None or video.run_id is None:
        return True
    return run_id == video.run_id or run_id.startswith(f"{video.run_id}:")


def beaten(video: Video, progress: Progress, run_id: str | None) -> Video | None:
    """The job after a sign of life; None when the sign is too late: it ended, or another run is at work.

    A stalled job whose own run is heard again goes on.
    """
    if not is_of_run(video, run_id):
        return None
    if video.status == "stalled" and run_id is not None and video.run_id is not None:
        at_work: VideoStatus = "generating_storyboard" if progress.stage in _DRAFTING else "generating_video"
        return replace(video, status=at_work, progress=progress, error_message=None)
    return replace(video, progress=progress) if video.status in AT_WORK else None


def stamped(video: Video, now: datetime) -> datetime:
    """The stamp of a change: `now`, and later than the one before, so that no two states share a stamp."""
    return max(now, video.updated_at + TICK)


def next_poll_seconds(status: VideoStatus, stage: Stage = "queued") -> Literal[2, 5, 10] | None:
    """Seconds until a look is worth while; None when nothing moves until a person does something."""
    if status == "queued":
        return 2
    if status == "generating_storyboard":
        return 5 if stage == "storyboarding" else 2
    return 10 if status in ("generating_video", "paused") else None


def etag(video: Video, *more: object) -> str:
    """A strong entity tag over the job and `more` JSON values that are shown with it."""
    return f'"{hash_of(video, *more)[:32]}"'


def _said(status: str) -> str:
    return status.replace("_", " ")
