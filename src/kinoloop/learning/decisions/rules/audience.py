"""How often a person has seen an ad, from the reach that the platform tells day by day.

Daily reach cannot be added up: the same people return. Views that fall at random on A people reach
A (1 - exp(-n/A)) of them on a day with n views; the A that explains an ad's days gives its reach in all.
"""

import numpy as np

from kinoloop.learning.bandit.records import Floats, Ints

LARGEST = 1e9
_HALVINGS = 60


def audience(column: Ints, shown: Ints, reach: Ints, ads: int) -> Floats:
    """People per ad, by bisection on the sum over its days; NaN where no day told a reach.

    `column` is the ad of each day, `shown` and `reach` its views and people.
    """
    people = np.bincount(column, reach, minlength=ads)
    most = np.ones(ads)
    np.maximum.at(most, column, reach.astype(np.float64))
    low, high = np.log(most), np.full(ads, np.log(LARGEST))
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        size = np.exp(middle)[column]
        reached = np.bincount(column, -size * np.expm1(-shown / size), minlength=ads)
        more = reached < people
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.where(people > 0, np.exp(high), np.nan)


def frequency(impressions: Ints, people: Floats) -> Floats:
    """Views per person reached since the start, steps by ads; 1 before anything was shown, NaN unknown."""
    shown = np.cumsum(impressions, axis=0).astype(np.float64)
    reached = -people * np.expm1(-shown / people)
    seen = np.divide(shown, reached, out=np.ones_like(shown), where=reached > 0)
    return np.where(np.isnan(people), np.nan, np.maximum(seen, 1.0))
