"""Hard cuts from two numbers per frame: how much changed, and how little of the structure stayed.

A cut stands out from its eight neighbours and decorrelates the picture; flashes, pans and flicker do one or
the other, seldom both.
"""

import numpy as np
from numpy.typing import NDArray

from kinoloop.media.records import Floats

THRESHOLD = 1.5
"""Score from which a change is a cut."""
LOOSE_CHANGE = 12.0
"""Motion in levels below which a change is never a cut, so its structure is not compared."""
LOST_STRUCTURE = 0.5
_PEAK, _AROUND, _CALM = 2, 4, 2.0


def hard_cuts(motion: Floats, change: Floats, threshold: float = THRESHOLD) -> list[tuple[int, float]]:
    """Indices of the first frame of each new shot, with its score.

    `motion` (n,) is the mean level difference to the frame before (index 0 has none), `change` (n,) is
    one minus the correlation with it. The window shrinks at both ends of the film, so no cut is lost there.
    """
    scores = cut_scores(motion, change)
    return [(int(at), float(scores[at])) for at in np.flatnonzero(scores >= threshold)]


def cut_scores(motion: Floats, change: Floats) -> Floats:
    """motion / (mean motion of 8 neighbours + 2) x change where it peaks within 2 frames, else 0; (n,)."""
    known = motion[1:].astype(np.float64)
    scores = np.zeros(motion.size, np.float32)
    if known.size == 0:
        return scores
    usual = _neighbour_mean(known)
    peaks = (known >= LOOSE_CHANGE) & (change[1:] >= LOST_STRUCTURE) & _peaks(known)
    scores[1:] = np.where(peaks, known / (usual + _CALM) * change[1:], 0)
    return scores


def _neighbour_mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(values)])
    place = np.arange(values.size)
    low, high = np.maximum(place - _AROUND, 0), np.minimum(place + _AROUND + 1, values.size)
    return np.asarray((total[high] - total[low] - values) / np.maximum(high - low - 1, 1))


def _peaks(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """True where nothing within two frames is larger; of equals the first."""
    padded = np.pad(values, _PEAK, constant_values=-1.0)
    result = np.ones(values.size, np.bool_)
    for way in range(1, _PEAK + 1):
        result &= values > padded[_PEAK - way : _PEAK - way + values.size]
        result &= values >= padded[_PEAK + way : _PEAK + way + values.size]
    return result
