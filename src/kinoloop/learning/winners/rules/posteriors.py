"""Rates with a prior that the account itself teaches: Gamma-Poisson, moment-matched to lognormals.

counts ~ Poisson(exposure * rate), rate ~ Gamma(shape, shape / mean). The shape is the harmonic posterior mean
over a grid under the negative binomial likelihood (facts/decisions.md 4.1); moments as in 4.0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr

Floats = NDArray[np.float64]
SHAPES = np.array([0.7, 1.0, 1.5, 2.2, 3.2, 4.7, 7.0, 10.0, 15.0, 22.0, 33.0, 50.0, 80.0])
SHAPE_SPREAD = 0.8
EIGHTY = 1.2815515655446004
"""Standard deviations on either side that hold 80 %."""


@dataclass(frozen=True)
class LogRate:
    """Moment-matched lognormals, (n,) each: of the log rate."""

    mu: Floats
    var: Floats

    def times(self, other: "LogRate") -> "LogRate":
        return LogRate(self.mu + other.mu, self.var + other.var)

    def over(self, bar: float) -> Floats:
        """The chance that the rate is above the bar."""
        result: Floats = ndtr((self.mu - np.log(bar)) / np.sqrt(self.var))
        return result

    @property
    def mean(self) -> Floats:
        result: Floats = np.exp(self.mu + self.var / 2)
        return result

    def quantile(self, deviations: float) -> Floats:
        result: Floats = np.exp(self.mu + deviations * np.sqrt(self.var))
        return result


def rates(counts: Floats, exposure: Floats, *, usual_shape: float) -> LogRate:
    """Posteriors of each rate around the pooled one, whose own uncertainty is in `var`.

    `counts` (n,) need not be whole; `exposure` (n,) is above zero somewhere, and so are the counts.
    """
    mean = counts.sum() / exposure.sum()
    shape = _shape(counts, exposure, mean, usual_shape)
    a, b = shape + counts, shape / mean + exposure
    var = np.log1p(1 / a)
    pooled = (shape / a) ** 2 / counts.sum()
    return LogRate(np.log(a / b) - var / 2, var + pooled)


def values(total: Floats, counts: Floats, *, prior: float = 10.0, spread: float = 0.45) -> LogRate:
    """Posteriors of the value of one count, (n,): shrunk towards the pooled value by `prior` counts."""
    pooled = total.sum() / counts.sum()
    mean = (total + prior * pooled) / (counts + prior)
    var = spread / (counts + prior)
    return LogRate(np.log(mean) - var / 2, var)


def _shape(counts: Floats, exposure: Floats, mean: float, usual: float) -> float:
    a = SHAPES[:, None]
    mu = np.maximum(mean * exposure, 1e-12)[None, :]
    fit = gammaln(a + counts) - gammaln(a) - a * np.log1p(mu / a) - counts * np.log1p(a / mu)
    log_weight = fit.sum(axis=1) - (np.log(SHAPES / usual) / SHAPE_SPREAD) ** 2 / 2
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() / (weight / SHAPES).sum())
