"""By how much a challenger foresaw a campaign better than the champion: one bounded number each.

Per ad y log(q / p) - (q - p), over max(p, .002): the champion's Poisson loss less the challenger's per
expected click, with p the champion's rate, q the challenger's held within a factor 3 of it, and the real rate
y held at 2.6 p. That keeps every gain within 2 log 3 whatever happens; bounds taken from data would not do.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.learning.predictor.records import Floats

FACTOR, LEAST_RATE, MOST = 3.0, 0.002, 2.6
BOUND = 2.0 * float(np.log(FACTOR))


@dataclass(frozen=True)
class Pair:
    """What both said of one ad before, and what it got after."""

    campaign_id: str
    champion: float
    challenger: float
    impressions: int
    clicks: int


def gains(champion: Floats, challenger: Floats, impressions: Floats, clicks: Floats) -> Floats:
    """The gain of each ad, (ads,). Impressions are positive."""
    held = np.clip(challenger, champion / FACTOR, champion * FACTOR)
    real = np.minimum(clicks / impressions, MOST * champion)
    gained: Floats = (real * np.log(held / champion) - (held - champion)) / np.maximum(champion, LEAST_RATE)
    return gained


def campaign_gain(pairs: Sequence[Pair]) -> tuple[float, float]:
    """The gain of a campaign and its weight, the clicks that the champion expected. Weighted by those, so
    that it keeps the bound.
    """
    p, q, n, k = (
        np.array([getattr(pair, name) for pair in pairs], dtype=np.float64)
        for name in ("champion", "challenger", "impressions", "clicks")
    )
    weight = n * np.maximum(p, LEAST_RATE)
    return float(np.average(gains(p, q, n, k), weights=weight)), float(weight.sum())
