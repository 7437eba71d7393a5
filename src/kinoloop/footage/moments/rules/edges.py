"""Where a moment may begin or end: never inside a word, best at a sentence, a shot or a silence.

Each edge carries how good a beginning (`opens`) and how good an end (`closes`) it is, 0 to 1.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from kinoloop.core.timecode import Seconds, Span
from kinoloop.footage.moments.records import MomentRequest
from kinoloop.footage.moments.rules.sentences import Sentence
from kinoloop.media.records import Word

TOLERANCE = Fraction(1, 2)
"""A shot boundary this near a sentence's edge, with no word between, becomes the edge."""
BREATH = Fraction(15, 100)
SPEECH_EDGE, SHOT_AND_SPEECH, SHOT_EDGE, SILENCE_EDGE, HALF_SENTENCE = 0.8, 1.0, 0.7, 0.6, 0.35
INSIDE_SENTENCE = 0.4
"""A shot or silence edge in the middle of a sentence is worth this share."""


@dataclass(frozen=True)
class Edge:
    """An instant with its worth as a beginning and as an end."""

    at: Seconds
    opens: float
    closes: float


class Spoken:
    """Asks whether an instant lies inside a word; words may overlap each other."""

    def __init__(self, words: Sequence[Word]) -> None:
        self._starts = [word.start for word in words]
        self._latest_end = list(accumulate((word.end for word in words), max))

    def inside_word(self, at: Fraction) -> bool:
        before = bisect_left(self._starts, at)
        return before > 0 and self._latest_end[before - 1] > at

    def quiet_before(self, at: Fraction) -> Seconds | None:
        """End of the last word that ends at or before `at`, None when there is none."""
        before = bisect_left(self._starts, at)
        return self._latest_end[before - 1] if before else None

    def next_word(self, at: Fraction) -> Seconds | None:
        """Start of the first word at or after `at`."""
        index = bisect_left(self._starts, at)
        return self._starts[index] if index < len(self._starts) else None


def find_edges(
    whole: Span,
    words: Sequence[Word],
    parts: Sequence[Sentence],
    shots: Sequence[Fraction],
    silences: Sequence[Span],
    request: MomentRequest,
) -> tuple[Edge, ...]:
    """All edges inside the file in time order, one per instant."""
    spoken = Spoken(words)
    shots = sorted(at for at in shots if whole.start < at < whole.end)
    found = [Edge(whole.start, 1.0, 0.0), Edge(whole.end, 0.0, 1.0)]
    found += [edge for part in parts for edge in _sentence_edges(part, spoken, shots, whole)]
    found += [_lowered(Edge(at, SHOT_EDGE, SHOT_EDGE), parts) for at in shots]
    found += [_lowered(edge, parts) for silence in silences for edge in _silence_edges(silence)]
    found += [Edge(at, 0.0, 0.0) for at in _plain_instants(whole, request)]
    return _merged(edge for edge in found if _allowed(edge, whole, spoken))


def _allowed(edge: Edge, whole: Span, spoken: Spoken) -> bool:
    return whole.start <= edge.at <= whole.end and not spoken.inside_word(edge.at)


def _sentence_edges(
    part: Sentence, spoken: Spoken, shots: Sequence[Seconds], whole: Span
) -> tuple[Edge, ...]:
    before = spoken.quiet_before(part.span.start)
    after = spoken.next_word(part.span.end)
    early = whole.start if before is None else min(before, part.span.start)
    late = whole.end if after is None else after
    begin = _snapped(part.span.start, max(early, part.span.start - TOLERANCE), part.span.start, shots)
    finish = _snapped(part.span.end, part.span.end, min(late, part.span.end + TOLERANCE), shots)
    opens = SHOT_AND_SPEECH if begin else SPEECH_EDGE
    closes = SHOT_AND_SPEECH if finish else SPEECH_EDGE
    lead, tail = min((part.span.start - early) / 2, BREATH), min((late - part.span.end) / 2, BREATH)
    return (
        Edge(begin or part.span.start - lead, opens if part.opens else HALF_SENTENCE, 0.0),
        Edge(finish or part.span.end + tail, 0.0, closes if part.closes else HALF_SENTENCE),
    )


def _snapped(wanted: Seconds, low: Seconds, high: Seconds, shots: Sequence[Seconds]) -> Seconds | None:
    """The shot boundary within `low..high` nearest to what was wanted."""
    near = shots[bisect_left(shots, low) : bisect_right(shots, high)]
    return min(near, key=lambda at: abs(at - wanted)) if near else None


def _silence_edges(silence: Span) -> tuple[Edge, Edge]:
    return Edge(silence.start, 0.0, SILENCE_EDGE), Edge(silence.end, SILENCE_EDGE, 0.0)


def _lowered(edge: Edge, parts: Sequence[Sentence]) -> Edge:
    index = bisect_right(parts, edge.at, key=lambda part: part.span.start) - 1
    if index < 0 or not parts[index].span.start < edge.at < parts[index].span.end:
        return edge
    return Edge(edge.at, edge.opens * INSIDE_SENTENCE, edge.closes * INSIDE_SENTENCE)


def _plain_instants(whole: Span, request: MomentRequest) -> Iterable[Seconds]:
    """Instants worth nothing in themselves, so that a file without any natural edge still has spans."""
    step = min(max(request.min_duration / 8, Fraction(1, 2)), Fraction(10))
    count = int(whole.duration / step)
    yield from (whole.start + step * index for index in range(1, count + 1))
    yield from (whole.end - request.min_duration, whole.start + request.min_duration)


def _merged(edges: Iterable[Edge]) -> tuple[Edge, ...]:
    best: dict[Seconds, Edge] = {}
    for edge in edges:
        known = best.get(edge.at, edge)
        best[edge.at] = Edge(edge.at, max(edge.opens, known.opens), max(edge.closes, known.closes))
    return tuple(best[at] for at in sorted(best))
