"""How much less every further unit of money buys, for the account and for each ad, from its days.

log(views per money) = the ad's price + the day's + bend(eta, budget) + noise. Ads that spent at different
budgets show their own eta within a few days; the others keep the account's.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import Flags, Floats

USUAL_ETA, ETA_SD = 0.76, 0.08
OWN_SD = 0.07
"""How far ads differ in it."""
LEAST_NOISE = 0.02
"""Least spread of a day's log views per money around the curve; more where the account's days show it."""
LOWEST, HIGHEST = 0.5, 0.92
ENOUGH_VIEWS = 50.0
_ROUNDS = 6


@dataclass(frozen=True)
class Days:
    """Tables of days by ads: log(1 + budget / K), log views per money, and which cells tell anything."""

    more: Floats
    paid: Floats
    views: Floats
    good: Flags


def days_of(much: Floats, spend: Floats, views: Floats) -> Days:
    """`much` is the daily budget over the scale of the response."""
    good: Flags = (spend > 0) & (views >= ENOUGH_VIEWS)
    seen = np.where(good, views, 1.0)
    return Days(np.log1p(np.where(good, much, 1.0)), np.log(seen / np.where(good, spend, 1.0)), seen, good)


def account_eta(told: Days) -> float:
    """Two Gauss-Newton steps within ads and days, from the usual value."""
    good, eta = told.good, USUAL_ETA
    if not good.any():
        return eta
    for _ in range(2):
        rest, slope = (_within(part, good) for part in _bent(told, eta))
        usual = max((rest**2).sum() / good.sum(), LEAST_NOISE**2) / ETA_SD**2
        step = ((slope * rest).sum() + usual * (USUAL_ETA - eta)) / ((slope**2).sum() + usual)
        eta = float(np.clip(eta + step, LOWEST, HIGHEST))
    return eta


def own_etas(told: Days, usual: float) -> Floats:
    """Each ad's, shrunk to the account's: a ridge per ad and the days' prices, by turns.

    The noise is the account's own, so that in an account whose prices jump nobody's budget seems to tell.
    """
    own, base = np.full(told.good.shape[1], usual), np.zeros(told.good.shape[1])
    noise = LEAST_NOISE**2
    for _ in range(_ROUNDS if told.good.any() else 0):
        rest, slope = _bent(told, own)
        weight = np.where(told.good, 1 / (noise + 1 / told.views), 0.0)
        rest = rest - _mean(rest - base, weight, axis=1)
        middle, tilt = _mean(rest, weight, axis=0), _mean(slope, weight, axis=0)
        away = weight * (slope - tilt)
        step = ((away * (rest - middle)).sum(axis=0) + (usual - own) / OWN_SD**2) / (
            (away * (slope - tilt)).sum(axis=0) + OWN_SD**-2.0
        )
        noise = _noise(rest - middle - (slope - tilt) * step, weight, told)
        base = (middle - tilt * step)[0]
        own = np.clip(own + step, LOWEST, HIGHEST)
    return own


def _noise(rest: Floats, weight: Floats, told: Days) -> float:
    """Variance of a cell beyond that of counting its views; each ad and each day has used up some cells."""
    used = 2 * told.good.any(axis=0).sum() + told.good.any(axis=1).sum()
    cells = int(told.good.sum())
    if cells <= used:
        return OWN_SD**2
    share = weight / weight.sum()
    extra = (share * rest**2).sum() * cells / (cells - used) - (share / told.views).sum()
    return float(max(extra, LEAST_NOISE**2))


def _bent(told: Days, eta: Floats | float) -> tuple[Floats, Floats]:
    """What is left of the log views per money beside the curve, and the curve's slope in eta."""
    curve = np.log(np.expm1(eta * told.more) / (eta * np.expm1(told.more)))
    slope: Floats = told.more / -np.expm1(-eta * told.more) - 1 / eta
    return told.paid - curve, slope


def _mean(values: Floats, weight: Floats, axis: int) -> Floats:
    """Weighted mean along an axis, which is kept; 0 where nothing weighs."""
    total = weight.sum(axis=axis, keepdims=True)
    result: Floats = (values * weight).sum(axis=axis, keepdims=True) / np.where(total > 0, total, 1.0)
    return result


def _within(values: Floats, good: Flags) -> Floats:
    """Deviation from the ad's mean and the day's, over good cells; 0 elsewhere."""
    left = np.where(good, values, 0.0)
    for _ in range(3):
        for axis in (0, 1):
            many = np.maximum(good.sum(axis=axis, keepdims=True), 1)
            left = np.where(good, left - left.sum(axis=axis, keepdims=True) / many, 0.0)
    return left
