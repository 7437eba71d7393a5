"""The way through the CRM: how long each stage takes, and how many of an ad's leads get to the next.

Everybody who entered a stage counts by the chance that his move would be known by now, also those who moved
on: that thinning is unbiased. A recorded loss is no failure here: losses that nobody wrote down would make
survivors look better.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln

from kinoloop.learning.bandit.records import Floats, Outcomes
from kinoloop.learning.bandit.rules.credit import Links
from kinoloop.learning.bandit.rules.delays import Curve, ladder, lognormal
from kinoloop.learning.bandit.rules.rates import (
    SHAPES,
    Design,
    Habits,
    Rates,
    best_shape,
    fit,
    log_beta,
    telling,
)

USUAL_SHAPE = 15.0
EARLY = Habits(mean=0.5, feature_sd=0.08, shape=USUAL_SHAPE)
LAST = Habits(mean=0.3, feature_sd=0.08, shape=USUAL_SHAPE)
MOST_RATE = 0.95


@dataclass(frozen=True)
class Passages:
    """Ads by stages: `moved` leads that went on, `ripe` those whose move would be known by now."""

    moved: Floats
    ripe: Floats


@dataclass(frozen=True)
class StageRates:
    """Log share of an ad's leads that end in a sale, with variance; a `Rates` per stage."""

    rates: tuple[Rates, ...]
    mu: Floats
    var: Floats
    prior_var: Floats
    level: float
    common: float


def entered(outcomes: Outcomes) -> Floats:
    """When each lead entered each stage and then was sold: rows by stages + 1. Skipped stages take the time
    of the next one, so a jump counts as a move through all between.
    """
    times = np.column_stack([outcomes.entry_at, outcomes.moves])
    result: Floats = np.fmin.accumulate(times[:, ::-1], axis=1)[:, ::-1]
    return result


def stage_curves(times: Floats, now: float) -> tuple[Curve, ...]:
    """How long each stage takes, from leads that entered it since the records began (older ones are known
    only if they were slow).
    """
    stages = times.shape[1] - 1
    curves = list[Curve]()
    for stage in range(stages):
        start, end = times[:, stage], times[:, stage + 1]
        told = (start >= 0) & ~np.isnan(end)
        usual = lognormal(7.0 if stage == stages - 1 else 3.0, 1.0)
        curves.append(ladder((end - start)[told], (now - start)[told], usual))
    return tuple(curves)


def passages(times: Floats, links: Links, curves: tuple[Curve, ...], now: float, ads: int) -> Passages:
    """Sums over an ad's leads by the weight of their match."""
    moved, ripe = np.zeros((ads, len(curves))), np.zeros((ads, len(curves)))
    for stage, curve in enumerate(curves):
        start, end = times[links.row, stage], times[links.row, stage + 1]
        known = np.nan_to_num(curve.at(now - start)) * links.weight
        ripe[:, stage] = np.bincount(links.ad, known, minlength=ads)
        moved[:, stage] = np.bincount(links.ad, links.weight * ~np.isnan(end), minlength=ads)
    return Passages(moved, ripe)


def stage_rates(seen: Passages, design: Design) -> StageRates:
    """Posterior of the whole way from lead to sale."""
    ads, stages = seen.moved.shape
    mu, var, prior_var = np.zeros(ads), np.zeros(ads), np.zeros(ads)
    fits = list[Rates]()
    for stage in range(stages):
        moved, ripe = seen.moved[:, stage], seen.ripe[:, stage]
        stayed = np.maximum(ripe - moved, 0.0)
        rates = fit(moved, ripe, design, LAST if stage == stages - 1 else EARLY)
        wins, losses = _prior(rates, moved, stayed)
        one_mu, one_var = log_beta(wins + moved, losses + stayed)
        mu, var, prior_var = mu + one_mu, var + one_var, prior_var + log_beta(wins, losses)[1]
        fits.append(rates)
    level = sum(rates.level for rates in fits)
    return StageRates(tuple(fits), mu, var, prior_var, level, sum(rates.common for rates in fits))


def _prior(rates: Rates, moved: Floats, stayed: Floats) -> tuple[Floats, Floats]:
    """Beta prior per ad around the predicted share. How alike the ads are comes from the Beta-binomial: the
    negative binomial takes shares for more scattered than they are.
    """
    mean = np.minimum(rates.mean, MOST_RATE)
    odds = (1 - mean) / mean
    use = telling(moved + stayed, moved)
    weight = _weight(odds[use, None] * SHAPES)
    wins, losses = weight * mean[use, None], weight * (1 - mean[use, None])
    seen, unseen = moved[use, None], stayed[use, None]
    likelihood = betaln(wins + seen, losses + unseen) - betaln(wins, losses)
    shape = best_shape(likelihood.sum(axis=0), USUAL_SHAPE)
    own = _weight(odds / (1 / shape + rates.unsure))
    return own * mean, own * (1 - mean)


def _weight(spread: Floats) -> Floats:
    """Number of leads a Beta prior is worth, from odds over the variance of its logarithm."""
    return np.maximum(spread - 1, 1.0)
