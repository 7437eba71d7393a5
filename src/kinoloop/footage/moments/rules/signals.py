"""Numbers over time: one value per half second of the file, put on one robust scale.

A feature is brought to "robust sigmas" by its own median and MAD (scaled by 1.4826, the factor that makes
the MAD estimate a Gaussian's standard deviation), so that a loud file and a quiet one are judged alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span

Values = NDArray[np.float64]
STEP = 0.5
CLIP = 4.0
MAD_TO_SIGMA = 1.4826
MEAN_TO_SIGMA = 1.2533


@dataclass(frozen=True)
class Grid:
    """Half-second bins over `duration` seconds from `start`; all its times are relative to `start`."""

    start: Seconds
    duration: Seconds

    @property
    def bins(self) -> int:
        return max(1, int(np.ceil(float(self.duration) / STEP - 1e-9)))

    @property
    def edges(self) -> Values:
        """(bins + 1,) seconds; the last is the end of the file."""
        return np.asarray(np.minimum(np.arange(self.bins + 1) * STEP, float(self.duration)))

    def relative(self, at: Fraction) -> float:
        return float(at - self.start)

    def place(self, at: Fraction) -> int:
        """The bin that holds an instant, clamped to the file."""
        return min(max(int(self.relative(at) / STEP), 0), self.bins - 1)


def robust(values: Values) -> Values:
    """Distance from the median in robust sigmas, clipped to +-4; all zero where nothing varies."""
    centred = values - np.median(values)
    spread = float(np.median(np.abs(centred))) * MAD_TO_SIGMA
    if spread < 1e-9:  # more than half the values are alike: sparse counts such as questions
        spread = float(np.mean(np.abs(centred))) * MEAN_TO_SIGMA
    if spread < 1e-9:
        return np.zeros_like(values)
    return np.asarray(np.clip(centred / spread, -CLIP, CLIP))


def per_bin(grid: Grid, times: Values, values: Values) -> Values | None:
    """Mean of the samples in each bin, bins without samples bridged; None without a single sample."""
    at = times - float(grid.start)
    inside = (at >= 0) & (at < float(grid.duration)) & np.isfinite(values)
    if not inside.any():
        return None
    place = np.minimum((at[inside] / STEP).astype(np.int64), grid.bins - 1)
    counts = np.bincount(place, minlength=grid.bins)
    sums = np.bincount(place, weights=values[inside], minlength=grid.bins)
    filled = np.flatnonzero(counts)
    return np.interp(np.arange(grid.bins), filled, sums[filled] / counts[filled])


def coverage(grid: Grid, spans: Sequence[Span]) -> Values:
    """Share of each bin that the spans cover, 0 to 1. The spans must not overlap each other."""
    if not spans:
        return np.zeros(grid.bins)
    inside = sorted(span.clamp(Span(grid.start, grid.start + grid.duration)) for span in spans)
    starts = np.array([grid.relative(span.start) for span in inside])
    ends = np.array([grid.relative(span.end) for span in inside])
    covered = _covered_until(grid.edges, starts, ends)
    widths = np.maximum(np.diff(grid.edges), 1e-9)
    return np.asarray(np.clip(np.diff(covered) / widths, 0.0, 1.0))


def _covered_until(at: Values, starts: Values, ends: Values) -> Values:
    """Seconds covered before each instant, by the running length of ordered spans."""
    lengths = np.concatenate([[0.0], np.cumsum(ends - starts)])
    index = np.searchsorted(starts, at, side="right")
    last = np.maximum(index - 1, 0)
    part = np.clip(at - starts[last], 0.0, ends[last] - starts[last])
    return np.asarray(np.where(index > 0, lengths[last] + part, 0.0))


def local_median(values: Values, seconds: float) -> Values:
    """Median over `seconds` around each bin; taken every 5 s and bridged, so long files stay cheap."""
    half, hop = max(1, int(seconds / STEP / 2)), max(1, int(5 / STEP))
    centres = np.arange(0, len(values), hop)
    medians = [float(np.median(values[max(0, c - half) : c + half + 1])) for c in centres]
    return np.asarray(np.interp(np.arange(len(values)), centres, np.array(medians)))


def moving_mean(values: Values, seconds: float) -> Values:
    """Mean over `seconds` around each bin, shorter at the ends."""
    half = max(1, int(seconds / STEP / 2))
    total = np.concatenate([[0.0], np.cumsum(values)])
    index = np.arange(len(values))
    low, high = np.maximum(index - half, 0), np.minimum(index + half + 1, len(values))
    return np.asarray((total[high] - total[low]) / (high - low))


def integral(grid: Grid, values: Values) -> Values:
    """(bins + 1,) running integral in value-seconds at `grid.edges`; read between edges by interpolation."""
    return np.concatenate([[0.0], np.cumsum(values * np.diff(grid.edges))])
