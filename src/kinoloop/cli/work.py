"""Runs from the terminal: what happens now, cancel, retry; and a worker that does the work."""

import os
from typing import Annotated

import typer

from kinoloop.app.compose import open_app
from kinoloop.app.settings import read_settings
from kinoloop.cli import show
from kinoloop.cli.session import opened
from kinoloop.core.errors import InputError
from kinoloop.core.text import plural
from kinoloop.runs import queries, serving
from kinoloop.runs.config import ALL
from kinoloop.runs.records import RunRow

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]
RunId = Annotated[str | None, typer.Argument(help="One run; all when left out.")]


def add_to(app: typer.Typer) -> None:
    for command in (runs, worker):
        app.command()(command)


def runs(
    run_id: RunId = None,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop this run.")] = False,
    retry: Annotated[
        bool, typer.Option("--retry", help="Start it again from its last finished step.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """What is happening now, and what happened; cancel or retry one."""
    with opened() as app:
        if run_id is None:
            if cancel or retry:
                raise InputError("Which run?", fix="Give the id that `kinoloop runs` shows.")
            with app.begin() as connection:
                _list(queries.runs(connection, limit=limit), as_json)
            return
        if cancel:
            app.runs.cancel(run_id)
        if retry:
            app.runs.retry(run_id)
        with app.begin() as connection:
            row, steps = queries.run(connection, run_id), queries.steps(connection, run_id)
    if as_json:
        show.emit({"run": row, "steps": list(steps)})
        return
    _list((row,), as_json=False)
    made = [(s.step_name, s.attempt, s.status, s.duration_seconds, s.error_message) for s in steps]
    show.table("Steps", ("step", "attempt", "state", "seconds", "error"), made)


def _list(rows: tuple[RunRow, ...], as_json: bool) -> None:
    if as_json:
        show.emit({"runs": list(rows)})
        return
    shown = [
        (row.run_id, row.title, row.status, f"{row.progress} %", row.current_step, _left(row)) for row in rows
    ]
    show.table(plural(len(rows), "run"), ("run", "what", "state", "done", "step", "time left"), shown)


def _left(row: RunRow) -> str | None:
    return None if row.seconds_left is None else f"{row.seconds_left:.0f} s"


def worker(
    queues: Annotated[str, typer.Option("--queues", help="Which, separated by commas.")] = ",".join(ALL),
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", help="Media runs at once.")] = 2,
) -> None:
    """Do the work of the queues until told to stop; SIGTERM lets the running step end."""
    names = tuple(name.strip() for name in queues.split(",") if name.strip())
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        raise InputError(f"No such queue: {', '.join(unknown)}.", fix=f"Known are {', '.join(ALL)}.")
    app = open_app(read_settings(), mode="worker")
    told = f"takes {', '.join(names)}; {concurrency} media runs at once."
    clean = serving.serve(app.runs, names, concurrency, ready=lambda name: show.say(f"Worker {name} {told}"))
    show.say(
        "Left: what was running goes on elsewhere."
        if clean
        else "Left in haste: steps start again elsewhere."
    )
    app.database.close()
    if not clean:
        os._exit(1)  # a step that never looks whether to stop would hold the process
