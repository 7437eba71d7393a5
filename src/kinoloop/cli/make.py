"""`kinoloop make BRIEF.toml`: brief, storyboard with prices, your yes, films. `kinoloop videos`: the jobs."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from kinoloop.app.compose import App
from kinoloop.app.videos import HOUSE
from kinoloop.cli import show
from kinoloop.cli.session import follow, opened
from kinoloop.core.errors import ConflictError, InputError, KinoloopError, NotFoundError
from kinoloop.core.money import dollars, show_usd
from kinoloop.core.text import plural
from kinoloop.creative.briefs.reading import read_brief, sample_brief
from kinoloop.creative.plain import to_json
from kinoloop.creative.renders.queries import variants
from kinoloop.creative.renders.records import Variant
from kinoloop.creative.storyboards.records import Panel
from kinoloop.creative.videos.queries import video as read_video
from kinoloop.creative.videos.queries import videos as list_videos
from kinoloop.creative.videos.records import Video
from kinoloop.media.sheet import contact_sheet

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]
Approve = Annotated[bool, typer.Option("--approve", help="Say yes to the storyboard and its price unseen.")]


def add_to(app: typer.Typer) -> None:
    for command in (make, videos):
        app.command()(command)


def make(
    brief: Annotated[Path | None, typer.Argument(help="The brief, as TOML.")] = None,
    footage: Annotated[
        Path | None, typer.Option("--footage", help="A folder or file to choose from.")
    ] = None,
    approve: Approve = False,
    sample: Annotated[bool, typer.Option("--sample", help="Print a brief to start from, and stop.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """From a brief to checked films: drafts a storyboard, shows its price, renders after your yes."""
    if sample:
        sys.stdout.write(sample_brief())
        return
    if brief is None:
        raise InputError(
            "Which brief?", fix="kinoloop make BRIEF.toml, or kinoloop make --sample > BRIEF.toml"
        )
    wish = read_brief(brief)
    if footage is not None and not footage.exists():
        raise NotFoundError(f"There is no '{footage}'.", fix="Check the spelling of --footage.")
    with opened(mode="embedded", hurried=True) as app:
        if footage is not None:
            wish = replace(wish, footage=_taken_in(app, footage.resolve(), quiet=as_json))
        video = _drafted(app, app.videos.generate(wish, owner=HOUSE), quiet=as_json)
        _tell_storyboard(app, video, as_json=as_json)
        if approve or _yes(app, video):
            _rendered(app, video, as_json=as_json)
        elif as_json:
            show.emit(_video_json(video, ()))


def videos(
    video_id: Annotated[str | None, typer.Argument(help="One job; all when left out.")] = None,
    approve: Approve = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop it.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """The video jobs; look at one, approve and render it, or stop it."""
    with opened(mode="embedded" if approve else "client", hurried=approve) as app:
        if video_id is None:
            with app.begin() as connection:
                _list(list_videos(connection, limit=50), as_json)
            return
        if cancel:
            app.videos.cancel(video_id, who=HOUSE)
        with app.begin() as connection:
            video, films = read_video(connection, video_id), variants(connection, video_id)
        if approve:
            _rendered(app, video, as_json=as_json)
        elif as_json:
            show.emit(_video_json(video, films))
        else:
            _tell_storyboard(app, video, as_json=False)
            _tell_films(app, video, films)


def _taken_in(app: App, place: Path, *, quiet: bool) -> tuple[str, ...]:
    """Footage ingested and analysed; the ids of what is usable."""
    taken = app.ingest([place], source="cli", roots=[place])
    ended = follow(app, taken.run_ids, quiet=quiet)
    for report in taken.files:
        if report.error is not None:
            show.say(f"{report.path}: {report.error['what']} {report.error['fix']}")
    for _, end in ended:
        if isinstance(end, KinoloopError):
            show.tell_error(end, as_json=False)
    found = tuple(dict.fromkeys(report.asset_id for report in taken.files if report.asset_id))
    if not found:
        raise InputError(f"'{place}' holds no footage that can be used.", fix="Name a folder with films.")
    return found


def _drafted(app: App, video: Video, *, quiet: bool) -> Video:
    """Wait for the storyboard. Raises what stopped it."""
    if video.status == "paused" or video.run_id is None:
        raise ConflictError(
            "The job is paused.", why=video.error_message or "", fix="It starts by itself tomorrow."
        )
    return _followed(app, video, video.run_id, quiet=quiet)


def _followed(app: App, video: Video, run_id: str, *, quiet: bool) -> Video:
    (_, end) = follow(app, [run_id], quiet=quiet)[0]
    if isinstance(end, KinoloopError):
        raise end
    with app.begin() as connection:
        return read_video(connection, video.video_id)


def _yes(app: App, video: Video) -> bool:
    price = show_usd(app.videos.total(video))
    if not sys.stdin.isatty():
        show.say(
            f"Not approved. To approve and render for {price}: kinoloop videos {video.video_id} --approve"
        )
        return False
    return typer.confirm(f"Approve exactly this and render it for {price}?", default=False, err=True)


def _rendered(app: App, video: Video, *, as_json: bool) -> None:
    seen = app.videos.approval_hash(video)
    started = app.videos.render(video.video_id, who=HOUSE, approve=True, sha256=seen)
    problem: KinoloopError | None = None
    try:
        started = _followed(app, started, started.run_id or "", quiet=as_json)
    except KinoloopError as error:
        problem = error
    with app.begin() as connection:
        ended, films = read_video(connection, video.video_id), variants(connection, video.video_id)
    if as_json:
        show.emit(_video_json(ended, films))
    else:
        _tell_films(app, ended, films)
    if problem is not None:
        raise problem
    if ended.status != "completed":
        show.say(f"{ended.status.replace('_', ' ')}: {ended.error_message}")
        raise typer.Exit(1)


def _tell_storyboard(app: App, video: Video, *, as_json: bool) -> None:
    if video.storyboard is None or as_json:
        return
    board = video.storyboard
    rows = [
        (
            p.number,
            f"{p.duration_ms / 1000:g} s",
            p.line,
            p.super_text or None,
            _source(p),
            show_usd(p.price),
            p.note,
        )
        for p in board.panels
    ]
    title = f"{video.name}: storyboard by {board.made_by}, {board.duration_ms / 1000:g} s"
    show.table(title, ("", "length", "said", "on screen", "picture", "price", "note"), rows)
    pictures = [
        (app.blobs.path(p.image), f"{p.number}. {p.line[:44]}\n{_source(p)}") for p in board.panels if p.image
    ]
    if pictures:
        out = app.blobs.storyboard(video.video_id, "storyboard.jpg")
        contact_sheet(pictures, out, title=video.name)
        show.paper.print(f"Storyboard: {out}")
    show.paper.print(f"Rendering it will cost {show_usd(app.videos.total(video))}.")


def _source(panel: Panel) -> str:
    if panel.footage is not None:
        source = panel.footage
        return f"{source.filename} {source.start_ms / 1000:.1f}-{source.end_ms / 1000:.1f} s"
    return f"to be made by {panel.model}" if panel.kind == "generated" else "text card"


def _tell_films(app: App, video: Video, films: tuple[Variant, ...]) -> None:
    rows = [
        (
            film.label,
            film.element,
            film.shape,
            f"{film.width}x{film.height}",
            f"{film.duration_ms / 1000:.2f} s",
            None if film.lufs is None else f"{film.lufs:.1f} LUFS",
            f"{film.size_bytes / 1e6:.1f} MB",
            film.verdict.status,
        )
        for film in films
    ]
    columns = ("version", "differs in", "shape", "size", "length", "loudness", "file", "gate")
    show.table(f"{plural(len(films), 'film')} of '{video.name}' ({video.status})", columns, rows)
    for film in films:
        show.paper.print(f"{film.label} {film.shape} ({film.variant_id}): {app.blobs.path(film.path)}")
    show.paper.print(f"Estimated {show_usd(video.estimated_cost)}, actual {show_usd(video.actual_cost)}.")


def _list(found: tuple[Video, ...], as_json: bool) -> None:
    if as_json:
        show.emit({"videos": [_video_json(one, ()) for one in found]})
        return
    rows = [
        (
            one.video_id,
            one.name,
            one.status.replace("_", " "),
            f"{one.progress.percentage} %",
            show_usd(one.actual_cost),
        )
        for one in found
    ]
    show.table(plural(len(rows), "video"), ("video", "name", "state", "done", "cost"), rows)


def _video_json(video: Video, films: tuple[Variant, ...]) -> dict[str, object]:
    return {
        "video_id": video.video_id,
        "name": video.name,
        "status": video.status,
        "error": video.error_message,
        "estimated_cost": str(dollars(video.estimated_cost)),
        "actual_cost": str(dollars(video.actual_cost)),
        "storyboard": None if video.storyboard is None else to_json(video.storyboard),
        "films": [to_json(film) for film in films],
    }
