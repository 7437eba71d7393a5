"""Generation services say that something is done. Nobody is logged in here: the message proves itself.

What it says is never believed: it only makes the house ask the service itself.
"""

from typing import Annotated, Literal

from anyio.to_thread import run_sync
from fastapi import APIRouter, Path, Request, Response

from kinoloop.core.errors import ForbiddenError, KinoloopError, LimitError, NotFoundError
from kinoloop.web.stage import Stage

router = APIRouter(prefix="/callbacks", tags=["callbacks"])
LONGEST_BODY = 1 << 20
Token = Annotated[str, Path(min_length=16, max_length=200, pattern=r"^[A-Za-z0-9_-]+$")]


class UnprovenError(KinoloopError):
    """A callback that is not from whom it says. It is told nothing more."""

    code = "unproven"
    http_status = 401


@router.post(
    "/{service}/{token}", status_code=204, summary="A generation service reports", response_class=Response
)
async def callback(
    service: Literal["replicate", "kie"], token: Token, request: Request, stage: Stage
) -> Response:
    """At most 1 MB. 401 unless signature, time and token are right; repeated deliveries are fine."""
    body = await _body(request)
    headers = dict(request.headers)
    try:
        await run_sync(stage.videos.callback, service, token, headers, body)
    except (ForbiddenError, NotFoundError) as error:
        raise UnprovenError(
            "This callback was not taken.", why="It does not prove where it is from."
        ) from error
    return Response(status_code=204)


async def _body(request: Request) -> bytes:
    """The raw bytes as they were signed. Raises LimitError above the cap, while reading."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            raise LimitError("The callback is too large.", why="At most 1 MB is read.")
    return bytes(body)
