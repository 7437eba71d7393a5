"""How unlike the rest of the library a shot looks, measured against all other shots of the same vector space.

`embedding_distance = 1 - mean cosine to the up to four nearest others`;
`diversity = 1 / (1 + near-duplicates)`.
"""

import numpy as np
from numpy.typing import NDArray

from kinoloop.footage.analysis.records import Measured, Score, Vector
from kinoloop.footage.analysis.rules.arithmetic import clamped, missing, weighted
from kinoloop.footage.analysis.rules.formula import NEAR_DUPLICATE, NEIGHBOURS, NOVELTY

NO_OTHERS = "there is no other shot to compare with"
BLOCK = 64
"""Rows compared at once: 64 x 100,000 cosines take 26 MB."""


def novelty_scores(vectors: list[Vector | None], library: Vector | None, why_none: str) -> list[Score]:
    """One score per shot. `library` (n, 512) holds shots of other assets in the same space."""
    known = [row for row, vector in enumerate(vectors) if vector is not None]
    scores = [novelty(None, why_none) for _ in vectors]
    if not known:
        return scores
    own = np.stack([vector for vector in vectors if vector is not None])
    for start in range(0, len(known), BLOCK):
        block = own[start : start + BLOCK]
        cosines = block @ own.T
        cosines[np.arange(len(block)), np.arange(start, start + len(block))] = np.nan
        if library is not None and len(library):
            cosines = np.hstack([cosines, block @ library.T])
        for row, found in zip(known[start : start + BLOCK], cosines, strict=True):
            scores[row] = novelty(found[~np.isnan(found)], NO_OTHERS)
    return scores


def novelty(cosines: NDArray[np.float32] | None, why_none: str) -> Score:
    """From the cosines to every other shot; null with `why_none` when there are none."""
    if cosines is None or not cosines.size:
        return weighted("novelty", NOVELTY, dict.fromkeys(NOVELTY.parts, missing(why_none)))
    count = min(NEIGHBOURS, cosines.size)
    nearest = np.partition(cosines, cosines.size - count)[-count:]
    twins = int(np.count_nonzero(cosines > NEAR_DUPLICATE))
    parts = {
        "embedding_distance": Measured(clamped(1.0 - float(nearest.mean()))),
        "diversity": Measured(1.0 / (1 + twins)),
    }
    return weighted("novelty", NOVELTY, parts)
