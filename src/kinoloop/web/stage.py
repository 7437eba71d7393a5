"""What every route is handed: the backstage, the clock."""

from typing import Annotated, cast

from fastapi import Depends, Request

from kinoloop.core.clock import Clock
from kinoloop.web.backstage import Backstage


def _backstage(request: Request) -> Backstage:
    return cast(Backstage, request.app.state.backstage)


def _clock(request: Request) -> Clock:
    return cast(Clock, request.app.state.clock)


Stage = Annotated[Backstage, Depends(_backstage)]
Now = Annotated[Clock, Depends(_clock)]
