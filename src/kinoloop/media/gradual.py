"""Dissolves and fades: a stretch in which every picture is a linear mix of its two ends.

Pans, zooms and auto-exposure change pictures too, but not along the straight line between two unrelated ones.
Structure alone is compared (each plane less its mean), so a change of exposure does not look like a mix.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from kinoloop.media.beat import Beat
from kinoloop.media.planes import SmallPicture
from kinoloop.media.records import Floats

PER_SECOND = 12.5
_HALVES = (2, 3, 4, 6, 8)
"""Half lengths tried, in samples: stretches of 0.3 to 1.3 s."""
_ROOM = 2 * max(_HALVES) + 1
_CELL = 4
_MIDDLE = (0.15, 0.85)
_RESIDUAL, _WORST_RESIDUAL = 0.25, 0.35
_AMPLITUDE, _MOVED_LEVEL, _MOVED_SHARE = 6.0, 8.0, 0.2
_UNRELATED = 0.6
_FLAT = 6.0
_BACKWARD, _LEAP = 0.02, 0.6
_EDGE = 0.05


@dataclass(frozen=True)
class Mix:
    """A stretch that looks mixed: seconds of its ends, how linear it is (0..1), whether an end is flat."""

    start: float
    end: float
    linearity: float
    flat: bool


@dataclass(frozen=True)
class _Sample:
    at: float
    levels: Floats
    spread: float


@dataclass
class MixFinder:
    """Feed it pictures in time order; it keeps about 1.4 s of tiny ones and collects what looks mixed."""

    found: list[Mix] = field(default_factory=list)
    _samples: deque[_Sample] = field(default_factory=lambda: deque(maxlen=_ROOM))
    _beat: Beat = field(default_factory=lambda: Beat(PER_SECOND))

    def add(self, at: float, picture: SmallPicture) -> None:
        """Pictures between two beats are passed over."""
        if not self._beat.strikes(at):
            return
        sample = _Sample(at, *_reduce(picture))
        if self._samples and self._samples[-1].levels.shape != sample.levels.shape:
            self._samples.clear()
        self._samples.append(sample)
        samples = list(self._samples)
        for half in _HALVES:
            if 2 * half < len(samples):
                self.found.extend(_mixes(samples[-2 * half - 1 :]))


def merged(mixes: Sequence[Mix], cuts: Sequence[tuple[float, float]]) -> list[Mix]:
    """Overlapping stretches as one, less those that hold a hard cut (times just before and after it)."""
    result: list[Mix] = []
    for mix in sorted(mixes, key=lambda mix: mix.start):
        if any(mix.start < after and before < mix.end for before, after in cuts):
            continue
        if result and mix.start < result[-1].end:
            result[-1] = _joined(result[-1], mix)
        else:
            result.append(mix)
    return result


def _joined(one: Mix, other: Mix) -> Mix:
    best = max(one, other, key=lambda mix: mix.linearity)
    return Mix(one.start, max(one.end, other.end), best.linearity, one.flat or other.flat)


def _reduce(picture: SmallPicture) -> tuple[Floats, float]:
    """About 40 x 22 cells of each plane, less the plane's mean; and the spread of luma."""
    planes = [_pooled(picture.y, _CELL), _pooled(picture.u, _CELL // 2), _pooled(picture.v, _CELL // 2)]
    size = min(plane.size for plane in planes)
    levels = np.concatenate([(plane - plane.mean()).ravel()[:size] for plane in planes])
    return levels, float(np.linalg.norm(levels[:size])) / size**0.5


def _pooled(plane: Floats, cell: int) -> Floats:
    height, width = plane.shape[0] // cell, plane.shape[1] // cell
    if not (height and width):
        return plane
    # Whole rows are added first: several times faster than numpy's own mean over short axes.
    rows = _added([plane[way : height * cell : cell] for way in range(cell)])
    total = _added([rows[:, way : width * cell : cell] for way in range(cell)])
    return total / np.float32(cell * cell)


def _added(parts: list[Floats]) -> Floats:
    total = parts[0].copy()
    for part in parts[1:]:
        total += part
    return total


def _mixes(samples: Sequence[_Sample]) -> Iterator[Mix]:
    first, last = samples[0], samples[-1]
    way = last.levels - first.levels
    squared = float(way @ way)
    # The mean level is at most the root mean square: what is too weak by that need not be looked at.
    if squared < _AMPLITUDE**2 * way.size:
        return
    strength = np.abs(way)
    amplitude = float(strength.mean())
    if amplitude < _AMPLITUDE:
        return
    share, residual = _fit(samples[len(samples) // 2], first, way, squared)
    if not _MIDDLE[0] < share < _MIDDLE[1] or residual > _RESIDUAL * amplitude:
        return
    flat = min(first.spread, last.spread) < _FLAT
    if float((strength > _MOVED_LEVEL).mean()) < _MOVED_SHARE or not (flat or _unrelated(first, last)):
        return
    fits = [_fit(sample, first, way, squared) for sample in samples[1:-1]]
    worst = max(residual for _, residual in fits) / amplitude
    steps = [after - before for before, after in pairwise([0.0, *(share for share, _ in fits), 1.0])]
    if worst <= _WORST_RESIDUAL and min(steps) >= -_BACKWARD and max(steps) <= _LEAP:
        shares = [0.0, *(share for share, _ in fits), 1.0]
        begins = max(place for place, share in enumerate(shares) if share < _EDGE)
        ends = next(place for place, share in enumerate(shares) if share > 1 - _EDGE)
        yield Mix(samples[begins].at, samples[ends].at, 1 - worst, flat)


def _fit(sample: _Sample, first: _Sample, way: Floats, squared: float) -> tuple[float, float]:
    """How far along the line from first to last picture it lies, and how far beside it (mean level)."""
    away = sample.levels - first.levels
    share = float(away @ way) / squared
    return share, float(np.abs(away - np.float32(share) * way).mean())


def _unrelated(one: _Sample, other: _Sample) -> bool:
    norm = float(np.linalg.norm(one.levels) * np.linalg.norm(other.levels))
    return norm < 1e-3 or 1 - float(one.levels @ other.levels) / norm >= _UNRELATED
