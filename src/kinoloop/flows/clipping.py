"""Making clip files of one film: crop, captions, loudness, cut; each checked before it counts.

Works on files alone. The durable flow `cut_moments` calls the same pieces step by step.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from kinoloop.core.errors import InputError, MediaError
from kinoloop.core.ids import hash_file
from kinoloop.core.timecode import Span
from kinoloop.flows.looking import Look, look_at, moments_in, probe_file
from kinoloop.flows.order import ClipOrder
from kinoloop.flows.tools import Tools
from kinoloop.footage.moments.records import Found
from kinoloop.media.crop import CropPath
from kinoloop.media.guard import guarded
from kinoloop.media.records import Artefact
from kinoloop.media.watch import SilentWatch, Watch
from kinoloop.media.work import ClipFiles, ClipJob


@dataclass(frozen=True)
class MadeClip:
    """A finished clip: its files, the stretch of source it shows and why it was chosen."""

    moment: Found
    artefact: Artefact
    files: ClipFiles


@dataclass(frozen=True)
class FileClips:
    """What became of one film. `notes` say what was missing and what was done without it."""

    source: Path
    clips: tuple[MadeClip, ...]
    notes: tuple[str, ...]


def crops_for(
    source: Path, spans: Sequence[Span], order: ClipOrder, shots: Sequence[Span], tools: Tools, watch: Watch
) -> tuple[CropPath | None, ...]:
    """Where the frame looks during each span; all None when the source shape is kept."""
    if order.ratio is None:
        return (None,) * len(spans)
    args = (source.resolve(), tuple(spans), order.ratio, tuple(shots))
    paths: tuple[CropPath | None, ...] = guarded(
        "kinoloop.media.work:plan_crops", *args, limits=tools.limits, watch=watch
    )
    return paths


def make_clip(job: ClipJob, tools: Tools, watch: Watch) -> tuple[Artefact, ClipFiles]:
    """Render, check, write the subtitle files and a thumbnail, in a process of its own."""
    target = "kinoloop.media.work:make_clip"
    made: tuple[Artefact, ClipFiles] = guarded(
        target, job, tools.encoder, tools.cache, limits=tools.limits, watch=watch
    )
    return made


def clip_name(stem: str, number: int, order: ClipOrder) -> str:
    """`holiday-1-9x16.mp4`."""
    return f"{stem}-{number}-{order.aspect.replace(':', 'x')}.mp4"


def clips_of(
    source: Path, out: Path, order: ClipOrder, tools: Tools, *, transcript: Path | None, watch: Watch
) -> FileClips:
    """The whole job on one film without a database."""
    look = look_at(source, "full", tools, transcript=transcript, watch=watch)
    _need_picture(look)
    found = moments_in(look, order, tools)
    moments = tuple(sorted(found.moments, key=lambda m: m.span))
    watch.progress(0, 1, "choosing the frame")
    shots = look.analysis.shots() if look.analysis else ()
    crops = crops_for(source, [m.span for m in moments], order, shots, tools, SilentWatch())
    job = ClipJob(
        source=source.resolve(),
        sha256=hash_file(source),
        aspect=order.ratio,
        height=order.pixels_high,
        words=look.transcript,
        style=order.style,
        span=look.info.whole,
        out=out,
    )
    made = []
    for number, (moment, crop) in enumerate(zip(moments, crops, strict=True), 1):
        target = (out / clip_name(source.stem, number, order)).resolve()
        this = replace(job, span=moment.span, crop=crop, out=target)
        artefact, files = make_clip(this, tools, Counted(watch, number, len(moments)))
        made.append(MadeClip(moment, artefact, files))
    said = (note for clip in made for note in clip.artefact.notes)
    return FileClips(source, tuple(made), tuple(dict.fromkeys((*look.notes, *found.notes, *said))))


def _need_picture(look: Look) -> None:
    if look.info.video is None:
        raise MediaError(
            f"{look.source.name} has no picture.",
            why="A clip needs a video stream.",
            fix="Give a film, or use `kinoloop moments` to look at sound alone.",
        )


@dataclass(frozen=True)
class Counted:
    """A watch that says which clip of how many is being made."""

    watch: Watch
    number: int
    total: int

    def progress(self, done: float, total: float, note: str = "") -> None:
        label = f"clip {self.number} of {self.total}"
        self.watch.progress(done, total, f"{label}, {note}" if note else label)

    def check(self) -> None:
        self.watch.check()


def cut_span(
    source: Path, start: Fraction, end: Fraction, out: Path, tools: Tools, *, watch: Watch
) -> Artefact:
    """Cut a stretch frame-accurately at source geometry. Raises InputError when it is not inside the file."""
    info = probe_file(source, tools)
    if not 0 <= start < end <= info.duration:
        raise InputError(
            f"The stretch {float(start):.3f} to {float(end):.3f} s is not inside {source.name}.",
            why=f"The file runs from 0 to {float(info.duration):.3f} s.",
            fix="Choose a start before the end, both inside the file.",
        )
    target = "kinoloop.media.work:cut_file"
    made: Artefact = guarded(
        target,
        source.resolve(),
        Span(start, end),
        out.resolve(),
        tools.encoder,
        limits=tools.limits,
        watch=watch,
    )
    return made
