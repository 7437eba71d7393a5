"""The gate at every step's door: when the worker is asked to leave, steps that run may end, none begins.

`Parked` ends a run's thread without an outcome: the engine then still holds the run as pending, and another
worker goes on from the last finished step. It is no `Exception`, so no body can swallow it by accident.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Parked(BaseException):
    """This worker is leaving; the run goes on elsewhere."""


class Gate:
    """Counts running steps; once closed it lets nobody in."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running = 0
        self.closed = threading.Event()
        self.abandoned = threading.Event()
        """Set when patience has ended: running steps should stop at their next check."""

    @property
    def running(self) -> int:
        return self._running

    def pass_or_park(self) -> None:
        """Raises Parked when the gate is closed."""
        if self.closed.is_set():
            raise Parked

    @contextmanager
    def step(self) -> Iterator[None]:
        """Hold the gate open for one step. Raises Parked when it is closed."""
        with self._changed:
            self.pass_or_park()
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self.closed.set()

    def wait_until_empty(self, timeout: float) -> bool:
        """True when the last running step has ended within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while self._running:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
        return True

    def pause(self, seconds: float) -> None:
        """Sleep between attempts; ends at once with Parked when the gate closes."""
        if self.closed.wait(seconds):
            raise Parked
