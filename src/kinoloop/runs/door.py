"""The one small door: start, cancel, retry, send and wait from anywhere; launch and close where runs execute.

Without `launch` this is a client: it starts no thread and takes no work, so any number of processes may use
it.
"""

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from kinoloop.core.clock import Clock, SystemClock
from kinoloop.core.errors import ConflictError, PassingError
from kinoloop.core.ids import NewId, new_id
from kinoloop.runs import mailbox, queries
from kinoloop.runs.cancel import cancel_run, retry_run
from kinoloop.runs.config import ALL, RunsConfig
from kinoloop.runs.engine import EngineDoor, open_door, write_queues
from kinoloop.runs.executor import Executor
from kinoloop.runs.failure import rebuild
from kinoloop.runs.flow import Flow
from kinoloop.runs.leases import leases
from kinoloop.runs.pending import database_now
from kinoloop.runs.records import Json, Lease, RunRow, Stuck
from kinoloop.runs.schedules import Schedule
from kinoloop.runs.starting import Starter
from kinoloop.runs.watchdog import stuck_runs
from kinoloop.store.session import Database

T = TypeVar("T")
SLOWEST_LOOK = 0.5


class Runs:
    """Durable runs of the given flows on one database.

    Made once per process, outside any transaction: it brings the engine's own tables up to date.
    """

    def __init__(
        self,
        database: Database,
        flows: Sequence[Flow],
        config: RunsConfig | None = None,
        *,
        schedules: Sequence[Schedule] = (),
        clock: Clock | None = None,
        make_id: NewId = new_id,
    ) -> None:
        self.config = config or RunsConfig()
        self._database, self._schedules, self._make_id = database, tuple(schedules), make_id
        self._clock: Clock = clock or SystemClock()
        self._flows = {flow.name: flow for flow in flows}
        self._check_flows()
        self._door: EngineDoor | None = open_door(database, self.config)
        self._executor: Executor | None = None

    # -- asking: from any process

    def start(
        self,
        flow: str,
        payload: Json,
        *,
        run_id: str | None = None,
        priority: int | None = None,
        connection: Connection | None = None,
    ) -> str:
        """Queue a run and give its id; the same `run_id` again starts nothing.

        With a `connection` the run is queued when that transaction commits, and not at all when it does not.
        `priority` 1 is the most urgent, 5 the usual. Raises NotFoundError for an unknown flow.
        """
        chosen = run_id or self._make_id()
        starter = Starter(self._flows, self._opened().client, self._clock)
        self._within(connection, lambda c: starter.start(c, flow, payload, run_id=chosen, priority=priority))
        return chosen

    def cancel(self, run_id: str) -> list[str]:
        """Cancel a run and its children at once.

        Gives the ids that were active. Raises NotFoundError, ConflictError.
        """
        stopped = cancel_run(self._database, self._opened().client, run_id, self._clock)
        if self._executor is not None:
            self._executor.place.watcher.nudge()
        return stopped

    def retry(self, run_id: str) -> None:
        """Start a failed or cancelled run again from its last finished step.

        Raises NotFoundError, ConflictError.
        """
        retry_run(self._database, self._opened().client, run_id, self._clock)

    def send(
        self,
        run_id: str,
        topic: str,
        message: Json,
        *,
        key: str | None = None,
        connection: Connection | None = None,
    ) -> None:
        """Leave a message for a run that waits, or will wait, on `topic`; with a `key` it counts once.

        Raises NotFoundError when there is no such run.
        """

        def put(open_connection: Connection) -> None:
            queries.run(open_connection, run_id)
            mailbox.put(open_connection, run_id, topic, message, self._clock.now(), key=key)

        self._within(connection, put)
        if self._executor is not None:
            self._executor.place.watcher.nudge()

    def wait(
        self, run_id: str, timeout: float | None = None, *, seen: Callable[[RunRow], None] | None = None
    ) -> Json:
        """The result of a run once it has finished; raises its error. `seen` gets the run at each look.

        Raises NotFoundError, and PassingError when it has not finished after `timeout` seconds.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        pause = 0.01
        while True:
            with self._database.read() as connection:
                row = queries.run(connection, run_id)
            if seen is not None:
                seen(row)
            if row.finished:
                return _result(row)
            if deadline is not None and time.monotonic() >= deadline:
                raise PassingError(
                    f"The run '{row.title}' has not finished yet.", why=f"It is {row.status}.", fix="Wait."
                )
            time.sleep(pause)
            pause = min(pause * 1.5, SLOWEST_LOOK, self.config.watch)

    def stuck(self) -> tuple[Stuck, ...]:
        """Runs that will not move by themselves."""
        self._opened()
        return stuck_runs(self._database, self.config, self._clock)

    def workers(self) -> tuple[Lease, ...]:
        """The executors that have given a sign of life within a lease."""
        with self._database.read() as connection:
            since = database_now(connection) - self.config.lease
            return tuple(lease for lease in leases(connection) if lease.beat_at >= since)

    # -- executing: embedded, or a worker

    def launch(self, queues: Sequence[str] = ALL, concurrency: int | None = None) -> None:
        """Execute runs from these queues until `close`; `concurrency` media runs at once.

        Raises ConflictError in client mode, or when this process executes runs already.
        """
        if self.config.mode == "client":
            raise ConflictError("A client does not execute runs.", fix="Use mode 'embedded' or 'worker'.")
        if self._executor is not None:
            raise ConflictError("The runs are launched already.")
        door = self._opened()
        write_queues(door.client, self.config.queue_table(concurrency))
        executor = Executor(self._database, door, self._flows, self.config, self._clock)
        executor.launch(tuple(queues), self._schedules)
        self._executor = executor

    @property
    def executor_id(self) -> str | None:
        """The id under which this process executes; None for a client."""
        return None if self._executor is None else self._executor.place.worker

    def drain(self, timeout: float | None = None) -> bool:
        """Take no more work and wait for running steps; True when all have ended in time."""
        limit = self.config.drain_timeout if timeout is None else timeout
        return True if self._executor is None else self._executor.drain(limit)

    def close(self, timeout: float | None = None, *, impatient: threading.Event | None = None) -> bool:
        """Drain, give back what is left, stop; True when no step had to be abandoned. Safe to call twice.

        When `impatient` is set meanwhile, the drain ends at once.
        """
        limit = self.config.drain_timeout if timeout is None else timeout
        clean = True if self._executor is None else self._executor.close(limit, impatient)
        self._executor = None
        if self._door is not None:
            self._door.close()
            self._door = None
        return clean

    def _opened(self) -> EngineDoor:
        if self._door is None:
            self._door = open_door(self._database, self.config)
        return self._door

    def _within(self, connection: Connection | None, act: Callable[[Connection], T]) -> T:
        if connection is not None:
            return act(connection)
        with self._database.begin() as fresh:
            return act(fresh)

    def _check_flows(self) -> None:
        served = {queue.name: queue for queue in self.config.queues}
        for flow in self._flows.values():
            if flow.queue not in served:
                raise ValueError(f"flow '{flow.name}' is for the queue '{flow.queue}', which does not exist")
            if (served[flow.queue].rate is not None) != (flow.partition is not None):
                raise ValueError(
                    f"flow '{flow.name}': a queue with a rate needs a partition, and only such a queue"
                )
        for schedule in self._schedules:
            if schedule.flow not in self._flows:
                raise ValueError(f"schedule '{schedule.name}' starts the unknown flow '{schedule.flow}'")


def _result(row: RunRow) -> Json:
    if row.status in ("completed", "partially_completed"):
        return row.result or {}
    error: Json = dict(row.error or queries.CANCELLED)
    raise rebuild(error)
