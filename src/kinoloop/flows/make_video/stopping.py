"""After a cancel: what was asked of the services is stopped there, and what it cost all the same is booked.

A run of its own, so that a crash or a service that does not answer at once loses nothing.
"""

from dataclasses import dataclass
from typing import Any

from kinoloop.core.errors import PassingError
from kinoloop.core.text import plural
from kinoloop.costs import operations as ledger
from kinoloop.costs.queries import entry, spent_on
from kinoloop.creative.videos import operations as videos
from kinoloop.creative.visuals import operations as visuals
from kinoloop.creative.visuals.queries import tasks
from kinoloop.creative.visuals.records import VisualState, VisualTask
from kinoloop.flows.make_video.studio import Studio
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.step import Step

NAME = "stop_visuals"
RETRIES = 8
Json = dict[str, Any]


@dataclass(frozen=True)
class StopVisuals:
    """The journey with its tools."""

    studio: Studio

    def flow(self) -> Flow:
        return Flow(NAME, "poll", self.body, lambda payload: f"Stop {payload['name']}", ("stop",))

    def body(self, run: Run, payload: Json) -> Json:
        """`payload` names the video. Ends when each task is over at its service."""
        return run.step("stop", self.stop, payload, retries=RETRIES, backoff=1.0)

    def stop(self, step: Step, payload: Json) -> Json:
        """Raises PassingError while a service has not ended a task yet."""
        with step.begin() as connection:
            asked = [task for task in tasks(connection, payload["video_id"]) if task.state == "asked"]
        working = [task for task in asked if not self._stopped(step, task)]
        if working:
            raise PassingError(
                f"{plural(len(working), 'task')} of '{payload['name']}' still run at the service.",
                why="They were asked to stop.",
                fix="It is looked again.",
            )
        with step.begin() as connection:
            spent = spent_on(connection, payload["video_id"])
            videos.set_costs(connection, payload["video_id"], actual=spent, now=self.studio.clock.now())
        return {"stopped": len(asked)}

    def _stopped(self, step: Step, task: VisualTask) -> bool:
        maker = self.studio.maker(task.service)
        external_id = task.external_id or ""
        maker.cancel(external_id)
        state = maker.look(external_id)
        if state.over:
            self._settle(step, task, state)
        return state.over

    def _settle(self, step: Step, task: VisualTask, state: VisualState) -> None:
        """Committed at what was expected when the service charged it, else void."""
        now = self.studio.clock.now()
        charged = state.status == "succeeded" if state.charged is None else state.charged
        with step.begin() as connection:
            if charged:
                amount = entry(connection, task.order_key).expected
                ledger.commit(
                    connection, task.order_key, amount=amount, external_id=task.external_id, now=now
                )
            else:
                ledger.void(connection, task.order_key, reason="cancelled", now=now)
            visuals.close_task(connection, task.order_key, state="failed", now=now)
