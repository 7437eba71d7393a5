"""Figures of quality on cases that can be worked out by hand, and on worlds whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.predictor.records import Posterior
from kinoloop.learning.predictor.rules import metrics
from kinoloop.learning.predictor.rules.estimating import (
    BANDS,
    band_chance,
    band_of,
    edges,
    interval,
    normal_rate,
    posterior,
)
from kinoloop.learning.predictor.rules.fitting import fit
from tests.learning.predictor.worlds import counts, drawn, true_rates

ONE = np.zeros(4, dtype=np.int64)


def test_log_loss_and_brier_of_one_ad() -> None:
    seen = counts(np.array([0]), np.array([10]), np.array([2]))
    told = metrics.quality(np.array([0.2]), seen, 0.5)
    entropy = -(0.2 * np.log(0.2) + 0.8 * np.log(0.8))
    assert told.log_loss == pytest.approx(entropy) and told.ne == pytest.approx(entropy / np.log(2))
    assert told.brier == pytest.approx(0.2 * 0.8)
    assert (told.ads, told.impressions, told.clicks, told.predicted_over_observed) == (1, 10, 2, 1.0)
    assert told.slope is None and told.coverage is None


def test_the_constant_that_was_right_has_a_ne_of_one() -> None:
    seen = counts(ONE, np.full(4, 100), np.array([1, 2, 3, 4]))
    assert metrics.quality(np.full(4, 0.025), seen, 0.025).ne == pytest.approx(1.0)


def test_nothing_shown_is_no_quality() -> None:
    with pytest.raises(ValueError, match="nothing was shown"):
        metrics.quality(np.array([0.1]), counts(np.array([0]), np.array([0]), np.array([0])), 0.1)


def test_without_clicks_ratios_are_not_told() -> None:
    told = metrics.quality(np.array([0.1]), counts(np.array([0]), np.array([5]), np.array([0])), 0.1)
    assert told.relative_ece is None and told.predicted_over_observed is None


def test_a_model_that_says_twice_as_much_is_told_so() -> None:
    rng = np.random.default_rng(1)
    campaign, rate = true_rates(rng, 300, 3)
    seen = drawn(rng, campaign, rate, 5_000)
    fair, loud = metrics.quality(rate, seen, 0.016), metrics.quality(2 * rate, seen, 0.016)
    assert fair.relative_ece is not None and fair.relative_ece < 0.05 and fair.ne < 1
    assert fair.slope == pytest.approx(1.0, abs=0.03) and fair.intercept == pytest.approx(0.0, abs=0.1)
    assert loud.relative_ece == pytest.approx(1.0, abs=0.05)
    assert loud.predicted_over_observed == pytest.approx(2.0, abs=0.05) and loud.ne > fair.ne
    sharp = metrics.calibration(rate**2 / rate.mean(), seen.impressions, seen.clicks)
    assert sharp is not None and sharp[0] == pytest.approx(0.5, abs=0.05)


def test_bins_hold_equal_exposure_and_wilson_bounds_hold_the_truth() -> None:
    rng = np.random.default_rng(2)
    campaign, rate = true_rates(rng, 500, 4)
    bins = metrics.quality(rate, drawn(rng, campaign, rate, 2_000), 0.016).bins
    assert len(bins) == 10 and {one.impressions for one in bins} == {400_000}
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)
    assert sum(one.low <= one.predicted <= one.high for one in bins) >= 8


def test_intervals_hold_what_they_promise() -> None:
    rng = np.random.default_rng(3)
    campaign, rate = true_rates(rng, 800, 4)
    learnt = fit(drawn(rng, campaign, rate, 3_000))
    fresh_campaign, fresh = true_rates(rng, 800, 4)
    before, after = drawn(rng, fresh_campaign, fresh, 400), drawn(rng, fresh_campaign, fresh, 4_000)
    told = posterior(learnt, before)
    assert metrics.coverage(told, after, 0.8) == pytest.approx(0.8, abs=0.03)
    low, high = interval(told.logit, told.variance, 0.9)
    assert np.mean((low <= fresh) & (fresh <= high)) == pytest.approx(0.9, abs=0.03)
    rates = normal_rate(told.logit, told.variance)
    ours = metrics.quality(rates, after, learnt.base_rate, told)
    raw = metrics.quality((before.clicks + 1) / (before.impressions + 2), after, learnt.base_rate)
    assert ours.ne < min(raw.ne, 1.0) and ours.relative_ece is not None and raw.relative_ece is not None
    assert ours.relative_ece < raw.relative_ece / 3
    assert metrics.coverage(told, counts(fresh_campaign, 0 * fresh, 0 * fresh), 0.8) is None


@pytest.mark.parametrize(("seen", "of"), [(0, 10), (10, 10), (3, 40)])
def test_wilson_is_never_empty(seen: int, of: int) -> None:
    low, high = metrics.wilson(seen, of)
    assert 0 <= low <= seen / of <= high <= 1 and low < high


def test_pairs_count_inside_campaigns_only() -> None:
    seen = counts(np.array([0, 0, 1, 1]), np.full(4, 100), np.array([1, 2, 9, 9]))
    assert metrics.pairwise(np.array([0.1, 0.2, 0.3, 0.0]), seen) == 1.0
    assert metrics.pairwise(np.array([0.1, 0.1, 0.3, 0.0]), seen) == 0.5
    assert metrics.pairwise(np.full(1, 0.1), counts(np.array([0]), np.array([9]), np.array([1]))) is None


@pytest.mark.parametrize(
    ("rate", "band"),
    [
        (0.0, "low"),
        (0.0199, "low"),
        (0.02, "medium"),
        (0.05, "high"),
        (0.0999, "high"),
        (0.10, "excellent"),
        (1.0, "excellent"),
    ],
)
def test_bands_are_of_real_rates(rate: float, band: str) -> None:
    assert band_of(rate) == band


@given(st.floats(-8, 3), st.floats(0.01, 2))
def test_chances_of_all_bands_add_up(logit: float, variance: float) -> None:
    assert sum(band_chance(logit, variance, name) for name, _ in BANDS) == pytest.approx(1.0)
    assert edges("low")[0] == 0.0 and edges("excellent")[1] == 1.0


@given(st.floats(-7, 0), st.floats(0.0, 1.5))
def test_the_mean_of_a_normal_logit_is_right(logit: float, variance: float) -> None:
    grid = np.linspace(-8, 8, 4_001)
    weights = np.exp(-(grid**2) / 2)
    rates = 1 / (1 + np.exp(-(logit + np.sqrt(variance) * grid)))
    exact = float((weights * rates).sum() / weights.sum())
    assert normal_rate(np.array([logit]), np.array([variance]))[0] == pytest.approx(exact, rel=1e-4)


def test_beliefs_of_one_kind_are_one_record() -> None:
    told = Posterior(np.zeros(2), np.ones(2))
    low, high = interval(told.logit, told.variance, 0.5)
    assert np.allclose(low + high, 1.0)
