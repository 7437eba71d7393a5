"""Where a sum of uncertain amounts lies. Pure.

Of the clicks that a deal may have come from one at most did it, so a deal gives one amount with its
probability, or nothing with the rest. Deals are drawn independently of each other.
"""

from collections.abc import Sequence

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.lineage.records import Range

DRAWS = 4_000
LEVEL = 0.80
Chances = Sequence[tuple[float, Minor]]
"""(probability, amount) of each possibility; their probabilities add up to 1 at most."""


def likely(deals: Sequence[Chances], rng: np.random.Generator) -> Range:
    """The central 80 % of the sum: amounts that can really come out, the same number when all is certain."""
    total = np.zeros(DRAWS, dtype=np.int64)
    for chances in deals:
        if len(chances) == 1 and chances[0][0] >= 1:
            total += chances[0][1]
        elif chances:
            total += _drawn(chances, rng)
    ends = np.quantile(total, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], method="inverted_cdf")
    return int(ends[0]), int(ends[1])


def _drawn(chances: Chances, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    ends = np.cumsum([chance for chance, _ in chances])
    amounts = np.array([*(amount for _, amount in chances), 0], dtype=np.int64)
    drawn: np.ndarray[tuple[int], np.dtype[np.int64]] = amounts[
        np.searchsorted(ends, rng.random(DRAWS), side="right")
    ]
    return drawn
