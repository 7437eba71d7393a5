"""Signs of life, and taking over what a dead worker left.

Every executor has an id that never comes back, and beats into `worker_lease`. A run in progress whose owner
has no fresh lease goes back to its queue. Grace rule: only a worker that has itself beaten without a gap
for one whole lease may judge others, so that a database that was away for a moment makes nobody look dead.
"""

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from uuid import uuid4

from dbos import DBOSClient
from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from kinoloop.core.errors import KinoloopError
from kinoloop.runs import journal
from kinoloop.runs.internals import give_back
from kinoloop.runs.pending import Held, database_now, held_by_prefix, held_without_lease
from kinoloop.runs.place import Place
from kinoloop.runs.records import Lease
from kinoloop.runs.tables import worker_lease

log = logging.getLogger(__name__)
EMBEDDED = "embedded-"


def new_executor_id(*, embedded: bool) -> str:
    """An id that no other process ever has; the prefix marks the holder of a file's lock."""
    name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:12]}"
    return f"{EMBEDDED}{name}" if embedded else name


def leases(connection: Connection) -> tuple[Lease, ...]:
    """All workers that have beaten and not left, the youngest first."""
    rows = connection.execute(select(worker_lease).order_by(worker_lease.c.started_at.desc()))
    return tuple(
        Lease(
            row.executor_id,
            row.host,
            row.pid,
            tuple(filter(None, row.queues.split(","))),
            row.started_at,
            row.beat_at,
        )
        for row in rows
    )


class Leases:
    """Beats for this executor in a thread of its own, and takes over from the dead."""

    def __init__(self, place: Place, client: DBOSClient, queues: tuple[str, ...]) -> None:
        self._place, self._client, self._queues = place, client, queues
        self._config = place.config
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._steady_since: float | None = None
        self._last_beat = 0.0
        self._chores: list[Callable[[], None]] = []

    def also(self, chore: Callable[[], None]) -> None:
        """Do this after each beat, too."""
        self._chores.append(chore)

    def start(self) -> None:
        self.beat()
        self._thread = threading.Thread(target=self._run, name="runs-leases", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; the lease stays until `leave`."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def beat(self) -> None:
        """Renew the lease; a gap starts the time of grace anew."""
        worker = self._place.worker
        with self._place.database.begin() as connection:
            now = database_now(connection)
            mine = worker_lease.c.executor_id == worker
            if not connection.execute(update(worker_lease).where(mine).values(beat_at=now)).rowcount:
                row = {
                    "executor_id": worker,
                    "host": socket.gethostname(),
                    "pid": os.getpid(),
                    "beat_at": now,
                }
                connection.execute(
                    worker_lease.insert().values(**row, queues=",".join(self._queues), started_at=now)
                )
        moment = time.monotonic()
        if self._steady_since is None or moment - self._last_beat > self._config.lease / 2:
            self._steady_since = moment
        self._last_beat = moment

    @property
    def may_judge(self) -> bool:
        """True after one whole lease of own beats without a gap."""
        return self._steady_since is not None and time.monotonic() - self._steady_since >= self._config.lease

    def take_over(self) -> list[Held]:
        """Give back the runs of executors without a fresh lease; gives what this call moved."""
        if not self.may_judge:
            return []
        with self._place.database.begin() as connection:
            since = database_now(connection) - self._config.lease
            held = held_without_lease(connection, since)
            connection.execute(delete(worker_lease).where(worker_lease.c.beat_at < since))
        return self._give_back(held)

    def take_over_earlier_self(self) -> list[Held]:
        """At launch of the holder of the file's lock: earlier holders are dead, no lease needs to run out."""
        with self._place.database.read() as connection:
            held = held_by_prefix(connection, EMBEDDED, self._place.worker)
        return self._give_back(held)

    def leave(self) -> list[Held]:
        """Give back everything this executor still holds and end its lease; only after it stopped working."""
        worker = self._place.worker
        with self._place.database.read() as connection:
            held = held_without_lease(connection, 0.0, worker)
        moved = self._give_back(held, note=False)
        with self._place.database.begin() as connection:
            connection.execute(delete(worker_lease).where(worker_lease.c.executor_id == worker))
        return moved

    def _give_back(self, held: list[Held], *, note: bool = True) -> list[Held]:
        moved = [run for run in held if give_back(self._client, run.run_id, [run.executor_id])]
        if moved and note:
            with self._place.database.begin() as connection:
                for run in moved:
                    self._note(connection, run)
        return moved

    def _note(self, connection: Connection, run: Held) -> None:
        journal.event(
            connection,
            "run_taken_over",
            f"The worker {run.executor_id} is gone; its run goes on elsewhere.",
            self._place.clock.now(),
            component="runs",
            severity="warning",
            details={"run": run.run_id, "by": self._place.worker},
        )

    def _run(self) -> None:
        while not self._stopped.wait(self._config.beat):
            for act in (self.beat, self.take_over, *self._chores):
                self._try(act)

    def _try(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (SQLAlchemyError, KinoloopError) as error:
            log.warning("runs: %s failed, trying again: %s", getattr(act, "__name__", "chore"), error)
