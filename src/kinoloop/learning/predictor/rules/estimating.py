"""From a model and what an ad has got so far to its rate: mean, interval, band.

The logit is taken as normal around its mean, which lies below the mode of few clicks (the next term after
Laplace's, Tierney and Kadane 1986). Its mean as a rate is by Gauss and Hermite's quadrature,
quantiles are exact.
"""

import numpy as np
from scipy.special import expit, ndtr, ndtri

from kinoloop.learning.predictor.records import Band, Counts, CtrModel, Floats, Posterior
from kinoloop.learning.predictor.rules.hierarchy import Spread, columns, solve

BANDS: tuple[tuple[Band, float], ...] = (("low", 0.02), ("medium", 0.05), ("high", 0.10), ("excellent", 1.0))
"""Each band ends below its number; the last holds all the rest."""
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


def posterior(model: CtrModel, counts: Counts) -> Posterior:
    """Beliefs about every ad from the results of its campaign's ads. Campaigns do not touch each other."""
    effects, covariance = np.array(model.effects), np.array(model.covariance)
    told = solve(counts, Spread(model.between, model.within), effects)
    design, group = columns(counts), counts.campaign
    logit = design @ effects + told.campaign[group] + told.ad
    follow = 1 - told.shrink
    sums = np.column_stack(
        [
            np.bincount(group, weights=told.weight * column, minlength=len(told.campaign))
            for column in design.T
        ]
    )
    leaning = follow[:, None] * (design - (told.campaign_variance[:, None] * sums)[group])
    unsure = np.einsum("ij,jk,ik->i", leaning, covariance, leaning)
    own, shared = model.within**2 * follow, told.campaign_variance
    variance = follow**2 * shared[group] + own + unsure
    skew = _skew(counts, logit, variance)
    pulled = np.bincount(group, weights=follow * skew, minlength=len(shared))
    centre = logit - (own * skew + follow * (shared * pulled)[group]) / 2
    return Posterior(centre, variance + model.drift**2)


def _skew(counts: Counts, logit: Floats, variance: Floats) -> Floats:
    """A binomial's pull of the mean away from the mode: its third derivative times the variance there."""
    rate = expit(logit)
    weights: Floats = counts.impressions * rate * (1 - rate) * (1 - 2 * rate) * variance
    return weights


def normal_rate(logit: Floats, variance: Floats) -> Floats:
    """The mean rate of normal logits."""
    points = logit[..., None] + np.sqrt(variance)[..., None] * NODES
    rates: Floats = expit(points) @ WEIGHTS
    return rates


def interval(logit: Floats, variance: Floats, level: float) -> tuple[Floats, Floats]:
    """The central interval that holds the rate with probability `level`."""
    reach = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    return expit(logit - reach), expit(logit + reach)


def band_of(rate: float) -> Band:
    """low below 2 %, medium below 5 %, high below 10 %, excellent from there."""
    return next(name for name, end in BANDS if rate < end or end == 1.0)


def edges(band: Band) -> tuple[float, float]:
    """Where a band begins and ends."""
    names = [name for name, _ in BANDS]
    place = names.index(band)
    return (0.0 if place == 0 else BANDS[place - 1][1]), BANDS[place][1]


def band_chance(logit: float, variance: float, band: Band) -> float:
    """The probability that the true rate lies in the band."""
    low, high = edges(band)
    return _below(logit, variance, high) - _below(logit, variance, low)


def _below(logit: float, variance: float, rate: float) -> float:
    if rate <= 0 or rate >= 1:
        return float(rate >= 1)
    return float(ndtr((np.log(rate / (1 - rate)) - logit) / np.sqrt(variance)))
