"""`kinoloop demo`: the whole loop on sample money, a report of it, and the dashboard on what came out."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from kinoloop.app.settings import read_settings
from kinoloop.cli import show
from kinoloop.cli.demo.clips import sample_shoot
from kinoloop.cli.demo.report.page import write_page
from kinoloop.cli.demo.report.plain import document
from kinoloop.cli.demo.report.terminal import tell
from kinoloop.cli.demo.sample import FOLDER, Sample, emptied, mark, open_sample
from kinoloop.cli.demo.story import Story
from kinoloop.cli.serving import served
from kinoloop.core.errors import InputError, NotFoundError

DAYS, SEED = 60, 30
"""In this seed one of the new films wins; in many none does (decision 0019)."""
FEWEST, MOST = 7, 120
PORT = 8420
JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    footage: Annotated[Path | None, typer.Option("--footage", help="Your own folder or file.")] = None,
    brief: Annotated[Path | None, typer.Option("--brief", help="What the ad is about, as TOML.")] = None,
    seed: Annotated[int, typer.Option("--seed", help="Another seed is another market.")] = SEED,
    days: Annotated[int, typer.Option("--days", help="How many days are simulated.")] = DAYS,
    reset: Annotated[bool, typer.Option("--reset", help="Only delete what an earlier demo left.")] = False,
    dashboard: Annotated[
        bool | None, typer.Option(help="Serve the dashboard afterwards; in a terminal when left out.")
    ] = None,
    port: Annotated[int, typer.Option("--port", help="Port of the dashboard.")] = PORT,
    as_json: JsonFlag = False,
) -> None:
    """Run the whole loop on a simulated account: footage, films, ads, days of spend and deals, decisions.

    Nothing is sent outside and no key is used. Everything it writes lies in the folder `demo` of the home,
    which each demo empties first. The same seed and footage give the same report.
    """
    person = read_settings()
    folder = person.home.resolve() / FOLDER
    _check(footage, days)
    emptied(folder)
    if reset:
        show.say(f"Deleted what an earlier demo left in {folder}.")
        return
    place = footage.resolve() if footage else sample_shoot(person.home.resolve() / "sample", quiet=as_json)
    with open_sample(folder, person, seed=seed, days=days) as sample:
        story = Story(sample, place, footage is not None, brief, days, as_json)
        report = story.play()
        mark(folder, {"seed": seed, "days": days, "ended_at": sample.clock.now().isoformat()})
        wanted = sys.stdout.isatty() if dashboard is None else dashboard
        page = write_page(report, folder, dashboard=None)
        if as_json:
            show.emit(document(report) | {"report": str(page)})
        else:
            tell(report, page)
        if wanted:
            _open(sample, port)
        elif not as_json:
            show.paper.print("See all of it in the browser: make dashboard (kinoloop serve --sample)")


def _check(footage: Path | None, days: int) -> None:
    if footage is not None and not footage.exists():
        raise NotFoundError(f"There is no '{footage}'.", fix="Check the spelling of FOOTAGE.")
    if not FEWEST <= days <= MOST:
        raise InputError(f"{days} days cannot be simulated.", fix=f"Give {FEWEST} to {MOST}.")


def _open(sample: Sample, port: int) -> None:
    """Until Ctrl-C; the account goes on being there, its time passing as it does outside."""
    sample.clock.let_go()
    served(sample.app, "127.0.0.1", port, launch=True)
