"""Draw the sample shoot: three short films with known cuts, words and silences, and a record of the truth.

Each film carries the word SAMPLE along its top. The same seed gives the same films.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from PIL import Image, ImageDraw

from kinoloop.core.files import whole_file
from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.captions.blend import Sprite, blend, sprite_of
from kinoloop.media.captions.fonts import font_of
from kinoloop.media.captions.rules import WIDE, cues_from_words
from kinoloop.media.encoder import Encoder
from kinoloop.media.mux import Piece, join, write_pictures, write_sound
from kinoloop.media.records import Word
from kinoloop.media.sample.art import STAGE, Picture
from kinoloop.media.sample.scenes import Moment, Scene, View, scene_of
from kinoloop.media.sample.script import SCRIPTS, Beat, Script
from kinoloop.media.sample.sound import envelope, mix, voice_samples
from kinoloop.media.speak import Speech, speak
from kinoloop.media.subtitles import write_srt, write_vtt
from kinoloop.media.watch import SilentWatch, Watch

SIZE = (1280, 720)
RATE = Fraction(25)
LABEL_EVERY = 288
"""Pixels from plate to plate: an upright crop of 720 lines is 405 wide."""
_LEAD, _REST, _MIX = Fraction(3, 10), Fraction(4, 10), Fraction(12, 25)
_ENCODER = Encoder(preset="ultrafast", crf=24, extra=(("g", "50"),))


@dataclass(frozen=True)
class SampleFilm:
    """A drawn film and what is true of it; times in exact seconds."""

    path: Path
    subtitles: Path
    duration: Seconds
    cuts: tuple[Seconds, ...]
    dissolves: tuple[Span, ...]
    words: tuple[Word, ...]
    loudest: Span
    """The shot with the surprise: the highest voice and the most motion."""


@dataclass(frozen=True)
class _Shot:
    beat: Beat
    scene: Scene
    span: Span
    speech: Speech | None


def draw_sample_shoot(folder: Path, *, seed: int = 7, watch: Watch | None = None) -> tuple[SampleFilm, ...]:
    """Three films of 20 to 35 s with subtitles beside them, and `truth.json`. Needs espeak-ng's library."""
    watch = watch or SilentWatch()
    folder.mkdir(parents=True, exist_ok=True)
    films = []
    for number, script in enumerate(SCRIPTS):
        watch.progress(number, len(SCRIPTS), f"drawing {script.name}")
        films.append(_draw(script, folder, seed + 20 * number, watch))
    _write_truth(films, folder / "truth.json", seed)
    return tuple(films)


def _draw(script: Script, folder: Path, seed: int, watch: Watch) -> SampleFilm:
    shots = _plan(script, seed)
    duration = shots[-1].span.end
    words = tuple(word for shot in shots for word in _shot_words(shot))
    spoken = [
        (shot.span.start + _LEAD, voice_samples(shot.speech), shot.beat.loud) for shot in shots if shot.speech
    ]
    voice = mix(duration, spoken, music=False)
    path = folder / f"{script.name}.mp4"
    with TemporaryDirectory(prefix="kinoloop-") as name, whole_file(path) as part:
        picture, sound = Path(name) / "picture.mp4", Path(name) / "sound.m4a"
        frames = _frames(shots, envelope(voice, _times(duration)), watch)
        write_pictures(frames, picture, _ENCODER, width=SIZE[0], height=SIZE[1], rate=RATE)
        write_sound(mix(duration, spoken, music=True) if script.music else voice, sound, _ENCODER)
        join([Piece(picture, 0)], sound, part, rate=RATE)
    cues = cues_from_words(words, WIDE)
    write_srt(cues, path.with_suffix(".srt"))
    write_vtt(cues, path.with_suffix(".vtt"))
    loudest = max((shot for shot in shots if shot.speech), key=lambda shot: shot.beat.loud)
    return SampleFilm(
        path, path.with_suffix(".srt"), duration, _cuts(shots), _mixes(shots), words, loudest.span
    )


def _plan(script: Script, seed: int) -> list[_Shot]:
    """Shots one after another, each as long as its words need, on whole pictures."""
    shots: list[_Shot] = []
    start = Fraction(0)
    for beat, speech in zip(script.beats, _spoken(script), strict=True):
        said = _LEAD + speech.duration + _REST if speech else Fraction(0)
        length = max(said, Fraction(str(beat.least))) + Fraction(str(beat.quiet))
        end = start + Fraction(round(length * RATE)) / RATE
        shots.append(_Shot(beat, scene_of(beat, script.look, seed), Span(start, end), speech))
        start = end
    return shots


def _spoken(script: Script) -> list[Speech | None]:
    """What is said in each beat."""
    return [speak(beat.text, script.voice) if beat.text else None for beat in script.beats]


def _shot_words(shot: _Shot) -> list[Word]:
    begun = shot.span.start + _LEAD
    return [Word(w.text, w.start + begun, w.end + begun) for w in shot.speech.words] if shot.speech else []


def _times(duration: Seconds) -> list[Seconds]:
    return [number / RATE for number in range(round(duration * RATE))]


def _cuts(shots: Sequence[_Shot]) -> tuple[Seconds, ...]:
    return tuple(shot.span.start for shot in shots[1:] if not shot.beat.dissolve)


def _mixes(shots: Sequence[_Shot]) -> tuple[Span, ...]:
    """A dissolve begins half its length before the shot and ends half after."""
    middles = [shot.span.start for shot in shots[1:] if shot.beat.dissolve]
    return tuple(Span(at - _MIX / 2, at + _MIX / 2) for at in middles)


def _frames(shots: Sequence[_Shot], voice: Sequence[float], watch: Watch) -> Iterator[av.VideoFrame]:
    place = 0
    for number, level in enumerate(voice):
        at = number / RATE
        place += at >= shots[place].span.end
        frame = _frame(shots[place], at, level)
        other, share = _mixing(shots, place, at)
        if other is not None:
            _mix_in(frame, _frame(other, at, level), share)
        blend(frame, _label())
        frame.pts, frame.time_base = number, 1 / RATE
        if number % 25 == 0:
            watch.check()
        yield frame


def _mixing(shots: Sequence[_Shot], place: int, at: Seconds) -> tuple[_Shot | None, float]:
    """The other shot of a dissolve at this time and its share, else None."""
    for span, later in ((mix_span, n) for n, mix_span in _mix_places(shots)):
        if span.contains(at):
            share = float((at - span.start + 1 / RATE) / (span.duration + 1 / RATE))
            return (shots[later], share) if place < later else (shots[later - 1], 1 - share)
    return None, 0.0


def _mix_places(shots: Sequence[_Shot]) -> list[tuple[int, Span]]:
    starts = [(n, shot.span.start) for n, shot in enumerate(shots) if n and shot.beat.dissolve]
    return [(n, Span(at - _MIX / 2, at + _MIX / 2)) for n, at in starts]


def _frame(shot: _Shot, at: Seconds, level: float) -> av.VideoFrame:
    """The stage through the camera, as a yuv420p BT.709 frame."""
    seconds = float(at - shot.span.start)
    share = min(1.0, max(0.0, seconds / float(shot.span.duration)))
    voice = level if shot.speech else 0.0
    stage = shot.scene.stage(Moment(share, max(0.0, seconds), voice))
    return _filmed(stage, shot.scene.camera(share))


def _filmed(stage: Picture, view: View) -> av.VideoFrame:
    x, y, zoom = view
    wide, high = round(STAGE[0] / zoom), round(STAGE[1] / zoom)
    left = round(min(max(0.0, x * STAGE[0] - wide / 2), STAGE[0] - wide))
    top = round(min(max(0.0, y * STAGE[1] - high / 2), STAGE[1] - high))
    pixels = np.ascontiguousarray(np.asarray(stage)[top : top + high, left : left + wide])
    frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
    return frame.reformat(*SIZE, format="yuv420p", dst_colorspace="ITU709", interpolation="BILINEAR")


def _mix_in(frame: av.VideoFrame, other: av.VideoFrame, share: float) -> None:
    weight = round(share * 256)
    for mine, theirs in zip(frame.planes, other.planes, strict=True):
        a, b = (np.frombuffer(memoryview(plane), np.uint8) for plane in (mine, theirs))
        a[:] = (a.astype(np.uint16) * (256 - weight) + b.astype(np.uint16) * weight) >> 8


@cache
def _label() -> Sprite:
    """The word SAMPLE on small dark plates along the top, so close that every upright crop shows one."""
    font = font_of(20)
    wide = round(font.getlength("SAMPLE")) + 24
    band = Image.new("RGBA", (SIZE[0], 34), (0, 0, 0, 0))
    pen = ImageDraw.Draw(band)
    for x in range(24, SIZE[0] - wide, LABEL_EVERY):
        pen.rounded_rectangle((x, 0, x + wide - 1, 33), 9, fill=(12, 12, 16, 120))
        pen.text((x + 12, 24), "SAMPLE", (255, 255, 255, 210), font, "ls")
    return sprite_of(band, 0, 26, SIZE)


def _write_truth(films: Sequence[SampleFilm], path: Path, seed: int) -> None:
    truth = {"seed": seed, "rate": str(RATE), "films": [_truth(film) for film in films]}
    with whole_file(path) as part:
        part.write_text(json.dumps(truth, indent=1), encoding="utf-8")


def _truth(film: SampleFilm) -> dict[str, object]:
    return {
        "file": film.path.name,
        "duration": float(film.duration),
        "cuts": [float(at) for at in film.cuts],
        "dissolves": [[float(span.start), float(span.end)] for span in film.dissolves],
        "loudest": [float(film.loudest.start), float(film.loudest.end)],
        "words": [[word.text, float(word.start), float(word.end)] for word in film.words],
    }
