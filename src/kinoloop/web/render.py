"""Pages from templates: strict about missing names, one frozen typed context each."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import ClassVar, Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from kinoloop import __version__
from kinoloop.core.text import plural
from kinoloop.web import words
from kinoloop.web.visitor import visitor_of

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Frame:
    """What surrounds every page: its title, the lit entry of the menu, the proof that forms send along."""

    title: str
    section: str
    csrf: str
    running: int | None
    """Runs that wait or work now; None where nobody asked the store."""
    version: str = __version__
    sample: bool = False
    """Whether everything here is made up, which every page then says."""


class Page(Protocol):
    """A frozen context that knows its template."""

    template: ClassVar[str]


def frame_of(request: Request, title: str, section: str, *, running: int | None = None) -> Frame:
    visitor = visitor_of(request)
    sample = request.app.state.backstage.settings.sample
    return Frame(title, section, visitor.csrf if visitor else "", running, sample=sample)


def respond(page: Page, status: int = 200, headers: dict[str, str] | None = None) -> HTMLResponse:
    """Draw a whole page or a part of one."""
    return HTMLResponse(draw(page), status, headers)


def draw(page: Page) -> str:
    return environment().get_template(page.template).render(page=page)


@cache
def environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        size=words.size_words,
        clocked=words.length_words,
        mark=words.mark_words,
        wait=words.wait_words,
        when=words.instant_words,
        took=words.took_words,
        score=words.score_words,
        level=words.level_words,
        status=words.status_words,
        step=words.step_sentence,
        plain=words.plain,
        plural=plural,
        money=words.money_words,
        seconds=words.seconds_words,
        verdict=lambda status: words.VERDICT_WORDS[status],
        match=lambda match: words.MATCH_WORDS[match],
        element=lambda name: words.ELEMENT_WORDS.get(name, words.plain(name)),
    )
    return made
