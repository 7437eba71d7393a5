"""One thread that looks on behalf of all that wait: cancelled runs, messages, finished children, progress.

However many runs wait for a person, this is two or three queries per look, none while nothing waits; and a
step that asks "am I cancelled?" costs no connection.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from kinoloop.core.errors import KinoloopError
from kinoloop.runs.drain import Gate
from kinoloop.store.session import Database

log = logging.getLogger(__name__)
Look = Callable[[Connection, frozenset[str]], set[str]]
"""Which of these keys have what they wait for."""


class Watcher:
    """Looks every `every` seconds while somebody waits. `looks` maps a kind to its query."""

    def __init__(self, database: Database, gate: Gate, looks: dict[str, Look], every: float) -> None:
        self._database, self._gate, self._looks, self._every = database, gate, looks, every
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, str], list[threading.Event]] = {}
        self._act: Callable[[], None] | None = None
        self._act_every, self._acted = 0.0, 0.0
        self._woken, self._stopped = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def start_with(self, act: Callable[[], None], every: float) -> None:
        """Start looking; do `act` too, at most once per `every` seconds."""
        self._act, self._act_every = act, every
        self._thread = threading.Thread(target=self._run, name="runs-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def nudge(self) -> None:
        """Look now."""
        self._woken.set()

    @contextmanager
    def watching(self, kind: str, key: str) -> Iterator[threading.Event]:
        """An event that is set once `key` has what `kind` looks for."""
        event = threading.Event()
        with self._lock:
            self._waiting.setdefault((kind, key), []).append(event)
        self._woken.set()
        try:
            yield event
        finally:
            with self._lock:
                events = self._waiting[kind, key]
                events.remove(event)
                if not events:
                    del self._waiting[kind, key]

    def wait(self, event: threading.Event, deadline: float | None) -> bool:
        """True once `event` is set, False at `deadline` (monotonic seconds).

        Raises Parked when the gate closes.
        """
        while not event.wait(self._slice(deadline)):
            self._gate.pass_or_park()
            if deadline is not None and time.monotonic() >= deadline:
                return event.is_set()
        return True

    def _slice(self, deadline: float | None) -> float:
        return self._every if deadline is None else max(0.0, min(self._every, deadline - time.monotonic()))

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                idle = not self._waiting
            if idle:
                self._woken.wait()
            self._woken.clear()
            self._try_once()
            self._woken.wait(self._every)

    def _try_once(self) -> None:
        try:
            self.look()
            if self._act is not None and time.monotonic() - self._acted >= self._act_every:
                self._acted = time.monotonic()
                self._act()
        except (SQLAlchemyError, KinoloopError) as error:
            log.warning("runs: could not look for changes: %s", error)

    def look(self) -> None:
        """One look at everything that is waited for."""
        with self._lock:
            wanted = {kind: frozenset(key for k, key in self._waiting if k == kind) for kind in self._looks}
        if not any(wanted.values()):
            return
        with self._database.read() as connection:
            found = {
                (kind, key) for kind, look in self._looks.items() for key in look(connection, wanted[kind])
            }
        with self._lock:
            for place in found:
                for event in self._waiting.get(place, ()):
                    event.set()
