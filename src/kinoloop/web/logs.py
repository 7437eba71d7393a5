"""Logs as JSON lines: one per request, `job_id` wherever one is known, never a secret.

Query strings and headers are not logged at all; what is logged goes through the redaction of core/text.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, clear_contextvars

from kinoloop.core.ids import new_id
from kinoloop.core.text import redact

log = structlog.get_logger("kinoloop.web")
QUIET = ("/health/live", "/health/ready", "/metrics")


def configure_logs(stream: TextIO | None = None, *, secrets: tuple[str, ...] = ()) -> None:
    """Send JSON lines to `stream` (standard error). `secrets` are masked wherever they turn up."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _masking(tuple(secret for secret in secrets if secret)),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def _masking(secrets: tuple[str, ...]) -> Callable[[Any, str, Any], Any]:
    def mask(_logger: Any, _method: str, line: Any) -> Any:
        return {key: _clean(value, secrets) for key, value in line.items()}

    return mask


def _clean(value: Any, secrets: tuple[str, ...]) -> Any:
    if isinstance(value, dict):
        return {key: _clean(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(inner, secrets) for inner in value]
    if isinstance(value, bool | int | float | None):
        return value
    text = redact(str(value))
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


class AccessLog:
    """ASGI middleware: one line per finished request, with its id, route, status and milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clear_contextvars()
        bind_contextvars(request_id=new_id())
        began, status = time.perf_counter(), 500

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            if scope["path"] not in QUIET:
                log.info("request", **_line(scope, status, time.perf_counter() - began))


def _line(scope: Scope, status: int, seconds: float) -> dict[str, Any]:
    line: dict[str, Any] = {
        "method": scope["method"],
        "path": scope["path"],
        "status": status,
        "milliseconds": round(seconds * 1000, 1),
    }
    job_id = scope.get("path_params", {}).get("job_id") or scope.get("path_params", {}).get("run_id")
    return line | ({"job_id": job_id} if job_id else {})
