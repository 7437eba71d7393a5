"""Pictures as they are decoded: black and frozen stretches, luma, colours; a few numbers a picture are kept.

Text laid over a picture would hide that what lies under it is black or stands still, so its boxes are left
out while it stands.
"""

from array import array
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.gate.records import Box, Colours, TextBox
from kinoloop.media.gate.runs import bridged, spans_of
from kinoloop.media.gate.shades import main_colours
from kinoloop.media.picture_meter import moments
from kinoloop.media.planes import Shrinker, SmallPicture
from kinoloop.media.records import Floats

BLACK_MEAN, BLACK_SPREAD, SHORTEST_BLACK = 20.0, 6.0, Fraction(1, 10)
"""Mean and standard deviation of luma (of 255) below which a picture counts as black."""
STILL, SHORTEST_FREEZE = 0.08, Fraction(1)
"""Mean change of luma (of 255) from picture to picture below which it stands still. Held pictures differ by
0.00 to 0.08 once encoded. So may films of a resting thing from a tripod: only their source tells."""
_REFRESH = 0.8
"""A key picture redraws a still picture a little: one such step does not end a freeze."""
_NEVER = 1e9


class PictureGauge:
    """Feed it decoded pictures in the order shown."""

    def __init__(self, texts: Sequence[TextBox] = (), *, still: float = STILL) -> None:
        """`still` is the change below which pictures stand still: more for footage as recorded."""
        self.still = still
        self.times: list[Seconds] = []
        self.texts = sorted(texts, key=lambda one: one.span)
        self.colours: list[Colours] = []
        self._mean: array[float] = array("f")
        self._spread: array[float] = array("f")
        self._change: array[float] = array("f")
        self._shrinker = Shrinker()
        self._last: SmallPicture | None = None
        self._boxes: list[Box] = []

    def add(self, frame: VideoFrame, at: Seconds) -> None:
        """Measure the picture shown at `at`."""
        picture = self._shrinker.shrink(frame)
        boxes = [_scaled(box, frame, picture) for box in self._standing(at)]
        mean, spread = _outside(picture.y, boxes)
        self._mean.append(mean)
        self._spread.append(spread)
        self._change.append(_change(picture, self._last, {*boxes, *self._boxes}))
        if not self.times or int(at) > int(self.times[-1]):
            self.colours.append(Colours(at, main_colours(picture, full_range=frame.color_range == 2)))
        self.times.append(at)
        self._last, self._boxes = picture, boxes

    def black(self, end: Seconds) -> tuple[Span, ...]:
        dark = (_floats(self._mean) < BLACK_MEAN) & (_floats(self._spread) < BLACK_SPREAD)
        return spans_of(dark, [*self.times, end], SHORTEST_BLACK)

    def frozen(self, end: Seconds) -> tuple[Span, ...]:
        """Stretches in which picture follows like picture; each begins with the first of them."""
        change = _floats(self._change)
        still = bridged(change < self.still, change < _REFRESH)
        still[:-1] |= still[1:]
        return spans_of(still, [*self.times, end], SHORTEST_FREEZE)

    def luma(self) -> Floats:
        """(n,) mean luma of each picture outside its texts."""
        return _floats(self._mean)

    def _standing(self, at: Seconds) -> list[Box]:
        return [_with_margin(one) for one in self.texts if one.span.start <= at < one.span.end]


def _with_margin(one: TextBox) -> Box:
    """Marks of the word being said and soft shadows reach a little further than the letters."""
    left, top, right, bottom = one.box
    more = one.letter_height * 2 // 5
    return max(0, left - more), max(0, top - more), right + more, bottom + more


def _scaled(box: Box, frame: VideoFrame, picture: SmallPicture) -> Box:
    high, wide = picture.y.shape
    across, down = wide / frame.width, high / frame.height
    left, top, right, bottom = box
    return (
        max(0, int(left * across) - 1),
        max(0, int(top * down) - 1),
        min(wide, int(right * across) + 2),
        min(high, int(bottom * down) + 2),
    )


def _outside(y: Floats, boxes: Sequence[Box]) -> tuple[float, float]:
    """Mean and standard deviation of the samples outside the boxes; of all when nothing is left."""
    if not boxes:
        mean, variance = moments(y.ravel())
        return mean, float(variance**0.5)
    bare = y[_bare(y, boxes)]
    values = bare if bare.size else y.ravel()
    mean, variance = moments(values)
    return mean, float(variance**0.5)


def _change(picture: SmallPicture, last: SmallPicture | None, boxes: "set[Box]") -> float:
    if last is None or last.y.shape != picture.y.shape:
        return _NEVER
    away = np.abs(picture.y - last.y)
    left = away[_bare(away, boxes)] if boxes else away.ravel()
    return float(left.mean()) if left.size else _NEVER


def _bare(y: Floats, boxes: "Sequence[Box] | set[Box]") -> NDArray[np.bool_]:
    bare = np.ones(y.shape, bool)
    for left, top, right, bottom in boxes:
        bare[top:bottom, left:right] = False
    return bare


def _floats(values: "array[float]") -> Floats:
    return np.frombuffer(values, np.float32) if values else np.zeros(0, np.float32)
