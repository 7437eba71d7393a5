"""In and out: the one-time link, the token form, and the few files that the login page needs."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from kinoloop.core.clock import Clock
from kinoloop.core.errors import NotFoundError
from kinoloop.web.backstage import Backstage
from kinoloop.web.doors import COOKIE, known_user
from kinoloop.web.limits.operations import note, require_room, sweep_limits
from kinoloop.web.limits.queries import hits_of
from kinoloop.web.limits.rules import LOGIN, LOGINS
from kinoloop.web.operations import SESSION_LIFE, close_session, new_link, open_session, spend_link
from kinoloop.web.render import HERE, Frame, frame_of, respond
from kinoloop.web.stage import Now, Stage
from kinoloop.web.users.records import HOUSE
from kinoloop.web.visitor import visitor_of

router = APIRouter(include_in_schema=False)
LOGIN_FILES = {
    "sizes.css": HERE / "static/vendor/open-props-sizes.min.css",
    "fonts.css": HERE / "static/vendor/open-props-fonts.min.css",
    "tokens.css": HERE / "static/css/tokens.css",
    "base.css": HERE / "static/css/base.css",
    "login.css": HERE / "static/css/login.css",
    "theme.js": HERE / "static/js/theme.js",
    "mark.svg": HERE / "static/mark.svg",
}


@dataclass(frozen=True)
class LoginPage:
    """`trouble` says why the last try failed."""

    template: ClassVar[str] = "login.html"
    frame: Frame
    next: str
    trouble: str | None


@router.get("/login")
def login(request: Request, stage: Stage, clock: Now, code: str = "", next: str = "/") -> Response:  # noqa: A002 - the word people know in addresses
    """With a fresh one-time code: straight in. Without: a form that takes the token."""
    target = inside(next)
    if not code:
        return respond(LoginPage(frame_of(request, "Log in", ""), target, None))
    with stage.begin() as connection:
        user_id = spend_link(connection, code, clock.now())
    if user_id is not None:
        return _let_in(stage, clock, target, user_id)
    note_failure(stage, clock, request)
    trouble = "This link was used already, or is older than ten minutes. Run 'kinoloop serve' for a new one."
    return respond(LoginPage(frame_of(request, "Log in", ""), target, trouble), 401)


@router.post("/login")
def login_with_token(
    request: Request,
    stage: Stage,
    clock: Now,
    token: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",  # noqa: A002 - as above
) -> Response:
    target = inside(next)
    require_patience(stage, clock, request)
    user = known_user(stage, token.strip())
    if user is not None:
        return _let_in(stage, clock, target, user.user_id)
    note_failure(stage, clock, request)
    trouble = (
        "That is not a token of this house. The owner's lies in the file 'token' of Kinoloop's home folder."
    )
    return respond(LoginPage(frame_of(request, "Log in", ""), target, trouble), 401)


@router.post("/logout")
def logout(request: Request, stage: Stage) -> Response:
    visitor = visitor_of(request)
    if visitor is not None and visitor.secret is not None:
        with stage.begin() as connection:
            close_session(connection, visitor.secret)
    answer = Response(status_code=204, headers={"HX-Redirect": "/login"})
    answer.delete_cookie(COOKIE, path="/")
    return answer


@router.get("/login/static/{name}")
def login_file(name: str) -> FileResponse:
    path: Path | None = LOGIN_FILES.get(name)
    if path is None:
        raise NotFoundError(f"There is no file '{name}'.")
    return FileResponse(path, headers={"cache-control": "public, max-age=3600"})


def one_time_link(stage: Backstage, clock: Clock, base: str, *, user_id: str = HOUSE.user_id) -> str:
    """A link that logs one browser in, once, within ten minutes. `base` is like `http://localhost:8000`."""
    with stage.begin() as connection:
        return f"{base.rstrip('/')}/login?code={new_link(connection, clock.now(), user_id)}"


def require_patience(stage: Backstage, clock: Clock, request: Request) -> None:
    """Raises TooOftenError after too many failures from one address, or from all together."""
    now = clock.now()
    with stage.database.read() as connection:
        for limit, who in ((LOGIN, _address(request)), (LOGINS, "all")):
            require_room(hits_of(connection, limit, who), limit, now)


def note_failure(stage: Backstage, clock: Clock, request: Request) -> None:
    now = clock.now()
    with stage.begin() as connection:
        sweep_limits(connection, now)
        note(connection, LOGIN, _address(request), now)
        note(connection, LOGINS, "all", now)


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"


def inside(target: str) -> str:
    """Only addresses of this site are gone to after login."""
    parts = urlsplit(target)
    plain = not parts.scheme and not parts.netloc and "\\" not in target and target.isprintable()
    return target if plain and target.startswith("/") and not target.startswith(("//", "/login")) else "/"


def _let_in(stage: Backstage, clock: Clock, target: str, user_id: str) -> Response:
    with stage.begin() as connection:
        secret = open_session(connection, clock.now(), user_id)
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        httponly=True,
        samesite="lax",
        secure=stage.settings.secure_cookies,
    )
    return answer
