"""The search page: by words, and by the look of a shot."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from kinoloop.footage.analysis.queries import shot
from kinoloop.footage.analysis.records import Shot
from kinoloop.footage.intake.queries import count_by_status
from kinoloop.footage.search.records import Hit
from kinoloop.web.backstage import Backstage
from kinoloop.web.render import Frame, frame_of, respond
from kinoloop.web.stage import Stage

router = APIRouter(include_in_schema=False)
HITS = 48


@dataclass(frozen=True)
class Results:
    """What was found, for `query` or for looking like `like`; nothing was asked when both are empty.

    `footage`: there is something to look in.
    """

    template: ClassVar[str] = "parts/results.html"
    query: str
    like: Shot | None
    hits: tuple[Hit, ...]
    footage: bool = True

    @property
    def asked(self) -> bool:
        return bool(self.query) or self.like is not None


@dataclass(frozen=True)
class SearchPage:
    template: ClassVar[str] = "search.html"
    frame: Frame
    results: Results


@router.get("/search")
def search(request: Request, stage: Stage, q: str = "", like: str | None = None) -> Response:
    results = _results(stage, q.strip()[:400], like)
    if request.headers.get("hx-request") and not request.headers.get("hx-history-restore-request"):
        return respond(results)
    return respond(SearchPage(frame_of(request, "Search", "search"), results))


def _results(stage: Backstage, query: str, like: str | None) -> Results:
    if like:
        with stage.database.read() as connection:
            model = shot(connection, like)
        return Results(query, model, tuple(stage.search_similar(like, limit=HITS)))
    hits = tuple(stage.search_text(query, limit=HITS)) if query else ()
    if hits:
        return Results(query, None, hits)
    with stage.database.read() as connection:
        return Results(query, None, (), footage=any(count_by_status(connection).values()))
