"""Where else does a text stand? Its sprite is slid over a reduced picture, in several sizes; only its covered
pixels count."""

from collections.abc import Iterator

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from kinoloop.media.gate.match import COVERED, plane_of, wanted_luma
from kinoloop.media.gate.records import Box
from kinoloop.media.gate.texts import Expected

SURE = 0.6
"""Correlation from which a text counts as found in another place."""
_SHORT_SIDE = 270
_SIZES = tuple(round(float(1.03**step), 4) for step in sorted(range(-10, 11), key=abs))
"""From 0.74 to 1.34 times as large: another zone makes other letters. The usual size first."""
_GOOD = 0.85
Model = NDArray[np.float32]


def find_text(frame: VideoFrame, expected: Expected) -> Box | None:
    """The box (in pixels of the picture) in which the sprite fits best, when it fits well; else None."""
    picture = plane_of(frame, 0)
    scale = min(1.0, _SHORT_SIDE / min(picture.shape))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(np.float32)
    best: tuple[float, Box | None] = (SURE, None)
    for model, mask in _models(expected, scale):
        if any(a > b for a, b in zip(model.shape, small.shape, strict=True)) or mask.sum() < 40:
            continue
        score, x, y = _slide(small, model, mask)
        if score > best[0]:
            high, wide = model.shape
            best = (
                score,
                (round(x / scale), round(y / scale), round((x + wide) / scale), round((y + high) / scale)),
            )
        if best[0] > _GOOD:
            break
    return best[1]


def _models(expected: Expected, scale: float) -> Iterator[tuple[Model, Model]]:
    """The sprite's luma and its covered pixels, in each size."""
    want = wanted_luma(expected, np.full(expected.sprite.luma.shape, 110, np.float32))
    covered = (expected.sprite.luma_clear < COVERED).astype(np.float32)
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not rows.size:
        return
    ink = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    high, wide = want[ink].shape
    for factor in _SIZES:
        size = max(4, round(wide * scale * factor)), max(4, round(high * scale * factor))
        model = cv2.resize(want[ink], size, interpolation=cv2.INTER_AREA)
        mask = cv2.resize(covered[ink], size, interpolation=cv2.INTER_AREA) > 0.5
        yield model.astype(np.float32), mask.astype(np.float32)


def _slide(small: Model, model: Model, mask: Model) -> tuple[float, int, int]:
    scores = cv2.matchTemplate(small, model, cv2.TM_CCOEFF_NORMED, mask=mask)
    scores[~np.isfinite(scores)] = -1
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    return float(best), int(x), int(y)
