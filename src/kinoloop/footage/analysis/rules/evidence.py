"""What is known of a file while its shots are measured, and cuts through it by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Span
from kinoloop.footage.analysis.records import FaceSamples, Measured
from kinoloop.footage.analysis.rules.arithmetic import missing
from kinoloop.footage.analysis.rules.lexicon import tokens
from kinoloop.media.records import Analysis, Transcript

EDGE = 5e-7
"""Times are compared to the microsecond."""


@dataclass(frozen=True, eq=False)
class FileEvidence:
    """One file: its analysis, and what else is there. `short_side` is in display pixels.

    Words, cuts and speech are held as arrays, so that a film of two hours with its 2,000 shots takes seconds.
    """

    analysis: Analysis
    transcript: Transcript | None = None
    faces: FaceSamples | None = None
    short_side: int | None = None

    def text(self, span: Span) -> str | None:
        """The words whose middle lies in the span, None without a transcript."""
        if self.transcript is None:
            return None
        start, end = float(span.start) - EDGE, float(span.end) - EDGE
        found = np.flatnonzero((self._middles >= start) & (self._middles < end))
        return " ".join(self.transcript.words[place].text for place in found)

    def spoken(self, span: Span) -> list[str] | None:
        """Folded words inside the span, None without a transcript."""
        text = self.text(span)
        return None if text is None else tokens(text)

    def cuts_in(self, span: Span) -> int:
        """Boundaries strictly inside the span."""
        start, end = float(span.start) + EDGE, float(span.end) - EDGE
        return int(np.count_nonzero((self._cuts > start) & (self._cuts < end)))

    @cached_property
    def _middles(self) -> NDArray[np.float64]:
        words = () if self.transcript is None else self.transcript.words
        return np.array([float(word.start + word.end) / 2 for word in words], dtype=np.float64)

    @cached_property
    def _cuts(self) -> NDArray[np.float64]:
        return np.array([float(boundary.at) for boundary in self.analysis.boundaries], dtype=np.float64)

    @cached_property
    def silences(self) -> NDArray[np.float64]:
        """(n, 2) starts and ends in seconds."""
        return _edges(self.analysis.sound.silences if self.analysis.sound else ())

    @cached_property
    def speech(self) -> NDArray[np.float64]:
        """(n, 2) starts and ends in seconds; empty, too, when speech was not looked for."""
        return _edges((self.analysis.sound.speech if self.analysis.sound else None) or ())

    @property
    def language(self) -> str | None:
        return None if self.transcript is None else self.transcript.language

    def no_picture(self) -> str:
        return self.analysis.reasons.get("picture", "no picture")

    def no_sound(self) -> str:
        return self.analysis.reasons.get("sound", "no sound")


def _edges(spans: Sequence[Span]) -> NDArray[np.float64]:
    return np.array([(float(span.start), float(span.end)) for span in spans], dtype=np.float64).reshape(-1, 2)


def covered(edges: NDArray[np.float64], span: Span) -> float:
    """Seconds of the span that lie in the stretches (n, 2)."""
    shared = np.minimum(edges[:, 1], float(span.end)) - np.maximum(edges[:, 0], float(span.start))
    return float(np.maximum(shared, 0).sum())


def inside(times: NDArray[np.float64], span: Span) -> slice:
    """The indices of sorted `times` with start <= t < end (to the microsecond)."""
    low, high = np.searchsorted(times, [float(span.start) - EDGE, float(span.end) - EDGE])
    return slice(int(low), int(high))


def finite(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Those that are numbers, in double precision."""
    doubles = values.astype(np.float64)
    return doubles[np.isfinite(doubles)]


def mean_of(values: NDArray[np.float32], empty: str) -> Measured:
    """Mean of the finite values, or null with the reason `empty`."""
    kept = finite(values)
    return Measured(float(kept.mean())) if kept.size else missing(empty)


def window(span: Span, seconds: float, end: Fraction) -> Span:
    """The first `seconds` that a viewer sees when a clip begins where `span` begins."""
    return Span(span.start, min(span.start + Fraction(seconds), max(end, span.start)))
