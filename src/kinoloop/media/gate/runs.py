"""From flags of pictures or blocks of sound to stretches of time; pure."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span

Flags = NDArray[np.bool_]


def runs(flags: Flags) -> list[tuple[int, int]]:
    """(first, end) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(first), int(end)) for first, end in zip(edges[::2], edges[1::2], strict=True)]


def bridged(flags: Flags, gaps: Flags) -> Flags:
    """The flags with single gaps filled where `gaps` allows it and both neighbours are set."""
    filled = flags.copy()
    filled[1:-1] |= flags[:-2] & flags[2:] & gaps[1:-1]
    return filled


def spans_of(flags: Flags, edges: Sequence[Seconds], shortest: Seconds) -> tuple[Span, ...]:
    """Runs lasting `shortest` or more; item n lasts from edges[n] to edges[n + 1]."""
    found = (Span(edges[first], edges[end]) for first, end in runs(flags))
    return tuple(span for span in found if span.duration >= shortest)


def joined(spans: Sequence[Span], gap: Seconds) -> tuple[Span, ...]:
    """Neighbours (in time order) no more than `gap` apart become one."""
    made: list[Span] = []
    for span in spans:
        if made and span.start - made[-1].end <= gap:
            made[-1] = Span(made[-1].start, max(made[-1].end, span.end))
        else:
            made.append(span)
    return tuple(made)


def without(spans: Sequence[Span], holes: Sequence[Span], shortest: Seconds) -> tuple[Span, ...]:
    """What is left of each span outside the holes, where that lasts `shortest` or more."""
    left: list[Span] = []
    for span in spans:
        marks = [span.start]
        for hole in sorted(holes):
            if hole.overlap(span):
                marks += [max(hole.start, marks[-1]), max(hole.end, marks[-1])]
        marks.append(max(span.end, marks[-1]))
        left += [Span(a, min(b, span.end)) for a, b in list(pairwise(marks))[::2] if min(b, span.end) > a]
    return tuple(span for span in left if span.duration >= shortest)


def per_second(times: NDArray[np.float64], values: NDArray[np.float32], seconds: int) -> list[float | None]:
    """The mean of the values of each whole second begun; None where a second has none."""
    places = times.astype(np.int64)
    inside = (places >= 0) & (places < seconds)
    counts = np.bincount(places[inside], minlength=seconds)
    sums = np.bincount(places[inside], values[inside], minlength=seconds)
    return [float(total / count) if count else None for total, count in zip(sums, counts, strict=True)]


def constant_rate(times: Sequence[Seconds]) -> Fraction | None:
    """Pictures a second when each stands as long as the next within 2 ms; else None, as for one picture."""
    if len(times) < 2:
        return None
    step = (times[-1] - times[0]) / (len(times) - 1)
    even = all(abs(b - a - step) <= Fraction(1, 500) for a, b in pairwise(times))
    return (1 / step).limit_denominator(1001) if even and step else None
