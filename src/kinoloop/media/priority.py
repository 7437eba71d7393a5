"""Keeps encoders from taking the machine: run as root, SVT-AV1 makes itself and its caller real-time threads.

All else then waits, and every child inherits it: a browser at real-time priority leaves a machine of two
cores to nobody.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

THREADS = Path("/proc/self/task")


@contextmanager
def unhurried() -> Iterator[None]:
    """Whatever is opened inside: all threads of this process go on as their caller was scheduled before."""
    if not THREADS.is_dir():  # only Linux lets anybody do this
        yield
        return
    usual = os.sched_getscheduler(0)
    try:
        yield
    finally:
        for thread in THREADS.iterdir():
            _calm(int(thread.name), usual)


def _calm(thread: int, usual: int) -> None:
    try:
        if os.sched_getscheduler(thread) != usual:
            os.sched_setscheduler(thread, usual, os.sched_param(0))
    except (ProcessLookupError, PermissionError):  # gone meanwhile, or not ours to change
        return
