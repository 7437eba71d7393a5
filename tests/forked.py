"""Child processes for tests of many starters and of kills: forked from a clean server with imports ready.

They are processes like any other, and SIGKILL ends them as it would any other; only the seconds that each
would spend on importing the same modules are saved. Who is imported late still works, slower.
"""

import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess

CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(
    [
        "kinoloop.store.breaker",
        "kinoloop.store.migrate",
        "kinoloop.runs.serving",
        "tests.runs.worker",
        "tests.flows.sync_crm.worker",
    ]
)


def hired(main: Callable[[list[str]], None], *arguments: object) -> ForkServerProcess:
    """A process that runs `main` with these arguments, as a program would, and leaves with code 0 or 1."""
    process = CHILDREN.Process(
        target=_run, args=(main, [str(argument) for argument in arguments]), daemon=True
    )
    process.start()
    return process


def _run(main: Callable[[list[str]], None], arguments: list[str]) -> None:
    try:
        main(arguments)
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)
