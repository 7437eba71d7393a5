"""What a run, a step attempt and an event look like to those who read them; frozen.

`Json` is a dictionary that survives `json.dumps`; ids and paths travel in it, never media.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

Json = dict[str, Any]
RunStatus = Literal["queued", "running", "completed", "partially_completed", "failed", "cancelled"]
StepStatus = Literal["started", "completed", "failed"]
Severity = Literal["debug", "info", "warning", "error", "critical"]

STATUSES: tuple[RunStatus, ...] = get_args(RunStatus)
ACTIVE: tuple[RunStatus, ...] = ("queued", "running")
FINISHED: tuple[RunStatus, ...] = ("completed", "partially_completed", "failed", "cancelled")
SUCCEEDED: tuple[RunStatus, ...] = ("completed", "partially_completed")


def run_status(text: str) -> RunStatus:
    """The status that a stored text means. Raises ValueError for a word that is none."""
    if text not in STATUSES:
        raise ValueError(f"'{text}' is not a run status")
    return text


@dataclass(frozen=True)
class RunRow:
    """One run as a person sees it.

    `progress` is 0 to 100; `seconds_left` is None while nothing can be said.
    """

    run_id: str
    flow: str
    title: str
    status: RunStatus
    progress: int
    current_step: str | None
    note: str
    error: dict[str, str] | None
    payload: Json
    result: Json | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    seconds_left: float | None
    queue: str = ""
    partition_key: str | None = None
    priority: int = 5
    retry_count: int = 0
    worker_id: str | None = None
    parent_run_id: str | None = None

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


@dataclass(frozen=True)
class StepRow:
    """One attempt of one step. `agent_output` is the JSON that the step gave back."""

    step_name: str
    status: StepStatus
    started_at: datetime
    completed_at: datetime | None
    duration_seconds: float | None
    agent_output: Json | None
    error_message: str | None
    attempt: int
    worker_id: str | None = None


@dataclass(frozen=True)
class EventRow:
    """One notable thing. `component` is the flow or part that saw it."""

    event_id: str
    event_type: str
    message: str
    severity: Severity
    component: str
    details: Json
    created_at: datetime
    run_id: str | None


@dataclass(frozen=True)
class Effect:
    """An outward call that was made and answered: what was wanted, and what came back."""

    key: str
    desired: Json
    result: Json
    done_at: datetime


@dataclass(frozen=True)
class Lease:
    """A worker's sign of life; instants are Unix seconds by the database's clock."""

    executor_id: str
    host: str
    pid: int
    queues: tuple[str, ...]
    started_at: float
    beat_at: float


@dataclass(frozen=True)
class Stuck:
    """A run that will not move by itself, with the reason in plain words."""

    run_id: str
    flow: str
    reason: str
    seconds: float
