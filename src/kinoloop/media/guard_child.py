"""The supervised process itself: sets its own limits, runs one function, tells the outcome."""

import ctypes
import importlib
import inspect
import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import IO, Any

from kinoloop.core.errors import KinoloopError
from kinoloop.media.guard import Limits

_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux prctl."""


class PipeWatch:
    """Tells progress to the process that waits; its cancel arrives as the end of this process."""

    def __init__(self, told: IO[bytes]) -> None:
        self._told = told

    def progress(self, done: float, total: float, note: str = "") -> None:
        tell(self._told, "progress", (done, total, note))

    def check(self) -> None:
        return None


def main() -> None:
    """Read the order from standard input, do it, tell the outcome."""
    told = os.fdopen(os.dup(1), "wb")
    # Whatever the work prints must not mix with the messages.
    os.dup2(2, 1)
    order = pickle.load(sys.stdin.buffer)  # noqa: S301 - written by our own parent
    die_with(order["parent"])
    restrain(order["limits"])
    tell(told, *do(order["target"], order["args"], PipeWatch(told)))


def do(target: str, args: tuple[Any, ...], watch: PipeWatch) -> tuple[str, Any]:
    """Run the function; (kind, value) of what came of it."""
    try:
        function = find(target)
        extra = {"watch": watch} if "watch" in inspect.signature(function).parameters else {}
        return "result", function(*args, **extra)
    except MemoryError:
        return "memory", None
    except KinoloopError as error:
        return "error", error
    except Exception:
        return "bug", traceback.format_exc()


def find(target: str) -> Callable[..., Any]:
    """The function that "package.module:function" names."""
    module, _, name = target.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found


def tell(pipe: IO[bytes], kind: str, value: Any) -> None:
    """One message: an 8-byte length and a pickle."""
    data = pickle.dumps((kind, value))
    pipe.write(len(data).to_bytes(8, "little") + data)
    pipe.flush()


def restrain(limits: Limits) -> None:
    """Set the limits of this process; no core files."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if limits.memory is not None:
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    if limits.cpu is not None:
        resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))


def die_with(parent: int) -> None:
    """Be ended when the parent ends, however it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


if __name__ == "__main__":
    main()
