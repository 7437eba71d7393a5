"""Films that exist only as evidence: noise, distractors and peaks planted where we know them.

A film is a talk with pictures. Inside a peak the sound is louder, the picture moves more and the words hook;
outside, short bangs, flashes and lone hook words try to mislead. Everything comes from one seed.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from kinoloop.core.timecode import Span, exact
from kinoloop.footage.moments.records import Evidence, Mode
from kinoloop.media.records import Analysis, Boundary, PictureTrack, SoundTrack, Transcript, Word

SYLLABLES = "ba ko ri ten mol sa ve lun pa dor mi fe gra tos ne wil".split()  # noqa: SIM905 - reads better
PLAIN = tuple(a + b + c for a in SYLLABLES for b in SYLLABLES for c in ("", "na", "rel"))
"""A long tail of words that mean nothing, as side remarks have: hardly any of them comes twice."""
FILLER = ("we", "then", "over", "the", "and", "because", "from", "some", "of", "it")
HOT = {
    "viral": [
        "Why does nobody tell you this secret?",
        "You never guess the truth!",
        "Stop this mistake now!",
    ],
    "highlights": [
        "What an incredible goal!",
        "Absolutely amazing, the winner scored!",
        "WOW, the best result!",
    ],
    "summary": [
        "The engine turns heat into motion through the piston.",
        "Every piston moves the engine by heat.",
        "So the heat engine needs the piston for motion.",
    ],
}


@dataclass(frozen=True)
class Film:
    """A film's evidence and the spans that a person would have marked."""

    evidence: Evidence
    peaks: tuple[Span, ...]


def planted_film(
    seed: int,
    mode: Mode,
    *,
    seconds: int = 600,
    peaks: int = 3,
    transcript: bool = True,
    analysis: bool = True,
    height: float = 1.0,
) -> Film:
    """Draw a film of `seconds` with `peaks` peaks of 18 to 40 s, apart from each other."""
    random = np.random.default_rng(seed)
    spans = _planted(random, seconds, peaks)
    heard = _transcript(random, seconds, spans, mode) if transcript else None
    seen = _analysis(random, seconds, spans, height) if analysis else None
    return Film(Evidence(Fraction(seconds), seen, heard), spans)


def _planted(random: np.random.Generator, seconds: int, peaks: int) -> tuple[Span, ...]:
    room = seconds / peaks
    spans = []
    for index in range(peaks):
        length = float(random.uniform(18, min(40, room - 8)))
        start = index * room + float(random.uniform(2, room - length - 4))
        spans.append(Span(exact(round(start, 2)), exact(round(start + length, 2))))
    return tuple(spans)


def _inside(times: np.ndarray, spans: tuple[Span, ...]) -> np.ndarray:
    return np.asarray(np.any([(times >= float(s.start)) & (times < float(s.end)) for s in spans], axis=0))


def _smooth_noise(random: np.random.Generator, count: int, over: int) -> np.ndarray:
    noise = np.convolve(random.normal(size=count + over), np.ones(over) / np.sqrt(over), mode="same")
    return np.asarray(noise[:count])


def _bursts(random: np.random.Generator, times: np.ndarray, every: float, size: float) -> np.ndarray:
    """Distractors: 1 to 3 s of strong signal anywhere."""
    signal = np.zeros(len(times))
    for start in random.uniform(0, times[-1], int(times[-1] / every)):
        signal[(times >= start) & (times < start + random.uniform(1, 3))] = size
    return signal


def _analysis(random: np.random.Generator, seconds: int, spans: tuple[Span, ...], height: float) -> Analysis:
    return Analysis(
        tier="full",
        duration=Fraction(seconds),
        frames=seconds * 4,
        picture=_picture(random, seconds, spans, height),
        sound=_sound(random, seconds, spans, height),
        boundaries=_cuts(random, seconds, spans),
    )


def _sound(random: np.random.Generator, seconds: int, spans: tuple[Span, ...], height: float) -> SoundTrack:
    times = np.arange(seconds * 10) / 10
    drift = 2 * np.sin(times / seconds * 2 * np.pi * random.uniform(0.5, 1.5))
    level = -24 + drift + 1.5 * _smooth_noise(random, len(times), 20) + _bursts(random, times, 60, 9.0)
    level = level + 4.0 * height * _inside(times, spans)
    return SoundTrack(times, level.astype(np.float32), -22.0, -3.0, (), None, "speech was not looked for")


def _picture(
    random: np.random.Generator, seconds: int, spans: tuple[Span, ...], height: float
) -> PictureTrack:
    times = np.arange(seconds * 4) / 4
    motion = np.exp(0.4 * _smooth_noise(random, len(times), 12) + 1.0) + _bursts(random, times, 50, 20.0)
    motion = motion * (1 + 0.8 * height * _inside(times, spans))
    looks = random.normal(size=(seconds * 2, 512))
    looks = looks / np.linalg.norm(looks, axis=1, keepdims=True)
    flat = np.zeros(len(times), dtype=np.float32)
    return PictureTrack(
        times,
        motion.astype(np.float32),
        flat,
        flat,
        flat,
        np.arange(seconds * 2) / 2,
        looks.astype(np.float32),
    )


def _cuts(random: np.random.Generator, seconds: int, spans: tuple[Span, ...]) -> tuple[Boundary, ...]:
    at, made = 0.0, []
    while (at := at + float(random.uniform(4, 14))) < seconds - 1:
        instant = exact(round(at, 2))
        made.append(Boundary(instant, "cut", Span(instant, instant), 1.0))
    return tuple(made)


def _transcript(random: np.random.Generator, seconds: int, spans: tuple[Span, ...], mode: Mode) -> Transcript:
    words: list[Word] = []
    at = 0.4
    while at < seconds - 8:
        hot = any(float(s.start) - 0.5 <= at < float(s.end) - 2 for s in spans) or random.random() < 0.04
        sentence = str(random.choice(HOT[mode])) if hot and random.random() < 0.8 else _plain(random)
        for text in sentence.split():
            length = float(random.uniform(0.18, 0.42))
            words.append(Word(text, exact(round(at, 3)), exact(round(at + length, 3))))
            at += length + 0.02
        at += float(random.uniform(0.15, 0.9))
    return Transcript(tuple(words), "en", "a planted talk", True)


def _plain(random: np.random.Generator) -> str:
    count = int(random.integers(5, 12))
    return (
        " ".join(str(random.choice(FILLER if random.random() < 0.5 else PLAIN)) for _ in range(count)) + "."
    )
