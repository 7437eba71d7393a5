"""The five drivers of the seed: what is said, and how fast, loud, lively and close to a face it is said.

Words decide whether a driver is known at all; without a transcript every driver is null.
"""

from collections.abc import Mapping

from kinoloop.core.timecode import Span
from kinoloop.footage.analysis.records import Features, Measured, Score
from kinoloop.footage.analysis.rules.arithmetic import mapped, ramp, saturating, weighted
from kinoloop.footage.analysis.rules.evidence import FileEvidence
from kinoloop.footage.analysis.rules.features import loudness_rise
from kinoloop.footage.analysis.rules.formula import (
    DRIVER_EVIDENCE,
    DRIVERS,
    FAST_WORDS,
    MOTION_HALF,
    PSYCHOLOGY,
    SLOW_WORDS,
)
from kinoloop.footage.analysis.rules.lexicon import Lexicon, driver_in_words


def psychology(
    file: FileEvidence, span: Span, features: Features, lexicon: Lexicon
) -> tuple[Score, dict[str, Score]]:
    """The composite, and the score of each driver."""
    drivers = drivers_of(file, span, span, features, lexicon, where="this shot")
    composite = weighted("psychology", PSYCHOLOGY, {name: score.measured for name, score in drivers.items()})
    return composite, drivers


def drivers_of(
    file: FileEvidence, span: Span, heard: Span, features: Features, lexicon: Lexicon, *, where: str
) -> dict[str, Score]:
    """Each driver over the words spoken in `heard`, with the shot's own picture and pace."""
    spoken = file.spoken(heard)
    beside = {
        "pace": mapped(features["words_per_second"], lambda rate: ramp(rate, SLOW_WORDS, FAST_WORDS)),
        "loudness": loudness_rise(file, heard, low=0.0),
        "motion": mapped(features["motion_peak"], lambda level: saturating(level, MOTION_HALF)),
        "faces": features["face_share"],
    }
    said = {name: driver_in_words(name, spoken, file.language, lexicon, where=where) for name in DRIVERS}
    return {name: _driver(name, words, beside) for name, words in said.items()}


def _driver(name: str, words: Measured, beside: Mapping[str, Measured]) -> Score:
    if words.value is None:  # a face or a loud moment alone does not tell what is meant
        beside = dict.fromkeys(beside, words)
    return weighted(name, DRIVER_EVIDENCE[name], {**beside, "words": words})


def words_of(score: Score) -> float | None:
    """What the words alone gave to a driver."""
    return next(part.measured.value for part in score.parts if part.name == "words")
