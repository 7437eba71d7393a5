"""How long results take, from results alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.rules.delays import EDGES, Curve, chained, ladder, lognormal

USUAL = lognormal(0.7, 1.6, instant=0.3)
hours = st.lists(st.tuples(st.floats(0, 2000), st.floats(0, 2000)), max_size=40)


def test_the_usual_curve_starts_at_nothing_and_ends_at_all() -> None:
    assert USUAL.cdf[0] == 0
    assert USUAL.cdf[-1] == 1
    assert float(USUAL.at(np.array([1.0]))[0]) == pytest.approx(0.33, abs=0.01)


@given(hours)
def test_a_curve_only_rises(rows: list[tuple[float, float]]) -> None:
    pairs = np.array(rows, dtype=np.float64).reshape(-1, 2)
    curve = ladder(pairs[:, 0], pairs[:, 1], USUAL)
    assert (np.diff(curve.cdf) >= -1e-12).all()
    assert curve.cdf[0] == 0
    assert curve.cdf[-1] == 1


def test_without_results_the_curve_is_the_usual_one() -> None:
    none = np.zeros(0)
    assert ladder(none, none, USUAL).cdf == pytest.approx(USUAL.cdf, abs=1e-9)


@given(hours, st.randoms())
def test_the_order_of_results_does_not_matter(rows: list[tuple[float, float]], luck: object) -> None:
    pairs = np.array(rows, dtype=np.float64).reshape(-1, 2)
    backwards = pairs[::-1]
    one, other = ladder(pairs[:, 0], pairs[:, 1], USUAL), ladder(backwards[:, 0], backwards[:, 1], USUAL)
    assert one.cdf.tolist() == other.cdf.tolist()


def test_young_clicks_do_not_make_results_look_quick() -> None:
    """Clicks of the last 20 days with delays of 8 days: what is in is quick, the curve is not."""
    rng = np.random.default_rng(1)
    truth = lognormal(8.0, 0.8)
    delays = 24 * 8.0 * np.exp(0.8 * rng.standard_normal(20_000))
    ages = rng.uniform(0, 24 * 20, 20_000)
    known = delays <= ages
    curve = ladder(delays[known], ages[known], lognormal(3.0, 1.0))
    at = np.array([24.0 * 4, 24.0 * 8, 24.0 * 12])
    raw = np.array([(delays[known] <= hour).mean() for hour in at])
    relative = curve.at(at) / curve.at(np.array([24.0 * 18]))
    true = truth.at(at) / truth.at(np.array([24.0 * 18]))
    assert np.abs(relative - true).max() < 0.03
    assert np.abs(raw - true).max() > 0.12


def test_a_result_whose_bin_is_still_running_tells_nothing() -> None:
    nearly = ladder(np.array([13.0]), np.array([17.9]), USUAL)
    assert nearly.cdf == pytest.approx(USUAL.cdf, abs=1e-12)


@given(st.floats(0, 1500), st.floats(0.1, 600))
def test_the_mean_over_ages_is_the_mean(young: float, long: float) -> None:
    ages = young + long * (np.arange(4000) + 0.5) / 4000
    mean = USUAL.over(np.array([young]), np.array([young + long]))
    assert float(mean[0]) == pytest.approx(float(USUAL.at(ages).mean()), abs=2e-3)


def test_delays_that_follow_each_other_add_up() -> None:
    stages = (lognormal(1.0, 0.5), lognormal(3.0, 0.5), lognormal(6.0, 0.5))
    curve = chained(stages)
    assert _mean(curve) == pytest.approx(sum(map(_mean, stages)), abs=2.0)
    assert chained((USUAL,)) is USUAL


def _mean(curve: Curve) -> float:
    middle = (curve.edges[1:] + curve.edges[:-1]) / 2
    return float(np.diff(curve.cdf) @ middle)


def test_delays_longer_than_the_grid_end_with_it() -> None:
    curve = ladder(np.full(500, 3000.0), np.full(500, 4000.0), USUAL)
    assert float(curve.at(EDGES[-2:-1])[0]) < 0.5
