"""What a sale of an ad is worth: its own mean, shrunk to the account's, which starts from what was hoped."""

from dataclasses import dataclass

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import Floats, Outcomes
from kinoloop.learning.bandit.rules.credit import Links

SHRINK, HOPE_WEIGHT, SPREAD, TOP = 10.0, 5.0, 0.45, 0.99


@dataclass(frozen=True)
class Sales:
    """Weighted number and sum of an ad's sales (minor units, the top hundredth cut back), and the account's
    mean worth of a sale, None when nothing was sold and nothing said; `sold` is how many it rests on.
    """

    number: Floats
    total: Floats
    usual: float | None
    sold: int


@dataclass(frozen=True)
class Worth:
    """Log worth of a sale per ad, with variance; `level` the account's, `common` its variance."""

    mu: Floats
    var: Floats
    level: float
    common: float

    @property
    def prior_var(self) -> float:
        return SPREAD / SHRINK


def sales(outcomes: Outcomes, links: Links, hoped: Minor | None, ads: int) -> Sales:
    """Sum up what was sold."""
    told = np.isfinite(outcomes.value) & (outcomes.value > 0)
    values = outcomes.value[told]
    usual = _usual(np.minimum(values, np.quantile(values, TOP)) if len(values) else values, hoped)
    cut = np.where(told, outcomes.value, 0.0)
    if len(values):
        cut = np.minimum(cut, np.quantile(values, TOP))
    weight = links.weight * told[links.row]
    number = np.bincount(links.ad, weight, minlength=ads).astype(np.float64)
    total = np.bincount(links.ad, weight * cut[links.row], minlength=ads).astype(np.float64)
    return Sales(number, total, usual, len(values))


def worth(seen: Sales) -> Worth | None:
    """None when nothing is known of what a sale is worth."""
    if seen.usual is None:
        return None
    mean = (seen.total + SHRINK * seen.usual) / (seen.number + SHRINK)
    var = SPREAD / (seen.number + SHRINK)
    return Worth(np.log(mean) - var / 2, var, float(np.log(seen.usual)), SPREAD / (seen.sold + HOPE_WEIGHT))


def _usual(values: Floats, hoped: Minor | None) -> float | None:
    if hoped is not None and hoped > 0:
        return float((values.sum() + HOPE_WEIGHT * hoped) / (len(values) + HOPE_WEIGHT))
    return float(values.mean()) if len(values) else None
