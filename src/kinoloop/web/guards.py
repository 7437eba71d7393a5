"""Two plain walls before any route: the host names answered to, and what every answer tells browsers."""

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinoloop.core.errors import KinoloopError
from kinoloop.web.faults import fault_response

LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


STATIC_KEEP = "private, max-age=3600"


class WrongHostError(KinoloopError):
    """The request names a host that this server does not answer to."""

    code = "wrong_host"
    http_status = 421


class HostWall:
    """Refuse host names that are not ours, so that another site's name cannot be pointed at this machine."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        self._app, self._known = app, LOOPBACK | {host.lower() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._answers(scope):
            error = WrongHostError(
                "This server does not answer to that host name.",
                why="Only loopback names and the configured hosts are answered, against DNS rebinding.",
                fix="Use http://localhost, or add the name to KINOLOOP_HOSTS.",
            )
            await fault_response(Request(scope), error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _answers(self, scope: Scope) -> bool:
        # Probes of an orchestrator call health routes by address; those routes hold nothing to steal.
        if scope["path"].startswith("/health/"):
            return True
        return host_name(Headers(scope=scope).get("host", "")) in self._known


def host_name(host: str) -> str:
    """`example.org:8000` -> `example.org`; `[::1]:8000` -> `[::1]`."""
    if host.startswith("["):
        return host.partition("]")[0].lower() + "]"
    return host.partition(":")[0].lower()


class AnswerHeaders:
    """Put the security headers on every answer; answers are not cached unless they say so themselves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers.setdefault(name, value)
                headers.setdefault(
                    "cache-control", STATIC_KEEP if scope["path"].startswith("/static/") else "no-store"
                )
            await send(message)

        await self._app(scope, receive, with_headers)
