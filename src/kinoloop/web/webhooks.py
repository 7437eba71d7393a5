"""HubSpot tells what happened. Nobody is logged in here: the signature over the raw bytes proves the call.

Every event is stored before the answer, and worked on later. HubSpot repeats whatever is not answered with
2xx, so a proven call that holds nothing of use, or nothing readable, is kept (visibly) and answered with 200;
only what is unproven (401), too large (413) or could not be stored (503) is refused.
"""

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request
from pydantic import BaseModel

from kinoloop.core.errors import ForbiddenError, LimitError
from kinoloop.web.api.callbacks import UnprovenError
from kinoloop.web.api.shapes import Problem
from kinoloop.web.stage import Stage

router = APIRouter(prefix="/webhooks", tags=["webhooks"])
LONGEST_BODY = 8 << 20
"""A hundred events with the longest property values there are (65,536 characters)."""


class Stored(BaseModel):
    """`received` events came, `new` of them had not come before."""

    received: int
    new: int


@router.post(
    "/hubspot",
    summary="HubSpot reports events",
    responses={401: {"model": Problem}, 413: {"model": Problem}, 503: {"model": Problem}},
)
async def hubspot(request: Request, stage: Stage) -> Stored:
    """Signature version 3, at most five minutes old. Repeated deliveries are fine."""
    body = await _body(request)
    query = request.scope.get("query_string", b"").decode("latin-1")
    try:
        receipt = await run_sync(stage.crm.receive, request.method, query, dict(request.headers), body)
    except ForbiddenError as error:
        raise UnprovenError("This call was not taken.", why="It does not prove where it is from.") from error
    return Stored(received=receipt.events, new=receipt.new)


async def _body(request: Request) -> bytes:
    """The raw bytes as they were signed. Raises LimitError above the cap, while reading."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            raise LimitError("The call is too large.", why=f"At most {LONGEST_BODY >> 20} MB are read.")
    return bytes(body)
