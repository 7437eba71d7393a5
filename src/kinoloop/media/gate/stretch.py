"""Is a circle still round? A picture of the film is held against the picture it was made of.

Points that look alike in both are paired and a straight map between them is fitted; how much wider than high
it is drawn is the stretch. It can tell where the picture has enough texture and most of it is shown; flat
colours, blurred grounds and drawn cards cannot be told, and say so.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
_POINTS, _LEAST_PAIRS, _LEAST_SHARE = 1500, 24, 0.4


def stretch_between(true: Grey, shown: Grey) -> tuple[float | None, str]:
    """(how much wider than true, "") or (None, why it cannot be told)."""
    pairs = _pairs(true, shown)
    if len(pairs) < _LEAST_PAIRS:
        return None, "too few points that look alike"
    there, here = (np.array([pair[side] for pair in pairs], np.float32) for side in (0, 1))
    matrix, inside = cv2.estimateAffine2D(there, here, method=cv2.RANSAC, ransacReprojThreshold=2.5)
    if matrix is None or inside.sum() < max(_LEAST_PAIRS, _LEAST_SHARE * len(pairs)):
        return None, "no one map joins the points that look alike"
    across, down = (float(np.hypot(*matrix[:, column])) for column in (0, 1))
    return (across / down, "") if down > 1e-3 else (None, "the picture has no height")


def _pairs(true: Grey, shown: Grey) -> list[tuple[Any, Any]]:
    finder: Any = cv2.ORB_create(nfeatures=_POINTS, fastThreshold=8)  # type: ignore[attr-defined]  # no stubs
    points_a, looks_a = finder.detectAndCompute(true, None)
    points_b, looks_b = finder.detectAndCompute(shown, None)
    if looks_a is None or looks_b is None or len(looks_b) < 2:
        return []
    found = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(looks_a, looks_b, k=2)
    return [
        (points_a[pair[0].queryIdx].pt, points_b[pair[0].trainIdx].pt)
        for pair in found
        if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance
    ]
