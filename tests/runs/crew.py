"""Starts, kills, freezes and reads the worker processes of the crash tests.

Ends them all, by their own ids.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.forked import hired
from tests.runs import worker as program


@dataclass(frozen=True)
class Worker:
    """One worker process."""

    process: ForkServerProcess
    log: Path

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def ended(self) -> bool:
        return self.process.exitcode is not None

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def wait(self, seconds: float) -> int | None:
        """Its exit code; None when it still works after so many seconds."""
        self.process.join(seconds)
        return self.process.exitcode

    def last_words(self) -> str:
        path = program.left(self.log, self.pid)
        return path.read_text() if path.exists() else ""


@dataclass
class Crew:
    """Worker processes on one database, and the log that they append to."""

    url: str
    log: Path
    workers: list[Worker] = field(default_factory=list)

    def hire(self, *options: str) -> Worker:
        """A launched worker."""
        worker = Worker(hired(program.main, self.url, self.log, *options), self.log)
        self.workers.append(worker)
        until(lambda: program.up(self.log, worker.pid).exists() or worker.ended, 20)
        assert not worker.ended, "the worker ended at once"
        return worker

    def kill(self, worker: Worker) -> None:
        worker.signal(signal.SIGKILL)
        worker.wait(10)

    def dismiss(self) -> None:
        for worker in self.workers:
            if not worker.ended:
                worker.signal(signal.SIGCONT)
                worker.process.kill()
            worker.wait(10)
            worker.process.close()

    def lines(self, kind: str) -> list[list[str]]:
        if not self.log.exists():
            return []
        rows = [row.split() for row in self.log.read_text().splitlines()]
        return [row for row in rows if row[0] == kind]

    def times(self, kind: str) -> Counter[tuple[str, str]]:
        """How often each (run, step) was logged as `kind`."""
        return Counter((row[1], " ".join(row[2:-1])) for row in self.lines(kind))


def until(true: Callable[[], object], seconds: float) -> None:
    """Wait until something is true; fail after `seconds`."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
