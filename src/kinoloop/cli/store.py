"""`kinoloop db`: migrate, status, backup, restore, schema."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from kinoloop.app.settings import read_settings
from kinoloop.app.tools import open_database
from kinoloop.cli import show
from kinoloop.core.text import plural
from kinoloop.store.backup import backup as write_backup
from kinoloop.store.backup import restore as read_backup
from kinoloop.store.migrate import migrate as apply_migrations
from kinoloop.store.migrate import status as read_status
from kinoloop.store.schema import schema as read_schema

room = typer.Typer(no_args_is_help=True)
JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(room, name="db", help="The database: migrate, status, backup, restore, schema.")


@room.command()
def migrate(as_json: JsonFlag = False) -> None:
    """Apply what is missing, under a lock. Safe to run again."""
    database = open_database(read_settings())
    done = apply_migrations(database)
    if as_json:
        show.emit({"applied": [asdict(one) for one in done]})
        return
    for one in done:
        show.paper.print(f"applied {one.number:04d} {one.name} in {one.seconds:.2f} s")
    show.paper.print(f"{database.label} is up to date.")


@room.command()
def status(as_json: JsonFlag = False) -> None:
    """Which migrations ran, which wait. Exit 1 when some wait."""
    database = open_database(read_settings())
    state = read_status(database)
    if as_json:
        show.emit({"applied": [asdict(one) for one in state.applied], "pending": list(state.pending)})
    else:
        rows = [(one.number, one.name, one.applied_at) for one in state.applied]
        show.table(f"{database.label}: {plural(len(rows), 'migration')}", ("number", "name", "applied"), rows)
        for name in state.pending:
            show.say(f"waiting: {name}")
    if state.pending:
        raise typer.Exit(1)


@room.command()
def schema(as_json: JsonFlag = False) -> None:
    """The live schema: tables, columns, keys, indexes."""
    tables = read_schema(open_database(read_settings()))
    if as_json:
        show.emit({name: asdict(form) for name, form in tables.items()})
        return
    for name, form in sorted(tables.items()):
        rows = [(c, f.family, "null" if f.nullable else "not null") for c, f in form.columns.items()]
        show.table(name, ("column", "type", ""), rows)


@room.command()
def backup(
    target: Annotated[Path, typer.Argument(help="The file to write.")], as_json: JsonFlag = False
) -> None:
    """Write the whole database to one file, checked after writing."""
    made = write_backup(open_database(read_settings()), target)
    if as_json:
        show.emit({"path": str(made)})
    else:
        show.paper.print(f"{made}: written and checked")


@room.command()
def restore(
    source: Annotated[Path, typer.Argument(help="A file that `kinoloop db backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what the database holds.")] = False,
) -> None:
    """Fill an empty database from a backup."""
    read_backup(read_settings().url, source, force=force)
    show.paper.print(f"Restored from {source}.")
