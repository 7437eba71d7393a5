"""Which own footage looks like the openings of films that won, for the first picture of the next one.

Only vectors of one space are compared: footage and winners analysed by different models have no likeness.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kinoloop.creative.plans.records import Footnote

LIKE = 0.7
"""Cosine from which one picture counts as looking like another; near-duplicates begin at 0.85."""
MOST = 3


@dataclass(frozen=True, eq=False)
class WinningLook:
    """How a winner opened: a unit vector (512,) of `space`; `text` tells of the win."""

    source: str
    space: str
    vector: NDArray[np.float32] = field(repr=False)
    text: str


@dataclass(frozen=True)
class Likeness:
    """How much a stretch looks like winning openings: the highest cosine, and whose."""

    cosine: float
    notes: tuple[Footnote, ...]


def likeness(
    space: str | None, vector: NDArray[np.float32] | None, looks: Sequence[WinningLook]
) -> Likeness | None:
    """The likeness of one stretch; None below LIKE, and without a vector of the same space."""
    if vector is None or space is None:
        return None
    near = [(float(one.vector @ vector), one) for one in looks if one.space == space]
    found = sorted(
        ((cosine, one) for cosine, one in near if cosine >= LIKE), key=lambda pair: (-pair[0], pair[1].source)
    )
    if not found:
        return None
    notes = tuple(
        Footnote(one.source, f"Looks like its opening (cosine {cosine:.2f}). {one.text}")
        for cosine, one in found[:MOST]
    )
    return Likeness(found[0][0], notes)
