"""Untrusted media is decoded in a process of its own, with limits of memory, processor and wall time.

A decoder that crashes, swells or hangs fails its file and nothing else: its whole process group is ended and
reaped, and the caller gets an error that names the file.
"""

import os
import pickle
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from kinoloop.core.errors import KinoloopError, LimitError, MediaError
from kinoloop.media.watch import SilentWatch, Watch

_LOOK_EVERY = 0.1
_OUT_OF_MEMORY, _CRASHES = (
    "memory",
    (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGILL, signal.SIGFPE),
)


@dataclass(frozen=True)
class Limits:
    """Address space in bytes, processor seconds, wall seconds; None is no limit."""

    memory: int | None = 3 << 30
    cpu: int | None = 4 * 3600
    wall: float | None = 6 * 3600.0


DEFAULT = Limits()


def guarded(
    target: str,
    *args: Any,
    limits: Limits = DEFAULT,
    watch: Watch | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Any:
    """Call "package.module:function" with pickled `args` in a supervised process and return its result.

    A function that takes a keyword `watch` gets one whose progress and cancel reach `watch` here.
    Raises the KinoloopError the function raised; MediaError when the decoder crashed; LimitError when a
    limit ended it; CancelledError (or whatever `watch.check` raises) after ending the process.
    """
    watch = watch or SilentWatch()
    child = _start(target, args, limits)
    until = None if limits.wall is None else clock() + limits.wall
    try:
        told = _listen(child, watch, until, clock)
        if told is None:
            raise _limit(args, f"It took longer than {limits.wall:g} s.")
        return _outcome(told, child, args, limits)
    finally:
        _end(child)


def _start(target: str, args: tuple[Any, ...], limits: Limits) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-m", "kinoloop.media.guard_child"]
    # One thread per sum: the sums here are small, and waking threads for them costs ten times the work.
    single = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    environment = {**os.environ, **single, "PYTHONPATH": _import_path()}
    child = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
        env=environment,
    )
    order = {"target": target, "args": args, "limits": limits, "parent": os.getpid()}
    try:
        # A child that died before reading says why by how it died.
        with suppress(BrokenPipeError), _pipe(child.stdin) as stdin:
            stdin.write(pickle.dumps(order))
    except BaseException:
        _end(child)
        raise
    return child


def _import_path() -> str:
    """Ours, with the working folder by its name, for the child does not look there by itself."""
    return os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)


def _listen(
    child: "subprocess.Popen[bytes]", watch: Watch, until: float | None, clock: Callable[[], float]
) -> tuple[str, Any] | None:
    """Forward progress until the last word or the end of the pipe; None when the wall time is over."""
    handle = _pipe(child.stdout).fileno()
    heard = bytearray()
    while True:
        watch.check()
        if until is not None and clock() > until:
            return None
        ready, _, _ = select.select([handle], [], [], _LOOK_EVERY)
        if not ready:
            continue
        piece = os.read(handle, 1 << 16)
        if not piece:
            return ("silent", None)
        heard += piece
        for kind, value in _messages(heard):
            if kind != "progress":
                return (kind, value)
            watch.progress(*value)


def _messages(heard: bytearray) -> list[tuple[str, Any]]:
    """Whole messages taken off the front: an 8-byte length, then a pickle of (kind, value)."""
    found = []
    while len(heard) >= 8:
        length = int.from_bytes(heard[:8], "little")
        if len(heard) < 8 + length:
            break
        found.append(pickle.loads(bytes(heard[8 : 8 + length])))  # noqa: S301 - written by our own child
        del heard[: 8 + length]
    return found


def _outcome(
    told: tuple[str, Any], child: "subprocess.Popen[bytes]", args: tuple[Any, ...], limits: Limits
) -> Any:
    kind, value = told
    if kind == "result":
        return value
    if kind == "error":
        raise value
    if kind == _OUT_OF_MEMORY:
        raise _limit(args, f"It needed more than {(limits.memory or 0) >> 20} MiB of memory.")
    if kind == "bug":
        raise RuntimeError(f"The work in the supervised process failed:\n{value}")
    raise _death(child.wait(), args, limits)


def _death(status: int, args: tuple[Any, ...], limits: Limits) -> KinoloopError:
    """What a process that said nothing more died of."""
    if status == -signal.SIGXCPU:
        return _limit(args, f"It used more than {limits.cpu} s of processor time.")
    if status == -signal.SIGKILL:
        return _limit(args, "The system ended it, most likely for want of memory.")
    how = signal.Signals(-status).name if status < 0 else f"status {status}"
    if status < 0 and -status in _CRASHES:
        why = f"The decoder crashed on it ({how}): the file is damaged or made to harm."
    else:
        why = f"Its process ended early ({how})."
    return MediaError(f"{_named(args)} cannot be read.", why=why, fix="Export the film again, then retry.")


def _limit(args: tuple[Any, ...], why: str) -> LimitError:
    return LimitError(
        f"{_named(args)} was given up.", why=why, fix="Use a shorter or smaller file, or raise the limit."
    )


def _named(args: tuple[Any, ...]) -> str:
    path = next((arg for arg in args if isinstance(arg, Path)), None)
    return f"'{path.name}'" if path is not None else "The work"


def _end(child: "subprocess.Popen[bytes]") -> None:
    """End the whole group and reap the child: nothing may stay behind."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise RuntimeError("the supervised process has no pipe")
    return pipe
