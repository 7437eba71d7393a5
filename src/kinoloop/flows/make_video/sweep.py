"""The broom: jobs without a sign of life become stalled, dead runs' jobs failed, paused jobs start again.

A scheduled run every few minutes; each thing is done once however many workers sweep.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kinoloop.core.clock import Clock
from kinoloop.core.text import plural
from kinoloop.costs import operations as ledger
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.step import Step

NAME = "sweep_videos"
EVERY_FIVE_MINUTES = Schedule("sweep videos", "*/5 * * * *", NAME)
Json = dict[str, Any]


@dataclass(frozen=True)
class SweepVideos:
    """`resume` starts the paused jobs that today's money allows, and gives their ids."""

    clock: Clock
    resume: Callable[[], list[str]]

    def flow(self) -> Flow:
        return Flow(NAME, "cron", self.body, lambda _: "Sweep video jobs", ("sweep",))

    def body(self, run: Run, payload: Json) -> Json:
        return run.step("sweep", self.sweep, payload)

    def sweep(self, step: Step, payload: Json) -> Json:
        with step.begin() as connection:
            stalled = videos.sweep_stalled(connection, now=self.clock.now())
            for video_id in stalled:
                run_id = read_video(connection, video_id).run_id
                if run_id is not None:
                    ledger.close_hold(connection, run_id, now=self.clock.now())
                step.event(
                    "video_stalled",
                    f"No sign of life for 15 minutes: {video_id}",
                    severity="warning",
                    video_id=video_id,
                )
        resumed = self.resume()
        if resumed:
            step.event(
                "videos_resumed", f"{plural(len(resumed), 'paused job')} started again", videos=resumed
            )
        return {"stalled": list(stalled), "resumed": resumed}
