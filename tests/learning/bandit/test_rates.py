"""One rate per ad, shrunk to what its features predict."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Floats, Ints
from kinoloop.learning.bandit.rules.rates import (
    MOST_ADS,
    MOST_COLUMNS,
    Habits,
    Rates,
    fit,
    log_beta,
    log_gamma,
    one_hot,
    telling,
)

HABITS = Habits(mean=0.03, feature_sd=0.15, shape=4.0)
positive = st.floats(0.05, 1e6)


@given(positive, positive)
def test_a_lognormal_keeps_the_gammas_mean_and_variance(shape: float, rate: float) -> None:
    mu, var = log_gamma(np.array([shape]), np.array([rate]))
    assert np.exp(mu + var / 2) == pytest.approx(shape / rate, rel=1e-9)
    assert np.expm1(var) == pytest.approx(1 / shape, rel=1e-9)


@given(st.floats(0.5, 1e5), st.floats(0.5, 1e5))
def test_a_lognormal_keeps_the_betas_mean_and_variance(wins: float, losses: float) -> None:
    mu, var = log_beta(np.array([wins]), np.array([losses]))
    mean = wins / (wins + losses)
    spread = wins * losses / ((wins + losses) ** 2 * (wins + losses + 1))
    assert np.exp(mu + var / 2) == pytest.approx(mean, rel=1e-9)
    assert np.expm1(var) * mean**2 == pytest.approx(spread, rel=1e-6)


def _world(ads: int, seed: int, exposure: float = 500.0) -> tuple[Ints, Floats, Floats, Floats]:
    rng = np.random.default_rng(seed)
    features = rng.integers(0, 3, (ads, 2))
    truth = 0.03 * np.exp(0.4 * (features[:, 0] - 1) + 0.3 * rng.standard_normal(ads))
    exposed = rng.uniform(0.2, 1.8, ads) * exposure
    return features, truth, exposed, rng.poisson(exposed * truth).astype(np.float64)


def test_features_and_the_likeness_of_ads_are_learnt() -> None:
    features, truth, exposure, counts = _world(400, 2)
    rates = fit(counts, exposure, one_hot(features, (3, 3)), HABITS)
    effect = rates.part(0)
    step = effect[features[:, 0] == 2].mean() - effect[features[:, 0] == 0].mean()
    assert step == pytest.approx(0.8, abs=0.15)
    assert 1 / np.sqrt(1 / rates.shape.mean()) == pytest.approx(1 / 0.3, rel=0.25)
    guess, var = rates.posterior(counts, exposure)
    raw = np.log((counts + 0.5) / (exposure + 0.5 / 0.03))
    assert ((guess - np.log(truth)) ** 2).mean() < 0.5 * ((raw - np.log(truth)) ** 2).mean()
    inside = np.abs(guess - np.log(truth)) < 1.2816 * np.sqrt(var)
    assert 0.73 < inside.mean() < 0.87


def test_the_fit_has_arrived() -> None:
    """Where it stops, the slope of the penalised likelihood is as good as nothing."""
    features, _, exposure, counts = _world(30, 5)
    rates = fit(counts, exposure, one_hot(features, (3, 3)), HABITS)
    again = _more_steps(rates, counts, exposure)
    assert np.abs(again - rates.effects).max() < 0.02


def _more_steps(rates: Rates, counts: Floats, exposure: Floats) -> Floats:
    columns, effects = rates.design.columns, rates.effects.copy()
    shape = float(1 / (1 / rates.shape - rates.unsure)[0])
    ridge = np.array([1.0, *[0.15**-2] * (len(effects) - 1)])
    centre = np.array([np.log(0.03), *[0.0] * (len(effects) - 1)])
    for _ in range(30):
        expected = exposure * np.exp(columns @ effects)
        trust = shape / (shape + expected)
        gradient = columns.T @ ((counts - expected) * trust) - ridge * (effects - centre)
        curvature = columns.T @ (columns * (expected * trust)[:, None]) + np.diag(ridge)
        effects = effects + np.linalg.solve(curvature, gradient)
    return effects


def test_without_data_the_rate_is_the_expected_one_and_nobody_knows() -> None:
    none = np.zeros(3)
    rates = fit(none, none, one_hot(np.zeros((3, 0), dtype=np.int64), ()), HABITS)
    assert rates.mean == pytest.approx(0.03)
    assert rates.common == pytest.approx(1.0)
    assert np.exp(rates.level) == pytest.approx(0.03)


@given(st.integers(0, 2**31), st.integers(0, 11), st.integers(1, 5))
def test_more_of_it_for_the_same_exposure_is_a_higher_rate(seed: int, ad: int, more: int) -> None:
    features, _, exposure, counts = _world(12, seed, exposure=100)
    design = one_hot(features, (3, 3))
    before, _ = fit(counts, exposure, design, HABITS).posterior(counts, exposure)
    counts = counts + more * (np.arange(12) == ad)
    after, _ = fit(counts, exposure, design, HABITS).posterior(counts, exposure)
    assert after[ad] > before[ad]


@given(st.integers(0, 2**31))
def test_ads_may_be_listed_in_any_order(seed: int) -> None:
    features, _, exposure, counts = _world(9, seed, exposure=100)
    order = np.random.default_rng(seed).permutation(9)
    one = fit(counts, exposure, one_hot(features, (3, 3)), HABITS)
    other = fit(counts[order], exposure[order], one_hot(features[order], (3, 3)), HABITS)
    assert other.mean == pytest.approx(one.mean[order], rel=1e-6)
    assert other.shape == pytest.approx(one.shape[order], rel=1e-6)


def test_unknown_features_are_no_features() -> None:
    design = one_hot(np.array([[0, -1], [1, 1]]), (2, 2))
    assert design.columns.tolist() == [[1, 1, 0, 0, 0], [1, 0, 1, 0, 1]]
    assert design.group.tolist() == [-1, 0, 0, 1, 1]


def test_of_many_levels_the_commonest_are_kept() -> None:
    levels = np.concatenate([np.arange(30), np.full(10, 29)])[:, None]
    design = one_hot(levels, (30,))
    assert design.columns.shape == (40, 1 + MOST_COLUMNS)
    assert design.columns.sum(axis=0).max() == 40
    assert (design.columns[:, 1:].sum(axis=0) == 11).any()


def test_of_very_many_ads_an_even_sample_tells_how_alike_they_are() -> None:
    rng = np.random.default_rng(3)
    expected, counts = rng.uniform(0, 9, 5000), rng.poisson(3, 5000).astype(np.float64)
    use = telling(expected, counts)
    assert MOST_ADS / 2 < len(use) <= MOST_ADS
    assert expected[use].mean() == pytest.approx(expected.mean(), rel=0.02)
    order = rng.permutation(5000)
    again = order[telling(expected[order], counts[order])]
    assert sorted(again) == sorted(use)
    assert len(telling(np.zeros(4), np.zeros(4))) == 0
