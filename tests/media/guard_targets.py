"""What the guard tests run in the supervised process: each misbehaves in its own way."""

import os
import subprocess
import sys
import time
from pathlib import Path

from kinoloop.core.errors import NotFoundError
from kinoloop.media.guard import guarded
from kinoloop.media.watch import Watch


def double(value: int) -> int:
    return 2 * value


def blob(size: int) -> bytes:
    return bytes(size)


def speak(value: str) -> str:
    sys.stdout.write("this must not mix with the answer\n")
    sys.stdout.flush()
    return value


def count(steps: int, *, watch: Watch) -> int:
    for step in range(steps):
        watch.check()
        watch.progress(step, steps, "counting")
    return steps


def crash(path: Path, kind: int) -> None:
    os.kill(os.getpid(), kind)


def swell(path: Path) -> int:
    return len(bytearray(8 << 30))


def spin(path: Path) -> None:
    while True:
        pass


def sleep(path: Path) -> None:
    path.write_text(str(os.getpid()))
    time.sleep(60)


def leave_a_child(path: Path) -> None:
    child = subprocess.Popen(["sleep", "60"])
    path.write_text(str(child.pid))


def refuse() -> None:
    raise NotFoundError("There is no such thing.", why="It never was.", fix="Look elsewhere.")


def stumble() -> None:
    raise ZeroDivisionError("a bug of ours")


def leave(path: Path) -> None:
    os._exit(7)


def guard_a_sleeper(path: str) -> None:
    """Run in a plain process that the test then kills."""
    guarded("tests.media.guard_targets:sleep", Path(path))
