"""The fit finds what was planted, its mode is the mode, and campaigns keep apart."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from kinoloop.learning.predictor.records import Counts, CtrModel, Floats
from kinoloop.learning.predictor.rules.estimating import normal_rate, posterior
from kinoloop.learning.predictor.rules.fitting import drift_of, fit, shown
from kinoloop.learning.predictor.rules.hierarchy import Prior, Spread, solve
from tests.learning.predictor.worlds import counts, drawn, true_rates

MODEL = CtrModel((-4.2,), ((0.0,),), (), 0.6, 0.25, 0.0, 0.016)


def test_spreads_are_found_again() -> None:
    rng = np.random.default_rng(1)
    campaign, rate = true_rates(rng, 600, 4)
    learnt = fit(drawn(rng, campaign, rate, 4_000))
    assert learnt.between == pytest.approx(0.6, abs=0.06)
    assert learnt.within == pytest.approx(0.25, abs=0.03)
    assert learnt.base_rate == pytest.approx(rate.mean(), rel=0.1)


def test_a_planted_trait_is_found_and_shrunk() -> None:
    rng = np.random.default_rng(2)
    campaign, _ = true_rates(rng, 200, 4)
    design = rng.integers(0, 2, (800, 1)).astype(np.float64)
    logit = -4.2 + rng.normal(0, 0.5, 200)[campaign] + rng.normal(0, 0.2, 800) + 0.4 * design[:, 0]
    seen = counts(campaign, np.full(800, 3_000), rng.binomial(3_000, expit(logit)).astype(np.float64), design)
    learnt = fit(seen, ("hook=question",))
    assert learnt.effects[1] == pytest.approx(0.4, abs=0.06)
    nothing = fit(counts(campaign[:8], np.full(8, 50), np.zeros(8), design[:8]), ("hook=question",))
    assert abs(nothing.effects[1]) < 0.1


def test_little_data_leaves_the_usual_spreads() -> None:
    learnt = fit(counts(np.zeros(3, dtype=np.int64), np.array([100, 100, 0]), np.array([1, 2, 0])))
    assert learnt.between == pytest.approx(0.65, abs=0.1) and learnt.within == pytest.approx(0.25, abs=0.05)


def test_the_mode_is_where_the_log_posterior_is_highest() -> None:
    seen = counts(np.array([0, 0, 1, 1, 1]), np.array([400, 90, 0, 2_000, 30]), np.array([9, 0, 0, 31, 2]))
    prior, spread = Prior(np.array([-4.0]), np.array([1.0])), Spread(0.6, 0.25)
    told = solve(seen, spread, prior.mean, prior)

    def minus_log(at: Floats) -> float:
        logit = at[0] + at[1:3][seen.campaign] + at[3:]
        likelihood = seen.clicks * logit - seen.impressions * np.log1p(np.exp(logit))
        squares = (at[0] + 4.0) ** 2 + (at[1:3] ** 2).sum() / 0.36 + (at[3:] ** 2).sum() / 0.0625
        return float(-likelihood.sum() + squares / 2)

    best = minimize(minus_log, np.r_[-4.0, np.zeros(7)], method="BFGS").x
    assert np.allclose(np.r_[told.effects, told.campaign, told.ad], best, atol=2e-4)


def test_beliefs_are_those_of_brute_force() -> None:
    """One campaign of two ads on a grid: mean rate and variance of the first."""
    seen = counts(np.array([0, 0]), np.array([300, 500]), np.array([2, 11]))
    told = posterior(MODEL, seen)
    grid = np.linspace(-2.5, 2.5, 141)
    shared, one, two = np.meshgrid(grid, grid / 2, grid / 2, indexing="ij")
    logs = -(shared**2) / 0.72 - (one**2 + two**2) / 0.125
    for own, shown_, clicks in ((one, 300, 2), (two, 500, 11)):
        logit = -4.2 + shared + own
        logs = logs + clicks * logit - shown_ * np.log1p(np.exp(logit))
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    logit = -4.2 + shared + one
    mean = float((weights * logit).sum())
    assert told.logit[0] == pytest.approx(mean, abs=0.02)
    assert told.variance[0] == pytest.approx(float((weights * (logit - mean) ** 2).sum()), rel=0.1)
    rate = float((weights * expit(logit)).sum())
    assert normal_rate(told.logit, told.variance)[0] == pytest.approx(rate, rel=0.02)


def test_without_results_an_ad_is_as_unsure_as_the_world() -> None:
    told = posterior(MODEL, counts(np.array([0]), np.array([0]), np.array([0])))
    assert told.logit[0] == pytest.approx(-4.2) and told.variance[0] == pytest.approx(0.36 + 0.0625)


RESULTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5_000), st.floats(0, 0.2)), min_size=1, max_size=8
)


def made(results: list[tuple[int, int, float]]) -> Counts:
    campaign = np.array([one[0] for one in results], dtype=np.int64)
    shown_ = np.array([one[1] for one in results])
    return counts(campaign, shown_, np.array([int(one[1] * one[2]) for one in results]))


@given(RESULTS, st.randoms())
def test_order_of_ads_does_not_matter(results: list[tuple[int, int, float]], random: object) -> None:
    order = np.argsort([hash((number, str(random))) for number in range(len(results))])
    told, turned = posterior(MODEL, made(results)), posterior(MODEL, made([results[one] for one in order]))
    assert np.allclose(told.logit[order], turned.logit) and np.allclose(told.variance[order], turned.variance)


@given(RESULTS)
def test_campaigns_do_not_touch_each_other(results: list[tuple[int, int, float]]) -> None:
    everything = made(results)
    alone = everything.campaign == everything.campaign[0]
    only = [one for one, kept in zip(results, alone, strict=True) if kept]
    assert np.allclose(posterior(MODEL, everything).logit[alone], posterior(MODEL, made(only)).logit)


@settings(max_examples=50)
@given(RESULTS)
def test_one_more_click_raises_what_is_expected(results: list[tuple[int, int, float]]) -> None:
    few = made(results)
    more = Counts(few.campaign, few.impressions + 1, few.clicks + (np.arange(len(few)) == 0), few.design)
    idle = Counts(few.campaign, more.impressions, few.clicks, few.design)
    assert posterior(MODEL, more).logit[0] > posterior(MODEL, idle).logit[0]


def test_an_ad_with_many_impressions_keeps_its_rate() -> None:
    seen = counts(np.array([0, 0]), np.array([10_000_000, 100]), np.array([400_000, 0]))
    told = posterior(MODEL, seen)
    assert normal_rate(told.logit, told.variance)[0] == pytest.approx(0.04, rel=0.01)
    assert told.variance[0] < 1e-4


def test_drift_is_found_and_chance_is_not_taken_for_it() -> None:
    rng = np.random.default_rng(4)
    campaign, rate = true_rates(rng, 300, 4)
    before = drawn(rng, campaign, rate, 5_000)
    learnt = fit(before)
    assert drift_of(learnt, before, drawn(rng, campaign, rate, 5_000)) < 0.1
    moved = expit(np.log(rate / (1 - rate)) + rng.normal(0, 0.4, len(rate)))
    assert drift_of(learnt, before, drawn(rng, campaign, moved, 5_000)) == pytest.approx(0.42, abs=0.1)
    assert drift_of(learnt, before, counts(campaign, np.ones(1_200), np.zeros(1_200))) == 0.0


def test_ads_that_were_never_shown_are_left_out() -> None:
    seen = shown(counts(np.array([0, 1, 2]), np.array([10, 0, 5]), np.array([1, 0, 0])))
    assert len(seen) == 2 and list(seen.campaign) == [0, 2]
