"""`kinoloop doctor`: each part passed, degraded or blocked, and how to mend it."""

import typer
from rich.markup import escape

from kinoloop.app.health import checks, worst
from kinoloop.app.settings import read_settings
from kinoloop.cli import show

_COLOUR = {"passed": "green", "degraded": "yellow", "blocked": "red"}


def add_to(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: bool = typer.Option(False, "--json", help="Machine output on stdout.")) -> None:
    """Say for each part whether it works, and how to mend it. Exit 1 when one is blocked."""
    parts = checks(read_settings())
    if as_json:
        show.emit({"verdict": worst(parts), "parts": [part.as_dict() for part in parts]})
    for part in () if as_json else parts:
        colour = _COLOUR[part.verdict]
        show.paper.print(f"[{colour}]{part.verdict:<9}[/] [bold]{part.name:<15}[/] {escape(part.detail)}")
        if part.mend:
            show.paper.print(f"{'':26}[dim]to mend: {escape(part.mend)}[/]")
    if worst(parts) == "blocked":
        raise typer.Exit(1)
