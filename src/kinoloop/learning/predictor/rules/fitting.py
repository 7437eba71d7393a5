"""Learning the model: how much campaigns and ads differ, what traits do, how much an ad drifts.

Spreads by expectation and maximisation around the mode, with a weak prior (as four campaigns and four ads)
at what 4,873 public headline tests show: 0.65 between tests, 0.25 within. An intercept of 1 % CTR, effects of
traits within a quarter of a logit: little data says little.
"""

import numpy as np

from kinoloop.learning.predictor.records import Counts, CtrModel, Floats
from kinoloop.learning.predictor.rules.estimating import normal_rate, posterior
from kinoloop.learning.predictor.rules.hierarchy import Prior, Solution, Spread, columns, solve

USUAL = Spread(between=0.65, within=0.25)
PSEUDO = 4.0
START_RATE, START_SD, TRAIT_SD = 0.01, 1.0, 0.25
ROUNDS, CLOSE = 400, 1e-5
LEVELLING = 5
DRIFT_CLICKS = 5.0
"""Ads from which fewer clicks are expected tell nothing about drift."""


def fit(counts: Counts, names: tuple[str, ...] = ()) -> CtrModel:
    """The model of these ads. `names` are those of the design's columns. Ads without impressions say nothing.

    `drift` is zero: one period cannot tell it (see `with_drift`).
    """
    counts = shown(counts)
    prior, spread = _prior(counts.design.shape[1]), USUAL
    solution = solve(counts, spread, prior.mean, prior)
    moved, rounds = 1.0, 0
    while moved >= CLOSE and rounds < ROUNDS:
        before, spread = spread, _spread(counts, spread, solution)
        start = (solution.campaign, solution.ad)
        solution = solve(counts, spread, solution.effects, prior, start, sweeps=2)
        moved = max(abs(spread.between - before.between), abs(spread.within - before.within))
        rounds += 1
    solution = solve(counts, spread, solution.effects, prior, (solution.campaign, solution.ad))
    effects = _levelled(counts, spread, solution.effects)
    return CtrModel(
        effects=tuple(float(one) for one in effects),
        covariance=tuple(tuple(float(one) for one in row) for row in solution.covariance),
        columns=names,
        between=spread.between,
        within=spread.within,
        drift=0.0,
        base_rate=float(counts.clicks.sum() / counts.impressions.sum()),
    )


def _levelled(counts: Counts, spread: Spread, effects: Floats) -> Floats:
    """The intercept at which ads nobody has seen are expected to get, together, the clicks that these got:
    campaigns are not quite normal, and what is promised of a new one is its mean rate.
    """
    spreads = np.full(len(counts), spread.between**2 + spread.within**2)
    for _ in range(LEVELLING):
        expected = (counts.impressions * normal_rate(columns(counts) @ effects, spreads)).sum()
        effects = effects + np.eye(len(effects))[0] * np.log(max(counts.clicks.sum(), 0.5) / expected)
    return effects


def shown(counts: Counts) -> Counts:
    """Only the ads that had impressions; campaigns keep their numbers."""
    seen = counts.impressions > 0
    return Counts(counts.campaign[seen], counts.impressions[seen], counts.clicks[seen], counts.design[seen])


def drift_of(model: CtrModel, before: Counts, after: Counts) -> float:
    """By how much (sd of the logit) ads moved between two periods, beyond chance and what was unsure."""
    told = posterior(model, before)
    rate = normal_rate(told.logit, told.variance)
    expected = after.impressions * rate
    enough = expected >= DRIFT_CLICKS
    if not enough.any():
        return 0.0
    surplus = (after.clicks - expected) ** 2 - expected * (1 - rate) - expected**2 * told.variance
    return float(np.sqrt(max(surplus[enough].sum() / (expected[enough] ** 2).sum(), 0.0)))


def _prior(traits: int) -> Prior:
    mean = np.zeros(1 + traits)
    mean[0] = np.log(START_RATE / (1 - START_RATE))
    precision = np.full(1 + traits, TRAIT_SD**-2)
    precision[0] = START_SD**-2
    return Prior(mean, precision)


def _spread(counts: Counts, spread: Spread, solution: Solution) -> Spread:
    """One round: expected squares of campaigns and ads, with the prior's pseudo-observations."""
    seen = np.bincount(counts.campaign, minlength=len(solution.campaign)) > 0
    campaigns = (solution.campaign**2 + solution.campaign_variance)[seen]
    ads = solution.ad**2 + _ad_variance(counts, spread, solution)
    return Spread(_pooled(campaigns, USUAL.between), _pooled(ads, USUAL.within))


def _ad_variance(counts: Counts, spread: Spread, solution: Solution) -> Floats:
    own = spread.within**2 * (1 - solution.shrink)
    return own + solution.shrink**2 * solution.campaign_variance[counts.campaign]


def _pooled(squares: Floats, usual: float) -> float:
    return float(np.sqrt((PSEUDO * usual**2 + squares.sum()) / (PSEUDO + len(squares))))
