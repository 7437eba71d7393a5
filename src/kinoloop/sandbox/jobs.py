"""Generation jobs as any vendor has them: queued, started, with an output, over; moved along by due work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from kinoloop.sandbox.clock import Agenda
from kinoloop.sandbox.faults import Fault

State = Literal["starting", "processing", "succeeded", "failed", "canceled", "aborted"]
Event = Literal["start", "output", "logs", "completed"]
OUTPUT_AT = 0.9
"""The output is there at this part of the work; the rest goes into tidying up."""


@dataclass
class Job:
    """One generation. `cold` and `work` are the seconds before the start and of the work itself."""

    id: str
    vendor: str
    model: str
    input: dict[str, Any]
    base: str
    created_at: datetime
    cold: float
    work: float
    kind: Literal["image", "video"] = "image"
    callback: str | None = None
    events: tuple[str, ...] = ()
    deadline: datetime | None = None
    faults: tuple[Fault, ...] = ()
    state: State = "starting"
    started_at: datetime | None = None
    completed_at: datetime | None = None
    output: list[str] = field(default_factory=list)
    error: str | None = None
    logs: str = ""
    removed: bool = False
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        return self.state not in ("starting", "processing")

    @property
    def seconds_run(self) -> float:
        if self.started_at is None or self.completed_at is None:
            return 0.0
        return (self.completed_at - self.started_at).total_seconds()


Watch = Callable[[Job, Event], None]
Deliver = Callable[[Job], list[str]]
"""Puts the job's files on the shelf and gives their URLs."""


class Workshop:
    """Moves the jobs of one vendor; `watch` hears of each step, `deliver` makes the output."""

    def __init__(self, agenda: Agenda, deliver: Deliver, watch: Watch) -> None:
        self._agenda, self._deliver, self._watch = agenda, deliver, watch
        self.jobs: dict[str, Job] = {}

    def open(self, job: Job) -> Job:
        """Take a job in; its steps fall due by themselves."""
        self.jobs[job.id] = job
        start = job.created_at + timedelta(seconds=job.cold)
        end = start + timedelta(seconds=job.work)
        self._agenda.add(start, lambda: self._start(job, start))
        if job.deadline is not None:
            deadline = job.deadline
            self._agenda.add(deadline, lambda: self._miss_deadline(job, deadline))
        if self._outcome(job) != "stuck":
            ready = start + timedelta(seconds=job.work * OUTPUT_AT)
            self._agenda.add(ready, lambda: self._output(job))
            self._agenda.add(end, lambda: self._finish(job, end))
        return job

    def cancel(self, job: Job, now: datetime) -> None:
        """Stop a job that is not over: aborted before its start, canceled after."""
        if not job.over:
            self._end(job, "canceled" if job.started_at else "aborted", now)

    def _outcome(self, job: Job) -> str | None:
        return next((fault.outcome for fault in job.faults if fault.outcome), None)

    def _start(self, job: Job, at: datetime) -> None:
        if job.over:
            return
        if self._outcome(job) == "aborted":
            self._end(job, "aborted", at)
            return
        job.state, job.started_at = "processing", at
        job.logs = "Using seed: " + str(job.input.get("seed", 0)) + "\n"
        self._watch(job, "start")
        self._watch(job, "logs")

    def _output(self, job: Job) -> None:
        if job.over or job.error or self._outcome(job) == "failed":
            return
        job.output = self._deliver(job)
        self._watch(job, "output")

    def _finish(self, job: Job, at: datetime) -> None:
        if job.over:
            return
        if job.error or self._outcome(job) == "failed":
            told = next((fault.error for fault in job.faults if fault.error), None)
            job.error = job.error or told or "The model failed."
            self._end(job, "failed", at)
        else:
            self._end(job, "succeeded", at)

    def _miss_deadline(self, job: Job, at: datetime) -> None:
        self.cancel(job, at)

    def _end(self, job: Job, state: State, at: datetime) -> None:
        job.state, job.completed_at = state, at
        self._watch(job, "completed")
