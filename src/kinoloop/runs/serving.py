"""A worker process: execute until told to stop, drain, leave.

The first SIGTERM or SIGINT asks politely: running steps may end. A second one ends the patience: steps are
abandoned at their next check and start again elsewhere.
"""

import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType

from kinoloop.runs.config import ALL
from kinoloop.runs.door import Runs

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_EVERY = 0.5
"""Seconds. A signal that comes just before an endless wait begins would be noticed only by the next one."""


def serve(
    runs: Runs,
    queues: Sequence[str] = ALL,
    concurrency: int | None = None,
    *,
    ready: Callable[[str], None] = lambda executor_id: None,
) -> bool:
    """Execute until a signal; True when every running step could end. Only in the main thread.

    `ready` hears the executor's id once work is taken. The caller ends the process then, with `os._exit`
    when the answer is False: a step that never looks whether to stop would hold it.
    """
    asked, hurried = threading.Event(), threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        (hurried if asked.is_set() else asked).set()

    before = {number: signal.signal(number, told) for number in SIGNALS}
    try:
        runs.launch(queues, concurrency)
        ready(runs.executor_id or "")
        while not asked.wait(LOOK_EVERY):
            pass
        return runs.close(impatient=hurried)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
