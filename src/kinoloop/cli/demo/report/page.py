"""The report as one HTML file that needs nothing else: styles, pictures and charts are inside it.

The same report and dashboard give the same bytes: no clock, no random names.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kinoloop.cli.demo.records import AdLine, DemoReport
from kinoloop.cli.demo.report import adlines, chart, pictures, race, tale, words
from kinoloop.core.currency import Currency, Minor
from kinoloop.core.files import whole_file
from kinoloop.core.text import plural
from kinoloop.web.words import length_words

NAME = "report.html"
SHEETS = ("tokens.css", "base.css")
"""Of the product's own pages, so that the report looks like them."""


@dataclass(frozen=True)
class Page:
    """What the template reads: the record and what was derived of it. No dashboard: `origin` is empty."""

    report: DemoReport
    title: str
    against_oracle: str
    ahead: bool | None
    against_rivals: str
    stopped: str
    standings: tuple[race.Standing, ...]
    chart: chart.Chart | None
    ads: adlines.AdTable
    by_ad: dict[str, AdLine]
    pictures: pictures.Pictures
    films: dict[str, str]
    """Version id to a film's place relative to the page, of films below its folder."""
    dashboard: str
    origin: str
    styles: Markup
    mark: str


def write_page(report: DemoReport, folder: Path, *, dashboard: str | None) -> Path:
    """Write `folder/report.html`, whole or not at all, and return its path.

    `dashboard` is the address of the running product, for links into it; None for a report without them.
    """
    path = folder / NAME
    text = draw(report, folder, dashboard=dashboard)
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path


def draw(report: DemoReport, folder: Path, *, dashboard: str | None) -> str:
    """The page as text."""
    return _environment().get_template("report.html").render(page=page_of(report, folder, dashboard))


def page_of(report: DemoReport, folder: Path, dashboard: str | None) -> Page:
    """Everything that the page tells."""
    standings = race.race(report.contenders)
    ahead, against_rivals = race.against_rivals(standings, report.currency)
    address, origin = _dashboard(dashboard)
    return Page(
        report=report,
        title=race.title(report),
        against_oracle=race.against_oracle(standings),
        ahead=ahead,
        against_rivals=against_rivals,
        stopped=race.stopped(standings),
        standings=standings,
        chart=chart.chart_of(report.contenders, report.currency),
        ads=adlines.table_of(report.ads),
        by_ad={one.ad_id: one for one in report.ads},
        pictures=pictures.pictures_of(report.made),
        films=_films(report, folder),
        dashboard=address,
        origin=origin,
        styles=_styles(),
        mark=f"data:image/svg+xml,{quote(_static('mark.svg'))}",
    )


def cash(amount: Minor, currency: Currency, signed: bool = False) -> str:
    """Money with a true minus."""
    return words.money(amount, currency, signed=signed).replace("-", "\u2212", 1)


def _films(report: DemoReport, folder: Path) -> dict[str, str]:
    home = folder.absolute()
    return {
        film.variant_id: quote(film.film.absolute().relative_to(home).as_posix())
        for film in report.made.films
        if film.film.absolute().is_relative_to(home)
    }


def _dashboard(address: str | None) -> tuple[str, str]:
    """The address for a link, and its origin; both empty for what is no web address."""
    parts = urlsplit(address or "")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return "", ""
    return address or "", f"{parts.scheme}://{parts.netloc}"


def _static(name: str) -> str:
    return files("kinoloop.web").joinpath("static", name).read_text(encoding="utf-8")


@cache
def _styles() -> Markup:
    own = files(__package__ or "").joinpath("templates", "report.css").read_text(encoding="utf-8")
    return Markup("\n").join([Markup(_static(f"css/{name}")) for name in SHEETS] + [Markup(own)])  # noqa: S704


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader(__package__ or "", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        cash=cash,
        share=words.share,
        back=words.back,
        number=words.count,
        standing=words.standing,
        verdict=words.verdict,
        sentence=words.sentence,
        plural=plural,
        clocked=length_words,
    )
    made.globals.update(
        tale=tale, coverage=adlines.coverage, names=words.NAMES, meanings=words.MEANINGS, sample=words.SAMPLE
    )
    return made
