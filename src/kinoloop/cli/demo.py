"""`kinoloop demo`: footage in, captioned vertical clips out, with a contact sheet and a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from kinoloop.app.compose import App
from kinoloop.cli import show
from kinoloop.cli.session import follow, opened
from kinoloop.core.errors import KinoloopError, NotFoundError
from kinoloop.core.text import plural
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.clips.queries import clip_files
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.moments.queries import moment as read_moment
from kinoloop.media.sample import draw_sample_shoot
from kinoloop.media.sheet import contact_sheet

SAMPLE_ORDER = ClipOrder(min_duration=6, max_duration=12, max_moments=2)
JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    footage: Annotated[Path | None, typer.Option("--footage", help="Your own folder or file.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Take footage in (yours, or a drawn sample shoot) and make captioned vertical clips of it."""
    if footage is not None and not footage.exists():
        raise NotFoundError(f"There is no '{footage}'.", fix="Check the spelling of FOOTAGE.")
    with opened(mode="embedded", hurried=True) as app:
        source, order = ("sample", SAMPLE_ORDER) if footage is None else ("cli", ClipOrder())
        place = footage.resolve() if footage else _sample(app, as_json)
        taken = app.ingest([place], source=source, roots=[place])
        failures = [
            end for _, end in follow(app, taken.run_ids, quiet=as_json) if isinstance(end, KinoloopError)
        ]
        assets = list(dict.fromkeys(report.asset_id for report in taken.files if report.asset_id))
        runs = [app.make_clips(asset_id=asset_id, order=order) for asset_id in assets]
        failures += [end for _, end in follow(app, runs, quiet=as_json) if isinstance(end, KinoloopError)]
        made = _made(app, runs)
        sheet = _sheet(app, made)
        _tell(app, made, sheet, sample=footage is None, as_json=as_json)
    for report in taken.files:
        if report.error is not None:
            show.say(f"{report.path}: {report.error['what']} {report.error['fix']}")
    for error in failures:
        show.tell_error(error, as_json=False)
    if not made:
        raise typer.Exit(1)


def _sample(app: App, quiet: bool) -> Path:
    """The drawn sample shoot, made once per home folder."""
    folder = app.blobs.root / "sample"
    if not (folder / "truth.json").is_file():
        with show.bars(quiet=quiet) as area, show.bar(area, "Drawing a sample shoot"):
            draw_sample_shoot(folder)
    return folder


def _made(app: App, run_ids: Sequence[str]) -> list[tuple[ClipFile, str]]:
    """The clips of these runs, each with the reason it was chosen for."""
    made = []
    with app.begin() as connection:
        for run_id in run_ids:
            for clip in reversed(clip_files(connection, run_id=run_id)):
                moment = read_moment(connection, clip.moment_id) if clip.moment_id else None
                made.append((clip, moment.reason if moment else ""))
    return made


def _sheet(app: App, made: Sequence[tuple[ClipFile, str]]) -> Path | None:
    pictures = [
        (app.blobs.path(clip.thumbnail_path), f"clip {number}\n{clip.span}, {clip.width}x{clip.height}")
        for number, (clip, _) in enumerate(made, 1)
        if clip.thumbnail_path
    ]
    if not pictures:
        return None
    out = app.blobs.root / "contact-sheet.jpg"
    contact_sheet(pictures, out)
    return out


def _tell(
    app: App, made: Sequence[tuple[ClipFile, str]], sheet: Path | None, *, sample: bool, as_json: bool
) -> None:
    paths = [app.blobs.path(clip.path) for clip, _ in made]
    if as_json:
        show.emit({"sample": sample, "clips": [str(p) for p in paths], "contact_sheet": sheet})
        return
    rows = [
        (number, clip.span, f"{clip.width}x{clip.height}", why) for number, (clip, why) in enumerate(made, 1)
    ]
    label = " of SAMPLE footage (drawn by the program)" if sample else ""
    show.table(plural(len(rows), "clip") + label, ("clip", "from the source", "size", "why"), rows)
    for number, path in enumerate(paths, 1):
        show.paper.print(f"clip {number}: {path}")
    if sheet is not None:
        show.paper.print(f"Contact sheet: {sheet}")
    show.paper.print("See them in the browser: make serve")
