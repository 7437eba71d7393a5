"""Make one clip: decode its span, frame it, caption it, level its sound, encode, join, check.

With a segment cache the picture is encoded in pieces of four seconds of source time, so a nudged
edge or a changed caption encodes only the pieces it touches. Nothing is left behind on failure.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial
from itertools import pairwise
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np

from kinoloop.core.errors import InputError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_file, hash_json
from kinoloop.core.timecode import Seconds, Span, short_clock
from kinoloop.media.captions.overlay import Captions
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.styles import style_named
from kinoloop.media.crop import CropPath, centred
from kinoloop.media.encoder import DEFAULT, Encoder
from kinoloop.media.framing import HIGH_RANGE, Framer
from kinoloop.media.levelled import write_levelled
from kinoloop.media.mux import Piece, join, write_pictures, write_sound
from kinoloop.media.probe import probe
from kinoloop.media.records import Artefact, MediaInfo, VideoStream
from kinoloop.media.segments import SegmentCache
from kinoloop.media.spans import LONGEST_HOLD, SOUND_RATE, pictures_at, sound_of
from kinoloop.media.verify import verify
from kinoloop.media.watch import SilentWatch, Watch

VERSION = 2
"""Part of every segment's key: raise it when the same plan gives other pictures."""
SEGMENT = Fraction(4)
_USUAL = tuple(
    Fraction(*pair)
    for pair in (
        (24000, 1001),
        (24, 1),
        (25, 1),
        (30000, 1001),
        (30, 1),
        (48, 1),
        (50, 1),
        (60000, 1001),
        (60, 1),
    )
)


@dataclass(frozen=True)
class ClipPlan:
    """What to make. `cues` count from the clip's start; `aspect` None keeps the source's shape.

    `height` is the output's, in pixels; `crop` None means the middle; `loudness` in LUFS, None leaves
    the sound as it is; `rate` None chooses one from the source; `sha256` of the source saves hashing it.
    """

    source: Path
    span: Span
    aspect: Fraction | None = None
    height: int = 1920
    crop: CropPath | None = None
    cues: tuple[Cue, ...] = ()
    style: str = "bold"
    loudness: float | None = -14.0
    rate: Fraction | None = None
    sha256: str | None = None


@dataclass
class _Job:
    """A plan with everything about its source decided."""

    plan: ClipPlan
    encoder: Encoder
    info: MediaInfo
    video: VideoStream
    watch: Watch
    notes: list[str] = field(default_factory=list)

    @cached_property
    def rate(self) -> Fraction:
        return self.plan.rate or output_rate(self.video)

    @cached_property
    def size(self) -> tuple[int, int]:
        return output_size(self.video, self.plan.aspect, self.plan.height)

    @cached_property
    def times(self) -> list[Seconds]:
        """When each output picture is taken from the source."""
        count = max(1, round(self.plan.span.duration * self.rate))
        return [self.plan.span.start + number / self.rate for number in range(count)]

    @cached_property
    def crop(self) -> CropPath | None:
        if self.plan.aspect is None or self.plan.crop is not None:
            return self.plan.crop
        return centred(self.video.display_width, self.video.display_height, self.plan.aspect, self.plan.span)

    @cached_property
    def captions(self) -> Captions | None:
        if not self.plan.cues:
            return None
        return Captions(self.plan.cues, style_named(self.plan.style), *self.size)

    @property
    def duration(self) -> Seconds:
        return len(self.times) / self.rate


def render_clip(
    plan: ClipPlan,
    out: Path,
    *,
    encoder: Encoder = DEFAULT,
    cache: SegmentCache | None = None,
    watch: Watch | None = None,
) -> Artefact:
    """Make the clip, decode it again, and tell what it is. Raises MediaError, InputError, IntegrityError."""
    job = _job(plan, encoder.require(), watch or SilentWatch())
    with TemporaryDirectory(prefix="kinoloop-") as name:
        folder = Path(name)
        sound = _sound(job, folder / "sound.m4a")
        pieces = _kept(job, cache) if cache else [_whole(job, folder / "picture.mp4")]
        with whole_file(out) as part:
            join(pieces, sound, part, rate=job.rate)
            width, height = job.size
            return verify(
                part,
                span_duration=job.duration,
                width=width,
                height=height,
                frames=len(job.times),
                shown_as=out,
                notes=tuple(job.notes),
            )


def output_rate(video: VideoStream) -> Fraction:
    """A constant rate for the clip: the source's own, a usual one where it varies or is odd, at most 60."""
    average = video.average_rate or Fraction(25)
    while average > Fraction(121, 2):
        average /= 2
    near = min(_USUAL, key=lambda usual: abs(usual - average))
    if abs(near - average) <= average / 500 or video.variable_rate or average < 8:
        return max(near, Fraction(24000, 1001))
    return average.limit_denominator(1001)


def output_size(video: VideoStream, aspect: Fraction | None, height: int) -> tuple[int, int]:
    """Even width and height; the source's display shape when `aspect` is None."""
    shape = aspect or Fraction(video.display_width, video.display_height)
    high = max(2, height // 2 * 2)
    return max(2, round(high * shape / 2) * 2), high


def _job(plan: ClipPlan, encoder: Encoder, watch: Watch) -> _Job:
    info = probe(plan.source)
    if info.video is None:
        raise InputError(f"'{plan.source.name}' has no picture to make a clip of.", fix="Choose a film.")
    if plan.span.start >= info.duration or plan.span.duration <= 0:
        raise InputError(
            f"The stretch {plan.span} lies outside '{plan.source.name}'.",
            why=f"It lasts {float(info.duration):.2f} s.",
            fix="Choose a stretch inside it.",
        )
    style_named(plan.style)
    end = info.video.start - info.start + (info.video.duration or info.duration)
    notes = []
    if plan.span.start < end < plan.span.end - LONGEST_HOLD:
        plan = replace(plan, span=Span(plan.span.start, end))
        notes.append(f"the picture ends at {short_clock(end)}, and so does the clip")
    job = _Job(plan, encoder, info, info.video, watch, notes)
    if job.captions is not None and job.captions.note:
        job.notes.append(job.captions.note)
    return job


def _sound(job: _Job, out: Path) -> Path:
    """The clip's sound file, levelled where the plan asks for it."""
    plan = job.plan
    found = sound_of(
        plan.source, job.info, Span(plan.span.start, plan.span.start + job.duration), watch=job.watch
    )
    if found is None:
        job.notes.append("no sound in the source: the clip has a silent track")
        silent = np.zeros((2, round(job.duration * SOUND_RATE)), np.float32)
        write_sound(silent, out, job.encoder)
        return out
    if plan.loudness is None:
        write_sound(found, out, job.encoder)
        return out
    if note := write_levelled(found, out, job.encoder, plan.loudness):
        job.notes.append(note)
    return out


def _whole(job: _Job, out: Path) -> Piece:
    _encode(job, range(len(job.times)), out)
    return Piece(out, 0)


def _kept(job: _Job, cache: SegmentCache) -> list[Piece]:
    """The clip's pieces, from the cache where they are kept."""
    source = job.plan.sha256 or hash_file(job.plan.source)
    pieces = []
    for numbers in segment_ranges(job.times):
        path = cache.fetch(_key(job, source, numbers), partial(_encode, job, numbers))
        pieces.append(Piece(path, numbers.start))
        job.watch.progress(numbers.stop, len(job.times), "rendering")
    return pieces


def segment_ranges(times: list[Seconds]) -> list[range]:
    """Runs of picture numbers between the multiples of four seconds of source time."""
    edges, number = [0], 0
    while number < len(times):
        following = (times[number] // SEGMENT + 1) * SEGMENT
        step = times[1] - times[0] if len(times) > 1 else SEGMENT
        number = min(len(times), number + max(1, ceil((following - times[number]) / step)))
        edges.append(number)
    return [range(a, b) for a, b in pairwise(edges)]


def _key(job: _Job, source: str, numbers: range) -> str:
    """All that shapes the bytes of these pictures."""
    times = [job.times[number] for number in numbers]
    corners = []
    if job.crop is not None:
        corners = [
            (piece.fit, piece.corner(at) if piece.keys else ())
            for at in times
            for piece in [job.crop.piece(at)]
        ]
    size = (job.crop.width, job.crop.height) if job.crop else None
    captions = None
    if job.captions is not None:
        looks = [job.captions.looks(number / job.rate) for number in numbers]
        captions = looks if any(looks) else None
    return hash_json(
        [
            VERSION,
            source,
            str(times[0]),
            len(times),
            str(job.rate),
            job.size,
            size,
            corners,
            captions,
            job.encoder.key,
        ]
    )


def _encode(job: _Job, numbers: range, out: Path) -> None:
    width, height = job.size
    write_pictures(_pictures(job, numbers), out, job.encoder, width=width, height=height, rate=job.rate)


def _pictures(job: _Job, numbers: range) -> Iterator[av.VideoFrame]:
    """Output pictures of these numbers, their pts counting from the first."""
    framer = Framer(job.video, job.crop, *job.size)
    times = job.times[numbers.start : numbers.stop]
    for place, picture in pictures_at(job.plan.source, job.info, times, watch=job.watch):
        if place == 0 and numbers.start == 0 and int(picture.color_trc) in HIGH_RANGE:
            job.notes.append("degraded picture: high dynamic range is shown without tone mapping")
        made = framer.frame(picture, times[place], place, job.rate)
        number = numbers.start + place
        if job.captions is not None:
            job.captions.draw_on(made, number / job.rate)
        if number % 25 == 0:
            job.watch.progress(float(number / job.rate), float(job.duration), "rendering")
        yield made
