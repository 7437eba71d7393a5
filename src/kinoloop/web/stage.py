"""What every route is handed: the backstage, the clock, who asks."""

from pathlib import Path
from typing import Annotated, cast

from fastapi import Depends, Request

from kinoloop.core.clock import Clock
from kinoloop.core.errors import ForbiddenError
from kinoloop.web.backstage import Backstage
from kinoloop.web.users.records import User
from kinoloop.web.visitor import visitor_of


def _backstage(request: Request) -> Backstage:
    return cast(Backstage, request.app.state.backstage)


def _clock(request: Request) -> Clock:
    return cast(Clock, request.app.state.clock)


def _user(request: Request) -> User:
    visitor = visitor_of(request)
    if visitor is None:  # the doors let nobody through without one
        raise ForbiddenError("It is not known who asks.", fix="Log in.")
    return visitor.user


Stage = Annotated[Backstage, Depends(_backstage)]
Now = Annotated[Clock, Depends(_clock)]
Who = Annotated[User, Depends(_user)]


def kept_file(stage: Backstage, kept: str | None) -> Path | None:
    """The file that a path in the database means: absolute for footage left in place, else under the root."""
    if kept is None:
        return None
    return Path(kept) if Path(kept).is_absolute() else stage.blobs.path(kept)
