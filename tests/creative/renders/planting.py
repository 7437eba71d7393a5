"""A small ad made by the house's own parts, and the same ad with one defect planted in a known scene."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Span
from kinoloop.creative.renders.records import Wanted, WantedScene, WantedText
from kinoloop.media.audio_mix import level
from kinoloop.media.captions.overlay import Captions
from kinoloop.media.captions.records import Cue
from kinoloop.media.captions.rules import cues_from_words
from kinoloop.media.captions.safe import SafeZone, zone_named
from kinoloop.media.captions.styles import Style, style_named
from kinoloop.media.encoder import Encoder
from kinoloop.media.gate.records import TextBox, Texts
from kinoloop.media.gate.texts import ExpectedTexts
from kinoloop.media.mux import Piece, join, write_pictures, write_sound
from kinoloop.media.spans import SOUND_RATE, Sound
from kinoloop.media.subtitles import spread
from tests.films import draw_film

Pixels = NDArray[np.uint8]
RATE = Fraction(30)
SCENE = Fraction(3)
TOO_LOW = SafeZone(0.06, 0.6, 0.06, 0.02, 0.92)
LINES = (
    "Still working in the dark?",
    "This lamp follows the daylight.",
    "It folds flat to three centimetres.",
    "Order yours today.",
)


@dataclass(frozen=True)
class Film:
    """What is wanted, and what is drawn instead.

    `change` alters the picture of a number, `hear` the finished sound. Scenes (from 0) in `left_out` get no
    captions, those in `moved` get them too low; `hushed` leaves out the sound stream; `break_up` damages the
    file's data in the middle.
    """

    size: tuple[int, int] = (360, 640)
    lines: tuple[str, ...] = LINES
    style: str = "bold"
    zone: str | None = None
    seed: int = 1
    drawn_style: Style | None = None
    drawn_lines: tuple[str, ...] | None = None
    left_out: tuple[int, ...] = ()
    moved: tuple[int, ...] = ()
    hushed: bool = False
    change: Callable[[int, Pixels], Pixels] | None = None
    hear: Callable[[Sound], Sound] | None = None
    break_up: bool = False
    pictures: int | None = None
    encoder: Encoder = field(default_factory=lambda: Encoder(preset="ultrafast", crf=23))

    @property
    def scenes(self) -> tuple[Span, ...]:
        return tuple(Span(SCENE * n, SCENE * (n + 1)) for n in range(len(self.lines)))

    @property
    def duration(self) -> Fraction:
        return SCENE * len(self.lines)

    @property
    def texts(self) -> Texts:
        return Texts(self.cues(self.lines), self.style, self.zone)

    def cues(self, lines: Sequence[str]) -> tuple[Cue, ...]:
        words = [
            word
            for scene, line in zip(self.scenes, lines, strict=True)
            for word in spread(line, Span(scene.start, scene.start + Fraction(5, 2)))
        ]
        return cues_from_words(words)


def wanted_for(film: Film, **changes: object) -> Wanted:
    """What the gate is to hold the film against."""
    expected = ExpectedTexts(film.texts, *film.size)
    scenes = tuple(WantedScene(n, *_ms(span)) for n, span in enumerate(film.scenes, 1))
    wanted = Wanted(
        round(film.duration * 1000),
        *film.size,
        scenes=scenes,
        texts=tuple(map(wanted_text, expected.boxes)),
        zone=expected.zone,
        rate=RATE,
    )
    return replace(wanted, **changes)  # type: ignore[arg-type]  # fields of Wanted, named by the tests


def wanted_text(box: TextBox) -> WantedText:
    return WantedText(box.key, box.text, *_ms(box.span), box.box, box.letter_height)


def make(film: Film, out: Path) -> Path:
    """Draw, caption, level, encode and join the film."""
    with TemporaryDirectory() as name:
        picture, sound, drawn = (Path(name) / part for part in ("p.mp4", "s.m4a", "drawn.mp4"))
        width, height = film.size
        draw_film(
            drawn,
            seconds=float(film.duration),
            size=film.size,
            rate=RATE,
            shots=len(film.lines),
            sound="none",
            seed=film.seed,
            options={"preset": "ultrafast"},
        )
        write_pictures(_frames(film, drawn), picture, film.encoder, width=width, height=height, rate=RATE)
        heard = _music(float(film.duration))
        write_sound(film.hear(heard) if film.hear else heard, sound, film.encoder)
        join([Piece(picture, 0)], None if film.hushed else sound, out, rate=RATE)
    if film.break_up:
        _damage(out)
    return out


def _frames(film: Film, drawn: Path) -> Iterator[av.VideoFrame]:
    layers = _layers(film)
    with av.open(str(drawn)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number == film.pictures:
                return
            pixels = picture.to_ndarray(format="rgb24").astype(np.uint8)
            changed = film.change(number, pixels) if film.change else pixels
            frame = av.VideoFrame.from_ndarray(changed, format="rgb24").reformat(format="yuv420p")
            for captions in layers:
                captions.draw_on(frame, number / RATE)
            frame.pts, frame.time_base = number, 1 / RATE
            yield frame


def _layers(film: Film) -> list[Captions]:
    """Captions where they belong, and those that are moved."""
    style = film.drawn_style or style_named(film.style)
    zone = zone_named(film.zone) if film.zone else None
    cues = film.cues(film.drawn_lines or film.lines)
    kept = {n: [c for c in cues if film.scenes[n].contains(c.span.middle)] for n in range(len(film.lines))}
    right = [c for n, some in kept.items() if n not in (*film.left_out, *film.moved) for c in some]
    wrong = [c for n, some in kept.items() if n in film.moved for c in some]
    return [
        Captions(some, style, *film.size, there) for some, there in ((right, zone), (wrong, TOO_LOW)) if some
    ]


def _music(seconds: float) -> Sound:
    """A lively chord with a beat, brought to -14 LUFS."""
    clock = np.arange(round(seconds * SOUND_RATE)) / SOUND_RATE
    beat = 0.55 + 0.45 * np.exp(-6 * (clock % 0.5))
    tones = sum(np.sin(2 * np.pi * pitch * clock) / n for n, pitch in enumerate((220, 277, 330, 440), 1))
    wave = (0.1 * beat * tones).astype(np.float32)
    return level(np.stack([wave, wave]), -14.0).sound


def _ms(span: Span) -> tuple[int, int]:
    return round(span.start * 1000), round(span.end * 1000)


def _damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 3000] = bytes(3000)
    path.write_bytes(data)
