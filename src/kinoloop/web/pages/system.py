"""The system page: which parts work, which work partly, and how to mend them; and the API's own page."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.web.backstage import HealthPart
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True)
class SystemPage:
    template: ClassVar[str] = "system.html"
    frame: Frame
    parts: tuple[HealthPart, ...]


@dataclass(frozen=True)
class DocsPage:
    template: ClassVar[str] = "docs.html"
    frame: Frame


@router.get("/system")
def system(request: Request, stage: Stage) -> Response:
    return respond(SystemPage(frame_of(request, "System", "system"), tuple(stage.health())))


@router.get("/docs")
def docs(request: Request) -> Response:
    return respond(DocsPage(frame_of(request, "HTTP API", "system")))
