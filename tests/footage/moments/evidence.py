"""Evidence drawn for tests: words, tracks and cuts with times of one's choosing."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from kinoloop.core.timecode import Span
from kinoloop.footage.moments.records import Evidence
from kinoloop.media.records import Analysis, Boundary, PictureTrack, SoundTrack, Transcript, Word

Pair = tuple[float, float]


def seconds(value: float) -> Fraction:
    return Fraction(value)


def cut(at: float) -> Boundary:
    return Boundary(seconds(at), "cut", Span(seconds(at), seconds(at)), 1.0)


def talk(text: str, *, start: float = 0.5, word: float = 0.375, gap: float = 0.125) -> Transcript:
    """Each word `word` s long with `gap` s after it, and a second after a full stop."""
    words, at = [], start
    for token in text.split():
        words.append(Word(token, seconds(at), seconds(at + word)))
        at += word + gap + (1.0 if token[-1] in ".?!" else 0.0)
    return Transcript(tuple(words), "en", "a written script", True)


def tracks(
    duration: int,
    *,
    loud: Sequence[Pair] = (),
    moving: Sequence[Pair] = (),
    cuts: Sequence[float] = (),
    silences: Sequence[Pair] = (),
    speech: Sequence[Pair] | None = None,
    seed: int = 3,
) -> Analysis:
    """A file with a little noise, louder or livelier where told."""
    random = np.random.default_rng(seed)
    heard, seen = np.arange(duration * 10) / 10, np.arange(duration * 4) / 4
    level = -24 + random.normal(size=len(heard)) + 8 * _within(heard, loud)
    motion = np.abs(2 + 0.3 * random.normal(size=len(seen))) + 6 * _within(seen, moving)
    flat = np.zeros(len(seen), dtype=np.float32)
    looks = random.normal(size=(duration, 512))
    picture = PictureTrack(
        seen,
        motion.astype(np.float32),
        flat,
        flat,
        flat,
        np.arange(duration).astype(np.float64),
        (looks / np.linalg.norm(looks, axis=1, keepdims=True)).astype(np.float32),
    )
    spoken = None if speech is None else spans(speech)
    sound = SoundTrack(heard, level.astype(np.float32), -23.0, -1.0, spans(silences), spoken, None)
    return Analysis("full", Fraction(duration), duration * 4, picture, sound, tuple(cut(at) for at in cuts))


def spans(pairs: Sequence[Pair]) -> tuple[Span, ...]:
    return tuple(Span(seconds(a), seconds(b)) for a, b in pairs)


def _within(times: np.ndarray, pairs: Sequence[Pair]) -> np.ndarray:
    inside = np.zeros(len(times))
    for start, end in pairs:
        inside[(times >= start) & (times < end)] = 1
    return inside


def shifted(evidence: Evidence, by: Fraction) -> Evidence:
    """The same evidence, all of it later by `by`."""
    analysis, transcript = evidence.analysis, evidence.transcript
    if transcript is not None:
        words = tuple(Word(w.text, w.start + by, w.end + by) for w in transcript.words)
        transcript = replace(transcript, words=words)
    return replace(
        evidence,
        start=evidence.start + by,
        transcript=transcript,
        analysis=None if analysis is None else _later(analysis, by),
        faces=None if evidence.faces is None else tuple(span.shift(by) for span in evidence.faces),
    )


def _later(analysis: Analysis, by: Fraction) -> Analysis:
    picture, sound, late = analysis.picture, analysis.sound, float(by)
    if picture is not None:
        picture = replace(
            picture, times=picture.times + late, descriptor_times=picture.descriptor_times + late
        )
    if sound is not None:
        speech = None if sound.speech is None else tuple(span.shift(by) for span in sound.speech)
        silences = tuple(span.shift(by) for span in sound.silences)
        sound = replace(sound, times=sound.times + late, silences=silences, speech=speech)
    moved = tuple(Boundary(b.at + by, b.kind, b.span.shift(by), b.score) for b in analysis.boundaries)
    return replace(analysis, picture=picture, sound=sound, boundaries=moved)
