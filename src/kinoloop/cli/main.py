"""`kinoloop`: the terminal face. Exit codes: 0 done, 1 failed, 2 asked for wrongly.

A command's room is imported only when that command is named, so that each starts quickly.
"""

import sys
from importlib import import_module

import typer

from kinoloop import __version__
from kinoloop.cli import show
from kinoloop.core.errors import KinoloopError

ROOMS = {
    "media": ("analyse", "moments", "cut", "clips"),
    "library": ("ingest", "search"),
    "make": ("make", "videos"),
    "work": ("runs", "worker"),
    "serve": ("serve",),
    "demo": ("demo",),
    "doctor": ("doctor",),
    "store": ("db",),
    "sandbox": ("sandbox",),
    "executor": ("executor",),
    "publish": ("publish",),
    "why": ("why",),
    "simulate": ("simulate",),
    "users": ("user",),
}


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"kinoloop {__version__}\n")
        raise typer.Exit


def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="The version."),
) -> None:
    """The closed loop for short-form video ads: footage, films, ads, deals, and the next decision."""


def command_line(arguments: list[str]) -> typer.Typer:
    """The program with the rooms that these arguments name; with all of them when none is named."""
    app = typer.Typer(
        name="kinoloop",
        no_args_is_help=True,
        rich_markup_mode=None,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    asked = next((argument for argument in arguments if not argument.startswith("-")), "")
    named = [room for room, commands in ROOMS.items() if asked in commands]
    for room in named or ROOMS:
        import_module(f"kinoloop.cli.{room}").add_to(app)
    return app


def main(arguments: list[str] | None = None) -> None:
    """Run one command and exit. Known errors become sentences; anything else is a bug and shows itself."""
    args = sys.argv[1:] if arguments is None else arguments
    try:
        command_line(args)(args=args, standalone_mode=True)
    except KinoloopError as error:
        show.tell_error(error, as_json="--json" in args)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        show.say("Stopped.")
        sys.exit(130)


if __name__ == "__main__":
    main()
