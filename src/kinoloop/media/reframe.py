"""Choose what a narrower picture shows, shot by shot: faces first, then one compact mover, else the middle.

Within a shot the window's path is the cheapest one (Viterbi) between keeping the subject inside and
moving little; a path that hardly moves is held still; a subject wider than the window is shown whole
over a blur.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Span
from kinoloop.media.crop import CropKey, CropPath, CropPiece, window_size
from kinoloop.media.faces import Box, FaceTrack, Sighting
from kinoloop.media.records import MediaInfo

PLACES = 41
STILL = 0.10
"""A path that covers less than this share of the picture is replaced by one still window."""
ROOM = 0.25
"""Air wanted around a subject, as a share of its width, on either side."""
_MOVE, _START, _OUTSIDE = 14.0, 0.25, 10.0
_EQUAL = 0.5
Costs = NDArray[np.float64]


@dataclass(frozen=True)
class _Track:
    """Along which axis the window moves: picture length, window length, and the axis."""

    length: float
    window: float
    across: bool

    @property
    def room(self) -> float:
        return max(0.0, self.length - self.window)

    def extent(self, box: Box) -> tuple[float, float]:
        """Where the box begins and ends along the axis."""
        return (box.x, box.x + box.width) if self.across else (box.y, box.y + box.height)


def plan_crop(
    info: MediaInfo, span: Span, aspect: Fraction, faces: FaceTrack | None, *, shots: Sequence[Span] = ()
) -> CropPath:
    """A path of the largest window of `aspect` for the span; `shots` may reach beyond it."""
    assert info.video is not None
    wide, high = info.video.display_width, info.video.display_height
    window = window_size(wide, high, aspect)
    across = window[0] < wide
    track = _Track(wide, window[0], True) if across else _Track(high, window[1], False)
    looks = faces.sightings if faces else ()
    pieces = [
        _piece(part, [look for look in looks if part.contains(look.at)], track)
        for part in _parts(span, shots)
    ]
    return CropPath(window[0], window[1], tuple(pieces))


def _parts(span: Span, shots: Sequence[Span]) -> list[Span]:
    """The shots inside the span; what no shot covers is a part of its own."""
    edges = {span.start, span.end}
    edges |= {edge for shot in shots for edge in (shot.start, shot.end) if span.start < edge < span.end}
    rising = sorted(edges)
    return [Span(a, b) for a, b in pairwise(rising)]


def _piece(part: Span, looks: Sequence[Sighting], track: _Track) -> CropPiece:
    subjects, reason = _subjects(looks, track)
    if reason == "pad":
        return CropPiece(part, "pad", (), "the subject is wider than the window")
    if not any(subjects):
        return _still(part, track.room / 2, track, "centre")
    costs = np.stack([_costs(boxes, track) for boxes in subjects])
    path = _path(costs) * track.room / (PLACES - 1)
    if np.ptp(path) < STILL * track.length:
        place = int(np.argmin(costs.sum(axis=0))) * track.room / (PLACES - 1)
        return _still(part, place, track, reason)
    keys = tuple(_key(look, float(place), track) for look, place in zip(looks, _softened(path), strict=True))
    return CropPiece(part, "crop", keys, f"following {reason}")


def _subjects(looks: Sequence[Sighting], track: _Track) -> tuple[list[list[Box]], str]:
    """What to keep inside at each look, and what it is; 'pad' when it cannot fit."""
    seen = sum(bool(look.faces) for look in looks)
    if seen >= max(1, len(looks) // 4):
        main = [_main_faces(look.faces) for look in looks]
        too_wide = sum(bool(boxes) and _union(boxes, track) > track.window for boxes in main)
        return main, "pad" if too_wide * 2 > seen else "faces"
    moving = [[look.moving] if look.moving else [] for look in looks]
    if sum(bool(boxes) for boxes in moving) * 2 >= len(looks) > 0:
        return moving, "motion"
    return [[] for _ in looks], "centre"


def _main_faces(faces: Sequence[Box]) -> list[Box]:
    """The largest face and those about as large; small ones are background or mistakes."""
    largest = max((face.area for face in faces), default=0.0)
    return [face for face in faces if face.area >= _EQUAL * largest]


def _union(boxes: Sequence[Box], track: _Track) -> float:
    ends = [track.extent(box) for box in boxes]
    return max(end for _, end in ends) - min(start for start, _ in ends)


def _costs(boxes: Sequence[Box], track: _Track) -> Costs:
    """Cost of each place of the window: subject left outside, then distance from its middle."""
    places = np.linspace(0, track.room, PLACES)
    total = np.zeros(PLACES)
    for box in boxes:
        start, end = track.extent(box)
        air = ROOM * (end - start)
        out = np.maximum(0, places - (start - air)) + np.maximum(0, (end + air) - (places + track.window))
        away = np.abs(places + track.window / 2 - (start + end) / 2) / track.window
        total += _OUTSIDE * np.minimum(1, out / (end - start + 2 * air)) + away
    return total / max(1, len(boxes))


def _path(costs: Costs) -> NDArray[np.float64]:
    """Viterbi: the places that minimise the sum of costs and of moving (squared, and a little to start)."""
    steps = np.arange(PLACES)
    jump = np.abs(steps[:, None] - steps[None, :]) / (PLACES - 1)
    moving = _MOVE * jump**2 + _START * (jump > 0)
    total, back = costs[0].copy(), []
    for cost in costs[1:]:
        reach = total[:, None] + moving
        back.append(np.argmin(reach, axis=0))
        total = reach.min(axis=0) + cost
    place = int(np.argmin(total))
    path = [place]
    for came in reversed(back):
        place = int(came[place])
        path.append(place)
    return np.array(path[::-1], np.float64)


def _softened(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """A short average over neighbours, so that the window starts and stops gently."""
    padded = np.pad(path, 2, mode="edge")
    return np.convolve(padded, np.array([1, 4, 6, 4, 1]) / 16, mode="valid")


def _still(part: Span, place: float, track: _Track, reason: str) -> CropPiece:
    x, y = (place, 0.0) if track.across else (0.0, place)
    return CropPiece(part, "crop", (CropKey(part.start, x, y),), reason)


def _key(look: Sighting, place: float, track: _Track) -> CropKey:
    return CropKey(look.at, place, 0.0) if track.across else CropKey(look.at, 0.0, place)
