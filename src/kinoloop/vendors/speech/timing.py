"""When each word is said: grouped from a voice's own character times, or spread over the speech heard."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import accumulate, pairwise
from math import isfinite

from kinoloop.core.timecode import Seconds, Span, exact
from kinoloop.media.records import Word
from kinoloop.vendors.speech.units import pauses_after, units, weight

_MOST_WORK = 1000
"""Words times stretches that are fitted; beyond it the shortest pauses are bridged."""
_UNMARKED_BREAK = 0.01
"""What a pause costs where the text has no mark: as much as a stretch wrong by a tenth of the line."""
_SLACK = Fraction(1, 2)
_BACKWARDS = 0.05
"""Seconds by which a character may begin before the one in front of it: they overlap a little."""


def spread(text: str, stretches: Sequence[Span]) -> tuple[Word, ...]:
    """Words of `text` over the stretches of speech, by their weight; pauses fall on marks where they can."""
    words = [text[start:end] for start, end in units(text)]
    if not words or not stretches:
        return ()
    spans = _fewer(list(stretches), max(1, min(len(words), _MOST_WORK // len(words))))
    cuts = _cuts(words, spans)
    return tuple(
        word
        for span, start, end in zip(spans, [0, *cuts], [*cuts, len(words)], strict=True)
        for word in _within(words[start:end], span)
    )


def from_characters(
    text: str, characters: Sequence[str], starts: Sequence[float], ends: Sequence[float], duration: Seconds
) -> tuple[Word, ...] | None:
    """Words from one time per character; None when the times do not belong to this text or sound."""
    if not len(characters) == len(starts) == len(ends) or "".join(characters) != text:
        return None
    if not all(
        isfinite(start) and isfinite(end) and 0 <= start <= end
        for start, end in zip(starts, ends, strict=True)
    ):
        return None
    if any(after < before - _BACKWARDS for before, after in pairwise(starts)):
        return None
    if ends and exact(max(ends)) > duration + _SLACK:
        return None
    found: list[Word] = []
    places = [place for place, piece in enumerate(characters) for _ in piece]
    for start, end in units(text):
        inside = [place for place in places[start:end] if not characters[place].isspace()]
        at = max(exact(starts[inside[0]]), found[-1].start if found else Fraction(0))
        until = max(at, exact(max(ends[place] for place in inside)))
        found.append(Word(text[start:end], min(at, duration), min(until, duration)))
    return _apart(found)


def _apart(words: Sequence[Word]) -> tuple[Word, ...]:
    """Each word ends before the next begins."""
    begun = [*(word.start for word in words[1:]), words[-1].end] if words else []
    return tuple(Word(one.text, one.start, min(one.end, at)) for one, at in zip(words, begun, strict=True))


def _within(words: Sequence[str], span: Span) -> list[Word]:
    weights = [Fraction(weight(word)).limit_denominator(1000) for word in words]
    marks = [span.start + span.duration * done / sum(weights) for done in accumulate(weights)]
    return [Word(word, at, end) for word, at, end in zip(words, [span.start, *marks], marks, strict=False)]


def _fewer(spans: list[Span], most: int) -> list[Span]:
    """The spans with the shortest pauses bridged until there are at most `most`."""
    while len(spans) > most:
        gaps = [after.start - before.end for before, after in pairwise(spans)]
        at = gaps.index(min(gaps))
        spans[at : at + 2] = [Span(spans[at].start, spans[at + 1].end)]
    return spans


def _cuts(words: Sequence[str], spans: Sequence[Span]) -> list[int]:
    """After how many words each stretch but the last ends: lengths fit the weights, pauses fit the marks."""
    done = [0.0, *accumulate(weight(word) for word in words)]
    lengths = [float(span.duration) for span in spans]
    shares = [length / (sum(lengths) or 1.0) for length in lengths]

    @cache
    def best(stretch: int, first: int) -> tuple[float, tuple[int, ...]]:
        if stretch == len(spans) - 1:
            return _misfit(done, shares[stretch], first, len(words)), ()
        left = len(spans) - 1 - stretch
        options = []
        for cut in range(first + 1, len(words) - left + 1):
            cost, rest = best(stretch + 1, cut)
            cost += _misfit(done, shares[stretch], first, cut)
            cost += 0.0 if pauses_after(words[cut - 1]) else _UNMARKED_BREAK
            options.append((cost, (cut, *rest)))
        return min(options)

    return list(best(0, 0)[1])


def _misfit(done: Sequence[float], share: float, first: int, last: int) -> float:
    return ((done[last] - done[first]) / done[-1] - share) ** 2
