"""The four commands that work on files alone, without a database: analyse, moments, cut, clips."""

from pathlib import Path
from typing import Annotated

import typer

from kinoloop.app.settings import read_settings
from kinoloop.app.tools import workshop
from kinoloop.cli import show
from kinoloop.core.errors import KinoloopError, MediaError
from kinoloop.core.text import plural
from kinoloop.core.timecode import Span, parse_seconds, short_clock
from kinoloop.flows import shapes
from kinoloop.flows.clipping import FileClips, MadeClip, clips_of, cut_span
from kinoloop.flows.looking import analyse_file, look_at, moments_in
from kinoloop.flows.order import ClipOrder
from kinoloop.footage.intake.rules import media_files
from kinoloop.media.records import Analysis

JsonFlag = Annotated[bool, typer.Option("--json", help="Machine output on stdout, words on stderr.")]
File = Annotated[Path, typer.Argument(help="A media file.")]
Transcript = Annotated[Path | None, typer.Option("--transcript", help=".srt, .vtt or .json with the words.")]
Mode = Annotated[str, typer.Option("--mode", help="viral, highlights or summary.")]
Shortest = Annotated[float, typer.Option("--min", help="Shortest moment, seconds.")]
Longest = Annotated[float, typer.Option("--max", help="Longest moment, seconds.")]
Count = Annotated[int, typer.Option("--count", help="How many moments at most.")]


def add_to(app: typer.Typer) -> None:
    for command in (analyse, moments, cut, clips):
        app.command()(command)


def analyse(
    file: File,
    tier: Annotated[str, typer.Option("--tier", help="triage, speed or full.")] = "full",
    as_json: JsonFlag = False,
) -> None:
    """Look at a file once: shots, loudness, silence, speech, motion."""
    with show.bars(quiet=as_json) as area, show.bar(area, f"Analysing {file.name}") as bar:
        info, analysis = analyse_file(file, tier, workshop(read_settings()), watch=bar)
    if as_json:
        show.emit(
            {"file": str(file), "info": shapes.info_json(info), "analysis": shapes.analysis_json(analysis)}
        )
        return
    rows = [
        (
            n,
            short_clock(shot.start),
            short_clock(shot.end),
            f"{float(shot.duration):.2f} s",
            _kind(analysis, shot),
        )
        for n, shot in enumerate(analysis.shots(), 1)
    ]
    show.table(f"{file.name}: {shapes.sentence(info)}", ("shot", "from", "to", "length", "begins with"), rows)
    for line in shapes.sound_sentences(analysis):
        show.paper.print(line)


def _edges(span: Span) -> tuple[str, str]:
    return short_clock(span.start), short_clock(span.end)


def _kind(analysis: Analysis, shot: Span) -> str:
    return next((b.kind for b in analysis.boundaries if b.at == shot.start), "start of file")


def moments(
    file: File,
    mode: Mode = "viral",
    transcript: Transcript = None,
    shortest: Shortest = 15.0,
    longest: Longest = 60.0,
    count: Count = 3,
    as_json: JsonFlag = False,
) -> None:
    """Find the moments worth using, with sub-scores, a reason and a confidence."""
    order = ClipOrder(mode=mode, min_duration=shortest, max_duration=longest, max_moments=count)
    with show.bars(quiet=as_json) as area, show.bar(area, f"Looking through {file.name}") as bar:
        tools = workshop(read_settings())
        found = moments_in(look_at(file, "full", tools, transcript=transcript, watch=bar), order, tools)
    if as_json:
        show.emit(
            {
                "file": str(file),
                "moments": [shapes.found_json(m) for m in found.moments],
                "notes": found.notes,
            }
        )
        return
    rows = [(*_edges(m.span), _two(m.score), _two(m.confidence), m.reason) for m in found.moments]
    show.table(
        f"{file.name}: {plural(len(rows), 'moment')}", ("from", "to", "score", "confidence", "why"), rows
    )
    for note in found.notes:
        show.say(f"Note: {note}")


def cut(
    file: File,
    start: Annotated[str, typer.Option("--start", help="Seconds or a clock, e.g. 83.2 or 1:23.2.")],
    end: Annotated[str, typer.Option("--end", help="Seconds or a clock.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write.")],
    as_json: JsonFlag = False,
) -> None:
    """Cut a stretch out, frame-accurately, copying what can be copied."""
    first, last = parse_seconds(start), parse_seconds(end)
    with show.bars(quiet=as_json) as area, show.bar(area, f"Cutting {file.name}") as bar:
        made = cut_span(file, first, last, out, workshop(read_settings()), watch=bar)
    if as_json:
        show.emit(shapes.artefact_json(made))
        return
    show.paper.print(f"{made.path}: {float(made.duration):.3f} s, {made.width}x{made.height}, checked")
    for note in made.notes:
        show.say(f"Note: {note}")


def clips(
    source: Annotated[Path, typer.Argument(help="A media file, or a folder of them.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the clips.")] = Path("clips"),
    mode: Mode = "viral",
    transcript: Transcript = None,
    shortest: Shortest = 15.0,
    longest: Longest = 60.0,
    count: Count = 3,
    aspect: Annotated[str, typer.Option("--aspect", help="9:16, 1:1, 16:9 or source.")] = "9:16",
    style: Annotated[str, typer.Option("--style", help="Caption style, or none.")] = "bold",
    as_json: JsonFlag = False,
) -> None:
    """The main job: find the moments and make captioned clips of them."""
    order = ClipOrder(mode, shortest, longest, count, aspect, style)
    made, failures = [], []
    tools = workshop(read_settings())
    with show.bars(quiet=as_json) as area:
        for file in media_files(source):
            try:
                with show.bar(area, file.name) as bar:
                    made.append(clips_of(file, out, order, tools, transcript=transcript, watch=bar))
            except KinoloopError as error:
                failures.append((file, error))
    if as_json:
        show.emit(shapes.batch_json(made, failures))
    else:
        _tell(made, failures)
    if failures:
        raise typer.Exit(1)
    if not made:
        raise MediaError(f"No media files in {source}.", fix="Give a film, or a folder that holds some.")


def _two(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _seconds(clip: MadeClip) -> str:
    return f"{float(clip.artefact.duration):.1f} s"


def _tell(made: list[FileClips], failures: list[tuple[Path, KinoloopError]]) -> None:
    rows = [
        (clip.artefact.path, clip.moment.span, _seconds(clip), _two(clip.moment.score), clip.moment.reason)
        for one in made
        for clip in one.clips
    ]
    show.table(plural(len(rows), "clip"), ("file", "from the source", "length", "score", "why"), rows)
    for one in made:
        for note in one.notes:
            show.say(f"{one.source.name}: {note}")
    for file, error in failures:
        show.say(f"{file}:")
        show.tell_error(error, as_json=False)
