"""Fetching a video by address, from the side that waits: check, start, watch, leave no process behind."""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kinoloop.core.errors import IntegrityError, KinoloopError, LimitError, PassingError
from kinoloop.core.text import redact
from kinoloop.media.watch import Watch
from kinoloop.vendors.web_video.address_guard import NOBODY, Allowed, Resolve, check_url
from kinoloop.vendors.web_video.fetch import ERRORS, Order
from kinoloop.vendors.web_video.guard_proxy import resolve_by_system

LOOK_EVERY = 0.25
PASSED_ON = ("PATH", "LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "TZ")
"""The only variables a download sees: keys and database addresses are none of its business."""


@dataclass(frozen=True)
class DownloadLimits:
    """Most bytes of the file, and seconds for all of it."""

    bytes: int = 2 << 30
    seconds: float = 900.0


DEFAULT = DownloadLimits()


def download(
    url: str,
    folder: Path,
    watch: Watch,
    *,
    limits: DownloadLimits = DEFAULT,
    allow: Allowed = NOBODY,
    resolve: Resolve = resolve_by_system,
    environment: Mapping[str, str] | None = None,
) -> Path:
    """Fetch the video at `url` into `folder` (new and empty) and give its path.

    Runs in a process group of its own that is killed on every way out. Raises ForbiddenError (private
    address), InputError, UnavailableError (yt-dlp missing), PassingError, LimitError, IntegrityError,
    CancelledError.
    """
    check_url(url, resolve, allow)
    folder.mkdir(parents=True, exist_ok=True)
    order = Order(url, str(folder), limits.bytes, limits.seconds, tuple(sorted(allow)))
    child = _started(order, environment or {})
    try:
        answer = _answer(child, folder, limits, watch)
    finally:
        _end(child)
    return _result(answer, folder)


def _started(order: Order, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    own = {"HOME": order.folder, "YTDLP_NO_PLUGINS": "1", "KINOLOOP_LARGEST_FILE": str(order.limit_bytes)}
    child = subprocess.Popen(
        [sys.executable, "-P", "-m", "kinoloop.vendors.web_video.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=order.folder,
        env={**kept, **own, **environment},
        start_new_session=True,
    )
    assert child.stdin is not None
    child.stdin.write(json.dumps(asdict(order)).encode() + b"\n")
    child.stdin.flush()
    return child


def _answer(
    child: "subprocess.Popen[bytes]", folder: Path, limits: DownloadLimits, watch: Watch
) -> dict[str, Any]:
    """Read lines until the result comes; enforce time and size meanwhile."""
    assert child.stdout is not None
    until, pending = time.monotonic() + limits.seconds, b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            watch.check()
            _within_limits(folder, limits, until)
            if not selector.select(LOOK_EVERY):
                continue
            data = os.read(child.stdout.fileno(), 1 << 16)
            if not data:
                raise PassingError("The download ended without a word.", why=_ending(child), fix="Try again.")
            *lines, pending = (pending + data).split(b"\n")
            for line in lines:
                message: dict[str, Any] = json.loads(line)
                if "done" not in message:
                    return message
                watch.progress(message["done"], message["total"], "downloading")


def _within_limits(folder: Path, limits: DownloadLimits, until: float) -> None:
    if time.monotonic() > until:
        raise LimitError(f"The download took more than {limits.seconds:g} s.", fix="Choose a shorter video.")
    held = sum(path.stat().st_size for path in folder.iterdir() if path.is_file())
    if held > limits.bytes:
        raise LimitError(
            "The video is larger than allowed.", why=f"{held} bytes came in.", fix="Choose a shorter one."
        )


def _ending(child: "subprocess.Popen[bytes]") -> str:
    code = child.wait(timeout=5)
    return f"It was ended by {signal.Signals(-code).name}." if code < 0 else f"It ended with code {code}."


def _end(child: "subprocess.Popen[bytes]") -> None:
    """Kill the whole group, whatever state it is in, and reap it."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
    child.wait()


def _result(answer: Mapping[str, Any], folder: Path) -> Path:
    if "error" in answer:
        told = answer["error"]
        kind = ERRORS.get(told["code"], KinoloopError)
        raise kind(redact(told["what"]), why=redact(told["why"]), fix=told["fix"])
    path = Path(answer["path"])
    if path.parent.resolve() != folder.resolve() or not path.is_file() or not path.stat().st_size:
        raise IntegrityError("The download gave no file.", why=f"'{path.name}' is missing or empty.")
    return path
