"""How the runs behave: queues and their limits, how often to look, how long to wait, what to keep.

The queue table is one for all processes that share a database: the engine stores it there, and the process
that launched last has written it. Times are seconds.
"""

from dataclasses import dataclass, replace
from typing import Literal

Mode = Literal["embedded", "worker", "client"]
LONGEST_RATE_WINDOW = 3600.0


@dataclass(frozen=True)
class QueueSpec:
    """One queue: how many runs at once, per worker and over all; how often to look; rate per partition."""

    name: str
    carries: str
    poll: float
    per_worker: int | None = None
    everywhere: int | None = None
    rate: tuple[int, float] | None = None
    """(starts, seconds) allowed per partition key; a queue with a rate runs one at a time per key."""


QUEUES: tuple[QueueSpec, ...] = (
    QueueSpec("flow", "parents of other runs and waits for a person", 0.1),
    QueueSpec("llm", "plans, scripts, storyboards, quality", 0.25, per_worker=4, everywhere=8),
    QueueSpec("media", "decoding, cutting, rendering", 0.25, per_worker=2),
    QueueSpec("poll", "asking providers whether they are ready", 0.5, per_worker=100),
    QueueSpec("ads", "changes of ad accounts, by account", 2.0, rate=(15, LONGEST_RATE_WINDOW)),
    QueueSpec("cron", "schedules", 0.5, per_worker=2),
)
ALL: tuple[str, ...] = tuple(queue.name for queue in QUEUES)


@dataclass(frozen=True)
class RunsConfig:
    """All choices of the runs. `embedded` and `worker` execute; `client` only asks."""

    mode: Mode = "embedded"
    queues: tuple[QueueSpec, ...] = QUEUES
    fastest_poll: float | None = None
    """When set, no queue is looked at less often than this: for tests, and when a person waits."""
    watch: float = 0.25
    """How often cancellations, messages and finished children are looked for while something waits."""
    progress_every: float = 0.5
    beat: float = 5.0
    lease: float = 30.0
    upkeep: float = 60.0
    max_crashes: int = 5
    """A step that took its worker down this often is not tried again."""
    drain_timeout: float = 600.0
    engine_pool: int = 10
    keep_finished: float = 7 * 86400.0
    keep_steps: float = 90 * 86400.0
    queued_too_long: float = 3600.0

    def __post_init__(self) -> None:
        if self.lease < 2 * self.beat:
            raise ValueError("a lease must outlast two heartbeats")
        if self.keep_finished < LONGEST_RATE_WINDOW:
            raise ValueError("finished runs must be kept for at least the longest rate window")

    def for_person(self) -> "RunsConfig":
        """The same, quick to react: somebody looks at a terminal."""
        return replace(self, fastest_poll=0.05, watch=0.1)

    def queue_table(self, concurrency: int | None = None) -> tuple[QueueSpec, ...]:
        """The queues with `concurrency` as the number of media runs that one worker does at once."""
        return tuple(self._tuned(queue, concurrency) for queue in self.queues)

    def _tuned(self, queue: QueueSpec, concurrency: int | None) -> QueueSpec:
        poll = queue.poll if self.fastest_poll is None else min(queue.poll, self.fastest_poll)
        per_worker = concurrency if concurrency and queue.name == "media" else queue.per_worker
        return replace(queue, poll=poll, per_worker=per_worker)
