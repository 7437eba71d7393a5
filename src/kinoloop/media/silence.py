"""Silences from block levels: pure rules."""

from array import array
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span

QUIET_DBFS = -50.0
SHORTEST = Fraction(3, 10)
BLOCKS_PER_SECOND = 50


def quiet_spans(
    levels: "NDArray[np.float32] | array[float]",
    start: Seconds,
    *,
    quiet: float = QUIET_DBFS,
    shortest: Seconds = SHORTEST,
) -> tuple[Span, ...]:
    """Stretches of `shortest` s or more of 20 ms blocks below `quiet` dBFS (RMS); the first is at `start`."""
    low = np.concatenate([[False], np.asarray(levels, np.float32) < quiet, [False]])
    edges = np.flatnonzero(low[1:] != low[:-1])
    spans = (
        Span(start + Fraction(int(first), BLOCKS_PER_SECOND), start + Fraction(int(end), BLOCKS_PER_SECOND))
        for first, end in zip(edges[::2], edges[1::2], strict=True)
    )
    return tuple(span for span in spans if span.duration >= shortest)
