"""Make one ad: lay out its shots, encode the pieces that are not kept, mix its sound, join, check.

Pieces are found by the hash of all that shapes their pictures, so a changed shot encodes itself and the mixes
beside it. Each piece is decoded once when it is made and sealed. Nothing is left behind on failure.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import av

from kinoloop.core.errors import IntegrityError
from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_bytes, hash_json
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.ad.canvas import mix
from kinoloop.media.ad.layers import Layers
from kinoloop.media.ad.records import AdPlan
from kinoloop.media.ad.reels import Reel, reel_for
from kinoloop.media.ad.rules import Place, Stretch, check_plan, lay_out, share, stretches
from kinoloop.media.ad.seal import seal, sealed_note
from kinoloop.media.ad.soundtrack import Soundtrack
from kinoloop.media.ad.sources import Film, Sources
from kinoloop.media.encoder import DEFAULT, Encoder
from kinoloop.media.levelled import write_levelled
from kinoloop.media.mux import Piece, join, write_pictures
from kinoloop.media.records import Artefact
from kinoloop.media.segments import SegmentCache
from kinoloop.media.spans import Sound
from kinoloop.media.verify import decoded, verify
from kinoloop.media.watch import SilentWatch, Watch

VERSION = 1
"""Part of every piece's key: raise it when the same plan gives other pictures or sound."""


def render_ad(
    plan: AdPlan,
    out: Path,
    *,
    encoder: Encoder = DEFAULT,
    cache: SegmentCache | None = None,
    watch: Watch | None = None,
) -> Artefact:
    """Make the ad and tell what it is. Raises InputError, MediaError, IntegrityError, CancelledError.

    `cache` keeps the encoded pieces for the next time; without it they are made in a temporary folder.
    """
    check_plan(plan)
    job = _Job(plan, encoder.require(), watch or SilentWatch())
    with TemporaryDirectory(prefix="kinoloop-") as name:
        shelf = _Shelf(cache or SegmentCache(Path(name)))
        try:
            sound = None if plan.sound.silent else _sound(job, shelf)
            pieces = [_piece(job, stretch, shelf) for stretch in job.stretches]
        finally:
            job.close()
        with whole_file(out) as part:
            join(pieces, sound, part, rate=plan.rate)
            return verify(
                part,
                span_duration=job.duration,
                width=plan.width,
                height=plan.height,
                frames=job.count,
                sound=not plan.sound.silent,
                copied=Span(Fraction(0), 2 * job.duration),
                shown_as=out,
                notes=tuple(job.notes),
            )


@dataclass
class _Job:
    """A plan with everything about its sources decided, and the reels that read them."""

    plan: AdPlan
    encoder: Encoder
    watch: Watch
    sources: Sources = field(default_factory=Sources)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        plan = self.plan
        self.places: tuple[Place, ...] = lay_out(plan.shots, plan.rate)
        self.stretches = stretches(self.places, plan.rate)
        self.layers = Layers(plan)
        self.notes += self.layers.notes
        self.reels = [self._reel(number) for number in range(len(plan.shots))]

    @property
    def count(self) -> int:
        return self.places[-1].end

    @property
    def duration(self) -> Seconds:
        return self.count / self.plan.rate

    @cached_property
    def settings(self) -> list[object]:
        """What shapes every piece alike."""
        plan = self.plan
        return [VERSION, plan.width, plan.height, str(plan.rate), self.encoder.key]

    def close(self) -> None:
        for reel in self.reels:
            reel.close()

    def _reel(self, number: int) -> Reel:
        plan, place, shot = self.plan, self.places[number], self.plan.shots[number]
        source = self.sources.of(shot, number + 1, (place.count - 1) / plan.rate)
        note = "degraded picture: high dynamic range is shown without tone mapping"
        if isinstance(source, Film) and source.high_range and note not in self.notes:
            self.notes.append(note)
        return reel_for(shot, source, (plan.width, plan.height), plan.rate, place.count, self.watch)


@dataclass(frozen=True)
class _Shelf:
    """Where sealed pieces are kept; a damaged one is dropped and made again."""

    cache: SegmentCache

    def fetch(self, key: str, make: Callable[[Path], str]) -> tuple[Path, str]:
        """The piece and its note; `make(path)` writes it, checks it and gives the note."""
        kept = self.cache.get(key)
        note = None if kept is None else sealed_note(kept)
        if kept is not None and note is not None:
            return kept, note
        self.cache.drop(key)
        path = self.cache.fetch(key, partial(_sealed, make))
        return path, sealed_note(path) or ""


def _sealed(make: Callable[[Path], str], part: Path) -> None:
    seal(part, make(part))


def _sound(job: _Job, shelf: _Shelf) -> Path:
    sound, wanted = job.plan.sound, job.encoder
    job.watch.progress(0, job.count, "mixing sound")
    mixed = Soundtrack(job.plan, job.places, job.sources, job.watch).mixed()
    key = hash_json([VERSION, "sound", hash_bytes(mixed.tobytes()), sound.loudness, wanted.key])
    path, note = shelf.fetch(key, partial(_levelled, mixed, wanted, sound.loudness))
    if note:
        job.notes.append(note)
    return path


def _levelled(mixed: Sound, encoder: Encoder, loudness: float, part: Path) -> str:
    return write_levelled(mixed, part, encoder, loudness) or ""


def _piece(job: _Job, stretch: Stretch, shelf: _Shelf) -> Piece:
    """The stretch encoded, from the shelf where it is kept."""
    path, _ = shelf.fetch(_key(job, stretch), partial(_encode, job, stretch))
    for shot in stretch.shots:
        if job.places[shot].end <= stretch.end:
            job.reels[shot].close()
    job.watch.progress(stretch.end, job.count, "rendering")
    return Piece(path, stretch.first)


def _key(job: _Job, stretch: Stretch) -> str:
    """All that shapes the bytes of these pictures, and nothing about where in the film they stand."""
    looks = [job.reels[shot].looks(_local(job, stretch, shot)) for shot in stretch.shots]
    mixed = (
        [share(number, job.places[stretch.shots[1]]) for number in stretch.numbers] if _mixes(stretch) else []
    )
    return hash_json([job.settings, looks, mixed, job.layers.looks(stretch.numbers)])


def _local(job: _Job, stretch: Stretch, shot: int) -> range:
    first = job.places[shot].first
    return range(stretch.first - first, stretch.end - first)


def _mixes(stretch: Stretch) -> bool:
    return len(stretch.shots) > 1


def _encode(job: _Job, stretch: Stretch, part: Path) -> str:
    """Encode the stretch and decode it again."""
    plan = job.plan
    frames = _pictures(job, stretch)
    write_pictures(frames, part, job.encoder, width=plan.width, height=plan.height, rate=plan.rate)
    seen, size = decoded(part)
    if seen != len(stretch.numbers) or size != (plan.width, plan.height):
        raise IntegrityError(
            "A piece of the ad did not pass its check.",
            why=f"It has {seen} pictures of {size} instead of {len(stretch.numbers)}.",
            fix="Nothing was kept. Try again; if it repeats, report it with the plan.",
        )
    return ""


def _pictures(job: _Job, stretch: Stretch) -> Iterator[av.VideoFrame]:
    """Finished pictures, their pts counting from the first of the stretch."""
    for place, number in enumerate(stretch.numbers):
        frame = _of_shot(job, stretch.shots[0], number)
        if _mixes(stretch):
            entering = stretch.shots[1]
            mix(frame, _of_shot(job, entering, number), share(number, job.places[entering]))
        job.layers.draw_on(frame, number)
        frame.pts, frame.time_base = place, 1 / job.plan.rate
        if number % 25 == 0:
            job.watch.check()
            job.watch.progress(number, job.count, "rendering")
        yield frame


def _of_shot(job: _Job, shot: int, number: int) -> av.VideoFrame:
    return job.reels[shot].frame(number - job.places[shot].first)
