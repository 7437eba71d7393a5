"""The job's own sign of life: how far it is, in which stage, and how long it may still take.

Written at most every two seconds; a job without one for fifteen minutes is taken to be stalled.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime

from kinoloop.core.clock import Clock
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.records import Progress, Stage
from kinoloop.runs.step import Step

EVERY = 2.0
KNOWN_FROM = 5
"""Below this percentage a time left would be a guess."""
SHARES: dict[Stage, tuple[int, int]] = {
    "queued": (0, 0),
    "planning": (2, 10),
    "writing": (10, 25),
    "storyboarding": (25, 100),
    "storyboard_complete": (100, 100),
    "checking": (0, 8),
    "visuals": (8, 40),
    "composing": (40, 92),
    "exporting": (92, 99),
    "completed": (100, 100),
}
"""Per cent at the start and end of each stage; the draft and the render count for themselves."""


@dataclass
class Beat:
    """A `media.watch.Watch` that keeps the job's progress beside the step's own."""

    step: Step
    clock: Clock
    video_id: str
    stage: Stage
    began: datetime
    scene: int | None = None
    done: int = 0
    total: int = 1
    _said: float = field(default=-EVERY, init=False)

    def progress(self, done: float, total: float, note: str = "") -> None:
        self.step.progress(done, total, note)
        if time.monotonic() - self._said >= EVERY:
            self.say((self.done + (done / total if total else 0)) / max(1, self.total), note)

    def check(self) -> None:
        self.step.check()

    def say(self, share: float, message: str = "") -> None:
        """Write how far the stage is (0 to 1); never backwards within a run."""
        self._said = time.monotonic()
        first, last = SHARES[self.stage]
        percentage = round(first + (last - first) * min(1.0, max(0.0, share)))
        now = self.clock.now()
        with self.step.begin() as connection:
            known = read_video(connection, self.video_id)
            old = known.progress
            percentage = max(percentage, old.percentage) if old.stage == self.stage else percentage
            videos.note_progress(
                connection,
                self.video_id,
                Progress(
                    stage=self.stage,
                    percentage=percentage,
                    current_scene=self.scene,
                    scenes_total=self.total if self.total > 1 else old.scenes_total,
                    scenes_completed=self.done,
                    seconds_left=_left(percentage, (now - self.began).total_seconds()),
                    message=message,
                ),
                now=now,
                run_id=self.step.run_id,
            )


def _left(percentage: int, spent: float) -> int | None:
    if percentage < KNOWN_FROM:
        return None
    return round(spent * (100 - percentage) / percentage)
