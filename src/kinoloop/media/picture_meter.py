"""Measures every picture once: motion, sharpness, luma, structure for cuts, samples for mixes, looks.

A few numbers per frame are kept and nothing else: memory hardly grows with length.
"""

from array import array
from fractions import Fraction
from functools import cache

import numpy as np
from av.video.frame import VideoFrame

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.beat import Beat
from kinoloop.media.boundaries import LOOSE_CHANGE, cut_scores, hard_cuts
from kinoloop.media.descriptor import SIZE, describe
from kinoloop.media.gradual import Mix, MixFinder, merged
from kinoloop.media.planes import Shrinker, SmallPicture
from kinoloop.media.records import Boundary, Floats, PictureTrack

LOOKS_PER_SECOND = 2.0
_PIECE = 8192


class PictureMeter:
    """Feed it decoded frames in the order shown; `track` and `boundaries` tell what it found."""

    def __init__(self, start: Seconds, *, turns: int = 0, mixes: bool = True) -> None:
        """`start` is the file's time zero, `turns` the quarter turns that bring a picture upright."""
        self.start, self.turns = start, turns
        self.ticks: array[int] = array("q")
        self.time_base, self._base, self._zero = Fraction(0), 0.0, 0.0
        self.damaged = 0
        self._shrinker = Shrinker()
        self._last: SmallPicture | None = None
        self._finder = MixFinder() if mixes else None
        self._looking = Beat(LOOKS_PER_SECOND)
        self._times: array[float] = array("d")
        self._look_times: array[float] = array("d")
        self._looks = bytearray()
        """Half precision: at two a second they are most of what a long film leaves in memory."""
        self._values: dict[str, array[float]] = {name: array("f") for name in _MEASURES}

    def __len__(self) -> int:
        return len(self._times)

    def add(self, frame: VideoFrame, tick: int, time_base: Fraction) -> None:
        """Measure one frame shown at `tick` x `time_base`; one that comes out of order is left out."""
        if self.time_base != time_base:
            self.time_base, self._base, self._zero = time_base, float(time_base), float(self.start)
        at = tick * self._base - self._zero
        if self._times and at <= self._times[-1]:
            return
        self.damaged += bool(frame.is_corrupt)
        picture = self._shrinker.shrink(frame)
        self._measure(picture)
        self._times.append(at)
        self.ticks.append(tick)
        self._sample(at, picture)
        self._last = picture

    def track(self) -> PictureTrack:
        return PictureTrack(
            times=_doubles(self._times),
            motion=self._column("motion"),
            sharpness=self._column("sharpness"),
            luma_mean=self._column("luma_mean"),
            luma_std=self._column("luma_std"),
            descriptor_times=_doubles(self._look_times),
            descriptors=np.frombuffer(self._looks, np.float16).astype(np.float32).reshape(-1, SIZE),
        )

    def scores(self) -> Floats:
        """(n,) how much each frame looks like the first of a new shot; a cut from `boundaries.THRESHOLD`."""
        return cut_scores(self._column("motion"), self._column("change"))

    def boundaries(self) -> tuple[Boundary, ...]:
        """Hard cuts and mixes in time order, at the exact times of frames."""
        cuts = hard_cuts(self._column("motion"), self._column("change"))
        around = [(self._times[at - 1], self._times[at]) for at, _ in cuts]
        found = [_cut(self.exact(at), score) for at, score in cuts]
        if self._finder is not None:
            found.extend(self._mix(mix) for mix in merged(self._finder.found, around))
        return tuple(sorted(found, key=lambda boundary: boundary.at))

    def exact(self, index: int) -> Seconds:
        """Exact time of a measured frame from the file's start."""
        return self.ticks[index] * self.time_base - self.start

    def _mix(self, mix: Mix) -> Boundary:
        times = np.frombuffer(self._times, np.float64)
        first, last = (self.exact(int(np.searchsorted(times, at))) for at in (mix.start, mix.end))
        return Boundary(
            (first + last) / 2, "fade" if mix.flat else "dissolve", Span(first, last), mix.linearity
        )

    def _measure(self, picture: SmallPicture) -> None:
        y = picture.y
        mean, spread = moments(y.ravel())
        motion, change = _compare(picture, self._last)
        for name, value in zip(_MEASURES, (motion, change, _sharpness(y), mean, spread**0.5), strict=True):
            self._values[name].append(value)

    def _sample(self, at: float, picture: SmallPicture) -> None:
        if self._finder is not None:
            self._finder.add(at, picture)
        if self._looking.strikes(at):
            self._look_times.append(at)
            self._looks += describe(picture, self.turns).astype(np.float16).tobytes()

    def _column(self, name: str) -> Floats:
        return _floats(self._values[name])


def _cut(at: Seconds, score: float) -> Boundary:
    return Boundary(at, "cut", Span(at, at), score)


_MEASURES = ("motion", "change", "sharpness", "luma_mean", "luma_std")


def _compare(picture: SmallPicture, last: SmallPicture | None) -> tuple[float, float]:
    """Mean |dY| + (mean |dU| + mean |dV|) / 2 in levels; where that is large, 1 - correlation of luma."""
    if last is None or last.flat.shape != picture.flat.shape or last.y.shape != picture.y.shape:
        return 0.0, 0.0
    away = picture.flat - last.flat
    np.abs(away, out=away)
    luma = picture.y.size
    # Both chroma planes are of one size, so half the sum of their means is the mean of both.
    motion = _mean(away[:luma]) + _mean(away[luma:])
    return motion, (1 - _correlation(picture.y, last.y)) if motion >= LOOSE_CHANGE else 0.0


def _correlation(one: Floats, other: Floats) -> float:
    left, right = (one - one.mean()).ravel(), (other - other.mean()).ravel()
    norm = float(np.sqrt(float(left @ left) * float(right @ right)))
    return float(left @ right) / norm if norm > 1e-3 else 0.0


def _sharpness(y: Floats) -> float:
    """Variance of the 4-neighbour Laplacian."""
    middle = y[1:-1, 1:-1]
    if middle.size == 0:
        return 0.0
    edge = y[:-2, 1:-1] + y[2:, 1:-1]
    edge += y[1:-1, :-2]
    edge += y[1:-1, 2:]
    edge -= 4 * middle
    return moments(edge.ravel())[1]


def moments(values: Floats) -> tuple[float, float]:
    """Mean and variance of (n,) values, as inner products: several times faster than numpy's own.

    In pieces below the size from which the library would wake threads, which costs more than it saves.
    """
    total = squares = 0.0
    for at in range(0, values.size, _PIECE):
        piece = values[at : at + _PIECE]
        total += float(piece @ _ones(piece.size))
        squares += float(piece @ piece)
    mean = total / values.size
    return mean, max(squares / values.size - mean * mean, 0.0)


def _mean(values: Floats) -> float:
    pieces = (values[at : at + _PIECE] for at in range(0, values.size, _PIECE))
    return sum(float(piece @ _ones(piece.size)) for piece in pieces) / values.size


@cache
def _ones(size: int) -> Floats:
    return np.ones(size, np.float32)


def _floats(values: "array[float]") -> Floats:
    return np.frombuffer(values, np.float32) if values else np.zeros(0, np.float32)


def _doubles(values: "array[float]") -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.frombuffer(values, np.float64) if values else np.zeros(0)
