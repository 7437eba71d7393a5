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
from kinoloop.web.queries import session_user
from kinoloop.web.users.operations import KEY_MARK
from kinoloop.web.users.queries import user_by_token, working_user
from kinoloop.web.users.records import HOUSE, User
from kinoloop.web.visitor import Visitor

COOKIE = "kinoloop_session"
CSRF_HEADER = "x-kinoloop-csrf"
CLICKS = "/c/"
"""Where clicks on ads arrive: from anywhere, also from landing pages on other sites."""
OPEN_PATHS = ("/login", "/health/live", "/health/ready", "/webhooks/hubspot")
OPEN_FOLDERS = ("/login/static/", "/callbacks/replicate/", "/callbacks/kie/", CLICKS)
CSRF_FIELD = "proof"
"""The same proof as a part of the address, for plain forms, which cannot send headers."""
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
            if unsafe and not request.url.path.startswith(CLICKS):
                require_same_origin(request)
            return None
        visitor = await self._by_token(request)
        if visitor is not None:
            return visitor
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

    async def _by_token(self, request: Request) -> Visitor | None:
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        if kind.lower() != "bearer" or not given.strip():
            return None
        user = await run_sync(known_user, self._backstage, given.strip())
        return None if user is None else Visitor(None, user)

    def _by_cookie(self, request: Request) -> Visitor | None:
        secret = request.cookies.get(COOKIE)
        if not secret:
            return None
        with self._backstage.database.read() as connection:
            user_id = session_user(connection, secret, self._clock.now())
            user = None if user_id is None else working_user(connection, user_id)
        return None if user is None else Visitor(secret, user)


def known_user(backstage: Backstage, token: str) -> User | None:
    """Who holds this token: the house, a person, or nobody."""
    if same_secret(token, backstage.token):
        return HOUSE
    if not token.startswith(KEY_MARK):
        return None
    with backstage.database.read() as connection:
        return user_by_token(connection, token)


def is_open(path: str) -> bool:
    """Login, health, clicks on ads, and the calls of services, which prove themselves by a signature.

    `/login/static/...` carries the few files the login page needs.
    """
    return path in OPEN_PATHS or path.startswith(OPEN_FOLDERS)


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
    given = request.headers.get(CSRF_HEADER) or request.query_params.get(CSRF_FIELD, "")
    if not compare_digest(given.encode(), visitor.csrf.encode()):
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
