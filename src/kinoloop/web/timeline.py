"""The timeline under the player, worked out on the server: lanes of blocks in percent of the file. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np

from kinoloop.core.timecode import Span
from kinoloop.media.records import Analysis, SoundTrack, Word
from kinoloop.media.tracks import load_analysis
from kinoloop.web.words import length_words

POINTS = 400
QUIET, LOUD = -60.0, 0.0
"""LUFS at the foot and at the top of the loudness lane."""
STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
PHRASE_WORDS = 12
PHRASE_PAUSE = Fraction(7, 10)


@dataclass(frozen=True)
class Block:
    """A stretch of a lane: `x` and `width` in percent, `start` and `end` in seconds."""

    x: float
    width: float
    start: float
    end: float
    label: str
    key: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Loudness:
    """The area of the loudness lane as an SVG path in a box of `points` by 100, and the numbers beside it."""

    path: str
    points: int
    integrated: float | None
    peak: float | None


@dataclass(frozen=True)
class Sound:
    """What the lanes need of the sound. `reasons` says why a lane is empty."""

    loudness: Loudness | None
    speech: tuple[Span, ...] | None
    reasons: dict[str, str]


@dataclass(frozen=True)
class Phrase:
    """Words said in one breath."""

    start: float
    end: float
    text: str


def block(span: Span, duration: float, label: str, *, key: str = "", kind: str = "") -> Block:
    """Place a span; it is at least wide enough to be seen and to be hit."""
    start, end = float(span.start), float(span.end)
    x = round(100 * start / duration, 3)
    width = max(round(100 * (end - start) / duration, 3), 0.2)
    return Block(x, min(width, 100 - x), start, end, label, key, kind)


def ticks(duration: float, *, most: int = 8) -> tuple[Tick, ...]:
    """Round marks, at most `most` of them."""
    step = next((step for step in STEPS if duration / step <= most), STEPS[-1])
    count = int(duration // step) + 1
    return tuple(
        Tick(round(100 * n * step / duration, 3), length_words(n * step) or "") for n in range(count)
    )


def sound_of(path: Path | None) -> Sound:
    """The sound lanes of an analysed file; reasons where there is nothing to draw."""
    if path is None:
        return _nothing("the file is not analysed yet")
    if not path.is_file():
        return _nothing("the analysis file is gone; ingest the file again")
    return _kept(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _kept(path: Path, _changed: int) -> Sound:
    return sound_lanes(load_analysis(path))


def sound_lanes(analysis: Analysis) -> Sound:
    sound = analysis.sound
    if sound is None:
        return _nothing(analysis.reasons.get("sound", "there is no sound"))
    reasons = {} if sound.speech is not None else {"speech": sound.speech_reason or "it was not looked for"}
    return Sound(_loudness(sound, float(analysis.duration)), sound.speech, reasons)


def _nothing(why: str) -> Sound:
    return Sound(None, None, {"loudness": why, "speech": why})


def _loudness(sound: SoundTrack, duration: float) -> Loudness | None:
    if len(sound.times) == 0 or duration <= 0:
        return None
    points = min(POINTS, len(sound.times))
    bins = np.clip((sound.times / duration * points).astype(int), 0, points - 1)
    levels = np.full(points, QUIET)
    np.maximum.at(levels, bins, np.clip(np.nan_to_num(sound.momentary, neginf=QUIET), QUIET, LOUD))
    heights = 100 * (LOUD - levels) / (LOUD - QUIET)
    line = " ".join(f"L{x} {y:.0f}" for x, y in enumerate(heights))
    return Loudness(
        f"M0 100 {line} L{points} {heights[-1]:.0f} L{points} 100 Z", points, sound.integrated, sound.peak
    )


def phrases(words: Sequence[Word]) -> tuple[Phrase, ...]:
    """Words gathered into lines that a person can read and click: up to twelve, cut at pauses."""
    return tuple(
        Phrase(float(line[0].start), float(line[-1].end), " ".join(word.text for word in line))
        for line in _lines(words)
    )


def _lines(words: Iterable[Word]) -> Iterable[list[Word]]:
    line: list[Word] = []
    for word in words:
        if line and (len(line) >= PHRASE_WORDS or word.start - line[-1].end > PHRASE_PAUSE):
            yield line
            line = []
        line.append(word)
    if line:
        yield line
