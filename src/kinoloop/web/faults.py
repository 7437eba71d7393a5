"""Errors as people and programs see them: what, why, what to do; in JSON, as a page, or as a notice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kinoloop.core.errors import InputError, KinoloopError, UnexpectedError
from kinoloop.core.ids import new_id
from kinoloop.web.render import Frame, frame_of, respond

log = structlog.get_logger("kinoloop.web")


@dataclass(frozen=True)
class FaultPage:
    """A whole page about one error."""

    template: ClassVar[str] = "fault.html"
    frame: Frame
    status: int
    what: str
    why: str
    fix: str


@dataclass(frozen=True)
class FaultNotice:
    """The same as a notice on the page one is on."""

    template: ClassVar[str] = "parts/notice.html"
    kind: str
    what: str
    why: str
    fix: str


class NoSuchAddressError(KinoloopError):
    code = "not_found"
    http_status = 404


class WrongMethodError(KinoloopError):
    code = "wrong_method"
    http_status = 405


def wants_page(request: Request) -> bool:
    """True for a browser that asks for a page (not for htmx parts, media or programs)."""
    return "text/html" in request.headers.get("accept", "") and not request.headers.get("hx-request")


def fault_response(
    request: Request,
    error: KinoloopError,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The error in the form that suits who asks, with the status that its kind has."""
    number = status or error.http_status
    wait = getattr(error, "retry_after", None)
    extra = ({"Retry-After": str(wait)} if wait else {}) | dict(headers or {})
    if request.headers.get("hx-request"):
        return respond(FaultNotice("error", error.what, error.why, error.fix), number, extra)
    if wants_page(request):
        frame = frame_of(request, error.what, "")
        return respond(FaultPage(frame, number, error.what, error.why, error.fix), number, extra)
    return JSONResponse(error.as_dict(), number, extra)


def add_faults(site: FastAPI) -> None:
    """Give every kind of failure its answer."""

    @site.exception_handler(KinoloopError)
    async def known(request: Request, error: KinoloopError) -> Response:
        return fault_response(request, error)

    @site.exception_handler(RequestValidationError)
    async def unreadable(request: Request, error: RequestValidationError) -> Response:
        return fault_response(request, _unreadable(error))

    @site.exception_handler(HTTPException)
    async def routed(request: Request, error: HTTPException) -> Response:
        return fault_response(request, _routed(error), status=error.status_code, headers=error.headers)

    @site.exception_handler(Exception)
    async def unforeseen(request: Request, error: Exception) -> Response:
        reference = new_id()
        log.error("unforeseen", reference=reference, path=request.url.path, exc_info=error)
        return fault_response(request, bug(reference))


def bug(reference: str) -> UnexpectedError:
    return UnexpectedError(
        "Something broke inside Kinoloop.",
        why=f"Nobody foresaw this; the log has it under {reference}.",
        fix="Try again; if it stays, report it with that reference.",
    )


def _unreadable(error: RequestValidationError) -> InputError:
    first = error.errors()[0]
    place = " > ".join(str(part) for part in first["loc"])
    return InputError(
        "The request has a value that cannot be used.",
        why=f"{place}: {first['msg']}.",
        fix="Correct it; /docs shows what is taken.",
    )


def _routed(error: HTTPException) -> KinoloopError:
    if error.status_code == 404:
        fix = "Check the address, or start from the menu."
        return NoSuchAddressError("There is nothing at this address.", fix=fix)
    if error.status_code == 405:
        return WrongMethodError(
            "This address does not take that kind of request.", fix="See /docs for what it takes."
        )
    return InputError(str(error.detail), fix="See /docs for what is taken.")
