"""How often people have seen an ad so far, out of daily rows that tell people per day only.

People of different days overlap, so daily reach must not be added up. Views that fall at random on an
audience of N people reach N (1 - exp(-views / N)) of them: each day's views and reach tell N, and N the
people so far.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BISECTIONS = 60
ENDLESS = 1e12
"""An audience that nobody meets twice."""


def audience_of(impressions: Floats, reach: Floats) -> float | None:
    """The audience (people) under which the days' reach adds up as told; None where no day told any.

    `impressions` and `reach` (n,) per day, NaN for a day whose reach was not told.
    """
    told = np.isfinite(reach) & (impressions > 0)
    if not told.any():
        return None
    views, people = impressions[told], float(np.minimum(reach[told], impressions[told]).sum())
    if people <= 0:
        return None
    low, high = np.log(max(people / told.sum(), 1.0) / 2), np.log(ENDLESS)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if reached(views, float(np.exp(middle))).sum() < people else (low, middle)
    return float(np.exp((low + high) / 2))


def reached(views: Floats, audience: float) -> Floats:
    """People reached by so many views that fall at random."""
    result: Floats = -audience * np.expm1(-views / audience)
    return result


def frequencies(impressions: Floats, audience: float) -> Floats:
    """Mean views per person reached until the middle of each day, at least 1; (n,)."""
    views = np.maximum(np.cumsum(impressions) - impressions / 2, 1e-9)
    result: Floats = np.maximum(views / reached(views, audience), 1.0)
    return result


def frequency_now(impressions: Floats, audience: float) -> float:
    """Mean views per person reached until the end."""
    views = max(float(impressions.sum()), 1e-9)
    return max(1.0, views / float(reached(np.array([views]), audience)[0]))
