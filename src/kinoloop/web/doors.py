"""Default deny: every request needs the bearer token or a session cookie, but for login and health.

A cookie is sent by the browser whether or not the person meant it, so changes made with one must also
come from our own pages: same origin, and a header that only our pages can know.
"""

import hashlib
from hmac import compare_digest
from urllib.parse import quote, urlsplit

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ForbiddenError, KinoloopError
from kinoloop.web.backstage import Backstage
from kinoloop.web.faults import fault_response, wants_page
from kinoloop.web.queries import session_is_open
from kinoloop.web.visitor import Visitor

COOKIE = "kinoloop_session"
CSRF_HEADER = "x-kinoloop-csrf"
OPEN_PATHS = ("/login", "/health/live", "/health/ready")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class LoginNeededError(KinoloopError):
    """The request brought no key, or one that is not known."""

    code = "login_needed"
    http_status = 401


class Doors:
    """ASGI middleware that lets in whom it knows and turns everyone else away."""

    def __init__(self, app: ASGIApp, *, backstage: Backstage, clock: Clock) -> None:
        self._app, self._backstage, self._clock = app, backstage, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            scope.setdefault("state", {})["visitor"] = await self._admit(request)
        except KinoloopError as error:
            await _turn_away(request, error)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> Visitor | None:
        unsafe = request.method not in SAFE_METHODS
        if is_open(request.url.path):
            if unsafe:
                require_same_origin(request)
            return None
        if self._bears_token(request):
            return Visitor(None)
        visitor = await run_sync(self._by_cookie, request)
        if visitor is None:
            raise LoginNeededError(
                "You are not logged in.",
                why="The request carries neither a valid token nor an open session.",
                fix="Send 'Authorization: Bearer TOKEN', or open the link that 'kinoloop serve' prints.",
            )
        if unsafe:
            require_same_origin(request)
            _require_csrf(request, visitor)
        return visitor

    def _bears_token(self, request: Request) -> bool:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and same_secret(given.strip(), self._backstage.token)

    def _by_cookie(self, request: Request) -> Visitor | None:
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        with self._backstage.database.read() as connection:
            known = session_is_open(connection, secret, self._clock.now())
        return Visitor(secret) if known else None


def is_open(path: str) -> bool:
    """Login and health only; `/login/...` carries the few files the login page needs."""
    return path in OPEN_PATHS or path.startswith("/login/static/")


def same_secret(given: str, kept: str) -> bool:
    """Constant time, and independent of length: hashes are compared."""
    if not kept:
        return False
    left, right = (hashlib.sha256(text.encode()).digest() for text in (given, kept))
    return compare_digest(left, right)


def require_same_origin(request: Request) -> None:
    """Raise ForbiddenError when a browser says that another site sent this."""
    origin = request.headers.get("origin")
    if origin is not None:
        trusted = origin != "null" and urlsplit(origin).netloc == request.headers.get("host", "")
    else:
        trusted = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    if not trusted:
        raise ForbiddenError(
            "This change was refused.",
            why="It was sent by a page of another site.",
            fix="Make the change on Kinoloop's own pages.",
        )


def _require_csrf(request: Request, visitor: Visitor) -> None:
    if not compare_digest(request.headers.get(CSRF_HEADER, "").encode(), visitor.csrf.encode()):
        raise ForbiddenError(
            "This change was refused.",
            why="The page that sent it belongs to another session, or sent no proof.",
            fix="Reload the page and try again.",
        )


def _turn_away(request: Request, error: KinoloopError) -> Response:
    if isinstance(error, LoginNeededError):
        here = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        login = f"/login?next={quote(here, safe='')}"
        if request.headers.get("hx-request"):
            return fault_response(request, error, headers={"HX-Redirect": "/login"})
        if request.method == "GET" and wants_page(request):
            return RedirectResponse(login, 303)
        return fault_response(request, error, headers={"WWW-Authenticate": "Bearer"})
    return fault_response(request, error)
