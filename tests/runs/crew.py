"""Starts, kills, freezes and reads the worker processes of the crash tests.

Ends them all, by their own ids.
"""

import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]


@dataclass
class Crew:
    """Worker processes on one database, and the log that they append to."""

    url: str
    log: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def hire(self, *options: str) -> subprocess.Popen[str]:
        """A launched worker."""
        command = [sys.executable, "-m", "tests.runs.worker", self.url, str(self.log), *options]
        worker = subprocess.Popen(command, cwd=REPO, stdout=subprocess.PIPE, text=True)
        self.workers.append(worker)
        up = Path(f"{self.log}.{worker.pid}.up")
        until(lambda: up.exists() or worker.poll() is not None, 20)
        assert worker.poll() is None, "the worker ended at once"
        return worker

    def kill(self, worker: subprocess.Popen[str]) -> None:
        worker.send_signal(signal.SIGKILL)
        worker.wait(10)

    def dismiss(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait(10)
            if worker.stdout is not None:
                worker.stdout.close()

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
