"""The content vector of a film: the mean direction of what its panels show, weighted by how long each stands.

Only own footage has vectors (512 numbers of one space, by the analysis). Generated pictures and cards have
none, so a film made mostly of those has no content vector, and says so.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.learning.winners.records import Content, Vector

LEAST_SHARE = 0.5
"""Share of the film's time that vectors of one space must cover."""


@dataclass(frozen=True)
class Pictured:
    """One panel's picture: how long it stands, and its shot's vector of a space (None: there is none)."""

    duration_ms: int
    space: str | None = None
    vector: Vector | None = None


def content_of(panels: Sequence[Pictured]) -> Content:
    """The content of a film in the space that covers most of it, and of its first panel."""
    total = sum(one.duration_ms for one in panels)
    covered: dict[str, int] = defaultdict(int)
    for one in panels:
        if one.space is not None and one.vector is not None:
            covered[one.space] += one.duration_ms
    if not covered:
        return Content(None, None, None, "no panel shows own footage with a vector")
    space = min(covered, key=lambda name: (-covered[name], name))
    first = panels[0]
    opening = first.vector if first.space == space else None
    share = covered[space] / total
    if share < LEAST_SHARE:
        return Content(space, None, opening, f"only {share:.0%} of the film is own footage with a vector")
    mean = _mean([one for one in panels if one.space == space and one.vector is not None])
    if mean is None:
        return Content(space, None, opening, "its pictures cancel each other out")
    return Content(space, mean, opening)


def _mean(panels: Sequence[Pictured]) -> Vector | None:
    weights = np.array([one.duration_ms for one in panels], dtype=np.float64)
    summed = weights @ np.stack([np.asarray(one.vector, dtype=np.float64) for one in panels])
    length = float(np.linalg.norm(summed))
    return None if length < 1e-6 * weights.sum() else (summed / length).astype(np.float32)
