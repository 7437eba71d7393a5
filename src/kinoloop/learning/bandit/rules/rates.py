"""One rate per ad (clicks per view, results per click, steps per lead), shrunk to what its features predict.

N ~ Poisson(E theta), theta ~ Gamma(a, a / mean), log mean = b0 + x'b: a negative binomial regression with a
ridge, and how alike the ads are (`shape`) from the account itself. Everything is an array over ads.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from kinoloop.learning.bandit.records import Floats, Ints

MOST_COLUMNS, MOST_ADS = 20, 1000
SHAPES: Floats = np.geomspace(0.7, 80.0, 13)
SHAPE_SD = 0.8
INTERCEPT_SD = 1.0


@dataclass(frozen=True)
class Design:
    """Columns that predict a rate; the first is 1. `group` names the kind of feature of each (-1: none)."""

    columns: Floats
    group: Ints

    def joined(self, column: Floats, group: int) -> "Design":
        return Design(np.column_stack([self.columns, column]), np.append(self.group, group))


@dataclass(frozen=True)
class Rates:
    """Prior of each ad's rate: Gamma(`shape`, `shape` / `mean`). `effects` are the fitted coefficients of the
    design, `unsure` the variance that they leave to an ad's log rate, `common` the one that all ads share;
    `shape` holds `unsure` too.
    """

    design: Design
    effects: Floats
    mean: Floats
    shape: Floats
    unsure: Floats
    common: float

    def posterior(self, counts: Floats, exposure: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of the log rate, as a lognormal with the Gamma's two moments."""
        return log_gamma(self.shape + counts, self.shape / self.mean + exposure)

    @property
    def prior_var(self) -> Floats:
        result: Floats = np.log1p(1 / self.shape)
        return result

    def part(self, group: int) -> Floats:
        """What one kind of feature adds to the log rate, relative to the mean ad."""
        mine = self.design.group == group
        columns = self.design.columns[:, mine]
        result: Floats = (columns - columns.mean(axis=0)) @ self.effects[mine]
        return result

    @property
    def level(self) -> float:
        """The mean ad's log rate as its features predict it."""
        return float(self.design.columns.mean(axis=0) @ self.effects)


@dataclass(frozen=True)
class Habits:
    """What is expected of a rate before any data: its `mean`, how far features move its logarithm, and the
    shape (inverse squared spread between ads that features do not explain).
    """

    mean: float
    feature_sd: float
    shape: float


def log_gamma(shape: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Moment-matched lognormal of Gamma(shape, rate); digammas would have heavy false tails near shape 1."""
    var = np.log1p(1 / shape)
    return np.log(shape / rate) - var / 2, var


def log_beta(wins: Floats, losses: Floats) -> tuple[Floats, Floats]:
    """Moment-matched lognormal of Beta(wins, losses)."""
    both = wins + losses
    var = np.log1p(losses / (wins * (both + 1)))
    return np.log(wins / both) - var / 2, var


def one_hot(features: Ints, kinds: tuple[int, ...]) -> Design:
    """Intercept and a column per level; unknown levels (-1) are zeros. The commonest levels, at most 20."""
    rows = len(features)
    levels = [(kind, level) for kind, many in enumerate(kinds) for level in range(many)]
    columns = [features[:, kind] == level for kind, level in levels]
    if len(levels) > MOST_COLUMNS:
        use = np.argsort([-column.sum() for column in columns], kind="stable")[:MOST_COLUMNS]
        levels, columns = [levels[place] for place in use], [columns[place] for place in use]
    stacked = np.column_stack([np.ones(rows), *columns]).astype(np.float64)
    return Design(stacked, np.array([-1, *(kind for kind, _ in levels)], dtype=np.int64))


def fit(counts: Floats, exposure: Floats, design: Design, habits: Habits) -> Rates:
    """Empirical Bayes by damped Newton steps and a grid for the shape, from scratch each time.

    `counts` need not be whole; `exposure` is what one unit of rate would have brought.
    """
    columns = design.columns
    effects = np.zeros(columns.shape[1])
    effects[0] = np.log((counts.sum() + 1) / (exposure.sum() + 1 / habits.mean))
    shape = habits.shape
    for steps in (4, 2):
        for _ in range(steps):
            gradient, curvature = _slopes(columns, counts, exposure, effects, shape, habits)
            effects = effects + np.clip(np.linalg.solve(curvature, gradient), -1, 1)
        shape = _shape(counts, exposure * np.exp(columns @ effects), habits.shape)
    _, curvature = _slopes(columns, counts, exposure, effects, shape, habits)
    cover, middle = np.linalg.inv(curvature), columns.mean(axis=0)
    away = columns - middle
    unsure = np.einsum("ij,ij->i", away @ cover, away)
    return Rates(
        design,
        effects,
        np.exp(columns @ effects),
        1 / (1 / shape + unsure),
        unsure,
        float(middle @ cover @ middle),
    )


def _slopes(
    columns: Floats, counts: Floats, exposure: Floats, effects: Floats, shape: float, habits: Habits
) -> tuple[Floats, Floats]:
    """Gradient and (expected) curvature of the log likelihood with its ridge."""
    ridge = np.full(len(effects), habits.feature_sd**-2.0)
    ridge[0] = INTERCEPT_SD**-2.0
    off = effects.copy()
    off[0] -= np.log(habits.mean)
    expected = exposure * np.exp(columns @ effects)
    trust = shape / (shape + expected)
    gradient = columns.T @ ((counts - expected) * trust) - ridge * off
    curvature = columns.T @ (columns * (expected * trust)[:, None]) + np.diag(ridge)
    return gradient, curvature


def _shape(counts: Floats, expected: Floats, usual: float) -> float:
    """Harmonic posterior mean over the grid, given what the features predict."""
    use = telling(expected, counts)
    counts, expected = counts[use, None], expected[use, None]
    likelihood = (
        gammaln(counts + SHAPES)
        - gammaln(SHAPES)
        + SHAPES * np.log(SHAPES / (SHAPES + expected))
        - counts * np.log(SHAPES + expected)
    )
    return best_shape(likelihood.sum(axis=0), usual)


def best_shape(likelihood: Floats, usual: float) -> float:
    """Harmonic mean of `SHAPES` by their log likelihood and a prior around the usual one."""
    log_weight = likelihood - 0.5 * (np.log(SHAPES / usual) / SHAPE_SD) ** 2
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() / (weight / SHAPES).sum())


def telling(expected: Floats, counts: Floats) -> Ints:
    """Ads with any exposure; of very many an even sample over all sizes, which depends on nothing else."""
    some = np.flatnonzero(expected > 1e-6)
    if len(some) <= MOST_ADS:
        return some
    order = np.lexsort((counts[some], expected[some]))
    return some[order[:: -(-len(some) // MOST_ADS)]]
