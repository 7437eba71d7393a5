"""Where people are and what moves, looked at a few times a second in one fast decode of a stretch.

Faces: OpenCV's frontal-face cascade (Haar, alt2) on a picture 270 lines high. Motion: two pictures close
together; where they differ in one compact place, that place is the subject.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Seconds, Span
from kinoloop.media.probe import probe
from kinoloop.media.records import MediaInfo, VideoStream
from kinoloop.media.spans import pictures_at
from kinoloop.media.watch import SilentWatch, Watch

LINES = 270
_SCALE, _NEIGHBOURS, _SMALLEST = 1.15, 4, 22
_APART = Fraction(1, 10)
_MOVED, _LEAST, _MOST, _COMPACT = 14, 0.006, 0.30, 0.17

Grey = NDArray[np.uint8]


@dataclass(frozen=True)
class Box:
    """A rectangle in display pixels of the source."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


@dataclass(frozen=True)
class Sighting:
    """What one look showed: faces, and the compact place that moved (None: nothing, or everything)."""

    at: Seconds
    faces: tuple[Box, ...]
    moving: Box | None


@dataclass(frozen=True)
class FaceTrack:
    """Looks in time order. `reason` says why faces could not be looked for, else None."""

    sightings: tuple[Sighting, ...]
    reason: str | None = None


def faces_in(path: Path, span: Span, *, per_second: int = 2, watch: Watch | None = None) -> FaceTrack:
    """Look `per_second` times a second. Without OpenCV only motion is found, with a reason."""
    info = probe(path)
    if info.video is None:
        return FaceTrack((), "there is no picture")
    detector, reason = _detector()
    times = look_times(span.clamp(_seen(info)), per_second)
    looks: list[Sighting] = []
    before: Grey | None = None
    for number, frame in (
        pictures_at(path, info, times, watch=watch or SilentWatch(), fast=True) if times else ()
    ):
        grey = _grey(frame, info.video)
        if number % 2 == 0:
            before = grey
            continue
        scale = info.video.display_height / grey.shape[0]
        moving = None if before is None else moving_place(before, grey)
        found = () if detector is None else _faces(detector, grey)
        looks.append(
            Sighting(
                times[number - 1], tuple(_scaled(b, scale) for b in found), moving and _scaled(moving, scale)
            )
        )
    return FaceTrack(tuple(looks), reason)


def look_times(span: Span, per_second: int) -> list[Seconds]:
    """Pairs of times a tenth of a second apart, in the middle of equal parts of the span."""
    if span.duration <= 0:
        return []
    count = max(1, round(span.duration * per_second))
    part = span.duration / count
    middles = (span.start + part * number + part / 2 for number in range(count))
    return [at for middle in middles for at in (middle, middle + min(_APART, part / 3))]


def moving_place(before: Grey, after: Grey) -> Box | None:
    """The box around what moved, in pixels of the pictures, if it is neither nothing nor everywhere."""
    shrunk = [picture[::3, ::3].astype(np.int16) for picture in (before, after)]
    moved = np.abs(shrunk[1] - shrunk[0]) > _MOVED
    share = float(moved.mean())
    if not _LEAST <= share <= _MOST:
        return None
    rows, columns = np.nonzero(moved)
    spread = float(columns.std()) / moved.shape[1]
    if spread > _COMPACT:
        return None
    left, right = np.percentile(columns, (5, 95)) * 3
    top, bottom = np.percentile(rows, (5, 95)) * 3
    return Box(float(left), float(top), float(right - left + 3), float(bottom - top + 3))


def _seen(info: MediaInfo) -> Span:
    """Where there are pictures."""
    assert info.video is not None
    length = info.video.duration or info.duration
    return Span(Fraction(0), max(Fraction(0), info.video.start - info.start + length))


def _detector() -> tuple[Any, str | None]:
    """OpenCV's cascade, or why it is not there."""
    try:
        import cv2

        cascade = Path(str(cv2.__file__)).parent / "data" / "haarcascade_frontalface_alt2.xml"
        detector = cv2.CascadeClassifier(str(cascade))
    except (ImportError, AttributeError):
        return None, "faces were not looked for: OpenCV with its cascades is not installed"
    if detector.empty():
        return None, "faces were not looked for: OpenCV came without its face cascade"
    return detector, None


def _faces(detector: Any, grey: Grey) -> tuple[Box, ...]:
    found: Sequence[Sequence[float]] = detector.detectMultiScale(
        grey, _SCALE, _NEIGHBOURS, 0, (_SMALLEST, _SMALLEST)
    )
    return tuple(Box(*(float(side) for side in box)) for box in found)


def _grey(frame: av.VideoFrame, video: VideoStream) -> Grey:
    """The picture as a viewer sees it, small and grey."""
    upright = video.rotation % 180 == 0
    high = LINES if video.display_height > LINES else video.display_height // 2 * 2
    wide = max(2, round(video.display_width * high / video.display_height))
    stored = (wide, high) if upright else (high, wide)
    small = frame.reformat(width=stored[0], height=stored[1], format="gray8").to_ndarray()
    return np.ascontiguousarray(np.rot90(small, video.rotation // 90)).astype(np.uint8)


def _scaled(box: Box, by: float) -> Box:
    return Box(box.x * by, box.y * by, box.width * by, box.height * by)
