"""Footage kept in the database: ingest it, search it."""

from pathlib import Path
from typing import Annotated

import typer

from kinoloop.cli import show
from kinoloop.cli.session import follow, opened
from kinoloop.core.errors import InputError, KinoloopError
from kinoloop.core.text import plural
from kinoloop.footage.search.records import Hit

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]


def add_to(app: typer.Typer) -> None:
    for command in (ingest, search):
        app.command()(command)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, or folders of them.")],
    wait: Annotated[
        bool, typer.Option(help="Analyse now, or leave it to `kinoloop serve` or a worker.")
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """Take footage in: the same content twice is the same asset; a bad file leaves the others."""
    with opened(mode="embedded" if wait else "client", hurried=wait) as app:
        taken = app.ingest(paths, source="cli", roots=[path.resolve() for path in paths if path.exists()])
        ended = follow(app, taken.run_ids, quiet=as_json) if wait else []
    broken = {run_id: end for run_id, end in ended if isinstance(end, KinoloopError)}
    failed = [report for report in taken.files if report.outcome == "failed"]
    if as_json:
        runs = {run_id: end.as_dict() if isinstance(end, KinoloopError) else end for run_id, end in ended}
        show.emit({"files": [report.as_dict() for report in taken.files], "runs": runs})
    else:
        rows = [(report.path, report.outcome, report.asset_id) for report in taken.files]
        show.table(plural(len(rows), "file"), ("file", "became", "asset"), rows)
        for error in [*({"what": e.what, "why": e.why, "fix": e.fix} for e in broken.values())]:
            show.say(f"{error['what']} {error['why']} {error['fix']}")
        for report in failed:
            show.say(f"{report.path}: {(report.error or {}).get('what')} {(report.error or {}).get('fix')}")
    if failed or broken:
        raise typer.Exit(1)


def search(
    text: Annotated[str | None, typer.Argument(help="Words said, or part of a file name.")] = None,
    like: Annotated[str | None, typer.Option("--like", help="The id of a shot to look alike.")] = None,
    limit: Annotated[int, typer.Option("--limit", help="How many at most.")] = 10,
    as_json: JsonFlag = False,
) -> None:
    """Find shots by what is said or by how they look."""
    if (text is None) == (like is None):
        raise InputError("Search for words or for a similar shot.", fix="Give a text, or --like SHOT_ID.")
    with opened() as app:
        hits = app.search_similar(like, limit=limit) if like else app.search_text(text or "", limit=limit)
    if as_json:
        show.emit({"hits": [_json(hit) for hit in hits]})
        return
    rows = [(hit.filename, hit.span, f"{hit.score:.3f}", hit.why, hit.snippet, hit.clip_id) for hit in hits]
    show.table(plural(len(rows), "hit"), ("file", "where", "score", "why", "words", "shot"), rows)


def _json(hit: Hit) -> dict[str, object]:
    return {
        "clip_id": hit.clip_id,
        "asset_id": hit.asset_id,
        "filename": hit.filename,
        "start": float(hit.span.start) if hit.span else None,
        "end": float(hit.span.end) if hit.span else None,
        "score": hit.score,
        "why": hit.why,
        "snippet": hit.snippet,
    }
