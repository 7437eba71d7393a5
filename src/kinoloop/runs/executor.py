"""The part of a process that executes runs: everything between launch and close, in the right order.

Launch: beat first, take over from an earlier self, then take work. Close: take no more work, let running
steps end, stop the engine, give back what is left, end the lease. So a restart starts no step twice.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from dbos import DBOS

from kinoloop.core.clock import Clock
from kinoloop.core.errors import KinoloopError
from kinoloop.runs import journal
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.drain import Gate
from kinoloop.runs.engine import EngineDoor, close_executor, create_executor
from kinoloop.runs.failure import StoredError, as_known
from kinoloop.runs.flow import Flow, Run
from kinoloop.runs.internals import stop_taking_work
from kinoloop.runs.leases import Leases, new_executor_id
from kinoloop.runs.lock import FileLock
from kinoloop.runs.looks import LOOKS
from kinoloop.runs.place import Place
from kinoloop.runs.records import Json, Severity
from kinoloop.runs.schedules import Schedule, apply_schedules, register_tick
from kinoloop.runs.starting import Starter
from kinoloop.runs.upkeep import Upkeep
from kinoloop.runs.watcher import Watcher
from kinoloop.store.session import Database

LOOK_UP = 0.2
SETTLING = 5.0
"""Seconds that abandoned steps get to notice it."""


class Executor:
    """Executes runs of `flows` from the named queues, from launch to close."""

    def __init__(
        self,
        database: Database,
        door: EngineDoor,
        flows: Mapping[str, Flow],
        config: RunsConfig,
        clock: Clock,
    ) -> None:
        self._database, self._door, self._flows = database, door, flows
        self._config, self._clock = config, clock
        self._starter = Starter(flows, door.client, clock)
        self._lock = FileLock(database)
        self._gate = Gate()
        self._engine: DBOS | None = None
        self._leases: Leases | None = None
        self._place: Place | None = None

    @property
    def place(self) -> Place:
        assert self._place is not None, "not launched"
        return self._place

    def launch(self, queues: Sequence[str], schedules: Sequence[Schedule]) -> None:
        earlier_self_is_dead = self._config.mode == "embedded" and self._lock.take()
        worker = new_executor_id(embedded=earlier_self_is_dead)
        watcher = Watcher(self._database, self._gate, LOOKS, self._config.watch)
        self._place = Place(self._database, self._config, self._clock, worker, self._gate, watcher)
        self._leases = Leases(self._place, self._door.client, tuple(queues))
        self._engine = create_executor(self._door, worker, queues)
        for flow in self._flows.values():
            self._register(flow)
        register_tick(self._start_scheduled)
        if schedules:
            apply_schedules(self._door.client, schedules)
        self._leases.start()
        if earlier_self_is_dead:
            self._leases.take_over_earlier_self()
        self._leases.also(Upkeep(self._place, self._door.client).turn)
        watcher.start_with(self._place.flush_progress, self._config.progress_every)
        DBOS.launch()

    def drain(self, timeout: float, impatient: threading.Event | None = None) -> bool:
        """Take no more work and wait for running steps; True when all have ended within `timeout` seconds."""
        self._gate.close()
        if self._engine is not None:
            stop_taking_work(self._engine)
        deadline = time.monotonic() + timeout
        while not self._gate.wait_until_empty(min(LOOK_UP, max(0.0, deadline - time.monotonic()))):
            if time.monotonic() >= deadline or (impatient is not None and impatient.is_set()):
                return False
        return True

    def close(self, timeout: float, impatient: threading.Event | None = None) -> bool:
        """Drain, then leave; True when no step had to be abandoned."""
        if self._engine is None or self._leases is None:
            return True
        clean = self.drain(timeout, impatient)
        if not clean:
            self._gate.abandoned.set()
            self._gate.wait_until_empty(SETTLING)
        close_executor()
        self.place.watcher.stop()
        self._leases.stop()
        self._leases.leave()
        self._lock.release()
        self._engine = None
        return clean

    def _register(self, flow: Flow) -> None:
        def play(payload: dict[str, Any]) -> dict[str, Any]:
            run_id = DBOS.workflow_id
            assert run_id is not None
            return self._play(flow, run_id, payload)

        DBOS.workflow(name=flow.name)(play)

    def _play(self, flow: Flow, run_id: str, payload: Json) -> Json:
        place, run = self.place, Run(run_id, flow, self.place, self._start_child)
        place.gate.pass_or_park()
        place.write(lambda c: journal.run_started(c, run_id, place.worker, self._clock.now()))
        try:
            result = flow.body(run, payload)
        except Exception as error:
            self._fail(flow, run_id, as_known(error))
            raise StoredError(as_known(error)) from error
        self._complete(flow, run, result)
        return result

    def _complete(self, flow: Flow, run: Run, result: Json) -> None:
        now, why = self._clock.now(), run.incomplete
        status = journal.COMPLETED if why is None else journal.PARTLY
        self.place.board.forget(run.id)

        def write(connection: Any) -> None:
            if journal.run_ended(connection, run.id, status, now, result=result):
                said = why or "The run was completed."
                severity: Severity = "info" if why is None else "warning"
                journal.event(
                    connection,
                    f"run_{status}",
                    said,
                    now,
                    component=flow.name,
                    severity=severity,
                    run_id=run.id,
                )

        self.place.write(write)

    def _fail(self, flow: Flow, run_id: str, error: KinoloopError) -> None:
        now = self._clock.now()
        self.place.board.forget(run_id)

        def write(connection: Any) -> None:
            if journal.run_ended(connection, run_id, "failed", now, error=error):
                said, more = str(error), error.as_dict()
                journal.event(
                    connection,
                    "run_failed",
                    said,
                    now,
                    component=flow.name,
                    severity="error",
                    run_id=run_id,
                    details=more,
                )

        self.place.write(write)

    def _start_child(self, flow: str, payload: Json, *, run_id: str, parent: str) -> str:
        urgency = self.place.write(lambda c: journal.priority_of(c, parent))
        self.place.write(
            lambda c: self._starter.start(c, flow, payload, run_id=run_id, priority=urgency, parent=parent)
        )
        return run_id

    def _start_scheduled(self, flow: str, payload: Json, run_id: str) -> str:
        self.place.write(lambda c: self._starter.start(c, flow, payload, run_id=run_id))
        return run_id
