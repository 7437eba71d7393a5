"""The click rate now, and how much of it repeated views have taken: exact on a grid of slopes.

Clicks ~ Poisson(views theta exp(-slope g)), g = log((1 + frequency) / 2), which is 0 for people who see an ad
the first time. Few numbers per ad and slope are all that the tables tell about it.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import Floats
from kinoloop.learning.bandit.rules.rates import Design, Habits, Rates, fit

SLOPES: Floats = np.array([0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1, 1.4, 2])
USUAL_SLOPE = 0.25
HABITS = Habits(mean=0.010, feature_sd=0.25, shape=8.0)
_PRIOR_ADS, _TELLING, _ROUNDS = 5.0, 30.0, 6


@dataclass(frozen=True)
class Attention:
    """Discounted sums, ads by slopes: `views` fresh views the ad's views are worth, `tired` the log factor of
    its clicks. `clicks` per ad; `worn` is g now.
    """

    views: Floats
    tired: Floats
    clicks: Floats
    worn: Floats


@dataclass(frozen=True)
class ClickRates:
    """Log click rate: `now` with variance `var`, `fresh` without fatigue. `slope` is the expected one."""

    rates: Rates
    fresh: Floats
    now: Floats
    var: Floats
    slope: Floats
    worn: Floats

    @property
    def lost(self) -> Floats:
        """Share of the click rate lost to repeated views."""
        result: Floats = -np.expm1(-self.slope * self.worn)
        return result


def attention(impressions: Floats, clicks: Floats, frequency: Floats, discount: Floats) -> Attention:
    """Tables of steps by ads to sums; `frequency` is cumulative after the step, NaN where unknown."""
    worn = np.log1p(_carried(frequency)) - np.log(2)
    before = np.vstack([np.zeros_like(worn[:1]), worn[:-1]])
    views, taps = impressions * discount[:, None], clicks * discount[:, None]
    felt = np.column_stack([np.einsum("tn,tn->n", views, np.exp(-slope * before)) for slope in SLOPES])
    tired = -np.einsum("tn,tn->n", taps, before)[:, None] * SLOPES
    last = worn[-1] if len(worn) else np.zeros(impressions.shape[1])
    return Attention(felt, tired, taps.sum(axis=0), last)


def click_rates(seen: Attention, design: Design) -> ClickRates:
    """Posterior of every ad's click rate; slopes are learnt across ads, then mixed per ad."""
    usual = np.exp(-SLOPES / USUAL_SLOPE)
    usual = usual / usual.sum()
    weight = np.broadcast_to(usual, seen.views.shape)
    for _ in range(2):
        rates = fit(seen.clicks, (weight * seen.views).sum(axis=1), design, HABITS)
        weight = _weights(seen, rates, usual)
    shape = (rates.shape + seen.clicks)[:, None]
    spread = np.log1p(1 / shape)
    fresh = np.log(shape / ((rates.shape / rates.mean)[:, None] + seen.views)) - spread / 2
    now = fresh - SLOPES * seen.worn[:, None]
    mean = (weight * now).sum(axis=1)
    var = spread[:, 0] + (weight * (now - mean[:, None]) ** 2).sum(axis=1)
    return ClickRates(rates, (weight * fresh).sum(axis=1), mean, var, weight @ SLOPES, seen.worn)


def _weights(seen: Attention, rates: Rates, usual: Floats) -> Floats:
    """Chance of each slope per ad, the account's mix of slopes fitted by EM around the usual one."""
    start = (rates.shape / rates.mean)[:, None]
    log_fit = seen.tired - (rates.shape + seen.clicks)[:, None] * np.log(start + seen.views)
    fits = np.exp(log_fit - log_fit.max(axis=1, keepdims=True))
    telling = fits[seen.clicks > _TELLING]
    mix = usual
    for _ in range(_ROUNDS):
        chance = telling * mix
        chance = chance / chance.sum(axis=1, keepdims=True)
        mix = (_PRIOR_ADS * usual + chance.sum(axis=0)) / (_PRIOR_ADS + len(telling))
    weight = fits * mix
    result: Floats = weight / weight.sum(axis=1, keepdims=True)
    return result


def _carried(frequency: Floats) -> Floats:
    """Unknown values become the last known one before, 1 at the start; never below 1."""
    rows = np.arange(len(frequency))[:, None]
    known = np.maximum.accumulate(np.where(np.isnan(frequency), -1, rows), axis=0)
    told = np.take_along_axis(frequency, np.maximum(known, 0), axis=0)
    result: Floats = np.where(known >= 0, np.maximum(told, 1.0), 1.0)
    return result
