"""What every route is handed: the backstage, the clock."""

from pathlib import Path
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


def kept_file(stage: Backstage, kept: str | None) -> Path | None:
    """The file that a path in the database means: absolute for footage left in place, else under the root."""
    if kept is None:
        return None
    return Path(kept) if Path(kept).is_absolute() else stage.blobs.path(kept)
