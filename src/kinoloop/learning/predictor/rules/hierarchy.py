"""Two-level empirical Bayes for rates: logit p = effects + campaign + ad, both normal around zero.

Newton's method on all levels at once, in the form of iterated weighted least squares: ads are eliminated
first, then campaigns, so that one sweep costs as much as reading the data (Breslow and Clayton 1993, PQL).
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.predictor.records import Counts, Floats, Ints

SWEEPS = 25
CLOSE = 1e-9
LONGEST_STEP = 1.0


@dataclass(frozen=True)
class Spread:
    """Standard deviations of campaigns and of ads in a campaign, on the logit scale."""

    between: float
    within: float


@dataclass(frozen=True)
class Prior:
    """Normal beliefs about the effects before any data: means and precisions, the intercept first."""

    mean: Floats
    precision: Floats


@dataclass(frozen=True)
class Solution:
    """The mode, and variances around it. `campaign_variance` is of campaigns, `shrink` how far an ad follows
    its own results rather than its campaign (0 without results, towards 1 with many).
    """

    effects: Floats
    covariance: Floats
    campaign: Floats
    campaign_variance: Floats
    ad: Floats
    shrink: Floats
    weight: Floats


def columns(counts: Counts) -> Floats:
    """The design with a first column of ones, (ads, effects)."""
    return np.column_stack([np.ones(len(counts)), counts.design])


def solve(
    counts: Counts,
    spread: Spread,
    effects: Floats,
    prior: Prior | None = None,
    start: tuple[Floats, Floats] | None = None,
    sweeps: int = SWEEPS,
) -> Solution:
    """The mode of campaigns and ads, and of the effects when there is a `prior` for them (else they stay).

    `start` are campaigns and ads to begin with.
    """
    design, groups = columns(counts), int(counts.campaign.max(initial=-1)) + 1
    campaign, ad = start or (np.zeros(groups), np.zeros(len(counts)))
    solution = _sweep(counts, design, spread, effects, campaign, ad, prior)
    for _ in range(sweeps - 1):
        before = solution
        solution = _sweep(counts, design, spread, before.effects, before.campaign, before.ad, prior)
        if _moved(before, solution) < CLOSE:
            break
    return solution


def _sweep(
    counts: Counts,
    design: Floats,
    spread: Spread,
    effects: Floats,
    campaign: Floats,
    ad: Floats,
    prior: Prior | None,
) -> Solution:
    group, groups = counts.campaign, len(campaign)
    own, shared = spread.within**2, spread.between**2
    rate = 1 / (1 + np.exp(-(design @ effects + campaign[group] + ad)))
    weight = counts.impressions * rate * (1 - rate)
    kept = weight / (1 + weight * own)
    pull = kept * (campaign[group] + ad) + (counts.clicks - counts.impressions * rate) / (1 + weight * own)
    variance = shared / (1 + shared * _sum(group, kept, groups))
    covariance: Floats = np.zeros((len(effects), len(effects)))
    if prior is not None:
        precision, score = _effects(design, group, kept, pull, variance, prior, effects)
        covariance = np.linalg.inv(precision).astype(np.float64)
        step = np.clip(covariance @ score, -LONGEST_STEP, LONGEST_STEP)
        effects, pull = effects + step, pull - kept * (design @ step)
    new_campaign = variance * _sum(group, pull, groups)
    new_ad = own * (pull - kept * new_campaign[group])
    return Solution(
        effects=effects,
        covariance=covariance,
        campaign=_step(campaign, new_campaign),
        campaign_variance=variance,
        ad=_step(ad, new_ad),
        shrink=own * kept,
        weight=kept,
    )


def _effects(
    design: Floats, group: Ints, kept: Floats, pull: Floats, variance: Floats, prior: Prior, effects: Floats
) -> tuple[Floats, Floats]:
    """Precision and score of the effects with campaigns and ads integrated out."""
    groups = len(variance)
    sums = np.column_stack([_sum(group, kept * column, groups) for column in design.T])
    precision = design.T @ (design * kept[:, None]) - sums.T @ (sums * variance[:, None])
    score = design.T @ pull - sums.T @ (variance * _sum(group, pull, groups))
    score += prior.precision * (prior.mean - effects)
    return precision + np.diag(prior.precision), score


def _sum(group: Ints, values: Floats, groups: int) -> Floats:
    sums: Floats = np.bincount(group, weights=values, minlength=groups).astype(np.float64)
    return sums


def _step(before: Floats, after: Floats) -> Floats:
    """Damped: no logit moves by more than one in a sweep."""
    return before + np.clip(after - before, -LONGEST_STEP, LONGEST_STEP)


def _moved(before: Solution, after: Solution) -> float:
    pairs = (
        (before.effects, after.effects),
        (before.campaign, after.campaign),
        (before.ad, after.ad),
    )
    return max(float(np.abs(one - other).max(initial=0.0)) for one, other in pairs)
