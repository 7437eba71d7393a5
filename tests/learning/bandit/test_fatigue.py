"""The click rate now, and what repeated views have taken of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Floats
from kinoloop.learning.bandit.rules.fatigue import attention, click_rates
from kinoloop.learning.bandit.rules.rates import Design

STEPS, ADS = 120, 20
FRESH = np.ones(STEPS)


def _design(ads: int) -> Design:
    return Design(np.ones((ads, 1)), np.array([-1]))


def _tables(slope: float, seed: int, rate: float = 0.02) -> tuple[Floats, ...]:
    """Ads that are seen more and more often, up to 4 times."""
    frequency = np.repeat(np.linspace(1, 4, STEPS)[:, None], ADS, axis=1)
    views = np.full((STEPS, ADS), 1000.0)
    before = np.vstack([np.ones((1, ADS)), frequency[:-1]])
    means = views * rate * ((1 + before) / 2) ** -slope
    return views, np.random.default_rng(seed).poisson(means).astype(np.float64), frequency


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0])
def test_fatigue_is_found_and_taken_off(slope: float) -> None:
    views, clicks, frequency = _tables(slope, 1)
    rates = click_rates(attention(views, clicks, frequency, FRESH), _design(ADS))
    now = 0.02 * 2.5**-slope
    assert np.exp(rates.now).mean() == pytest.approx(now, rel=0.05)
    assert np.exp(rates.fresh).mean() == pytest.approx(0.02, rel=0.06)
    assert rates.lost.mean() == pytest.approx(1 - 2.5**-slope, abs=0.05)
    assert (np.abs(rates.now - np.log(now)) < 4 * np.sqrt(rates.var)).all()


def test_an_ad_that_keeps_its_rate_keeps_its_score_however_often_it_was_shown() -> None:
    """A discount of e to the power of -views / 10,000, as once proposed, would leave it nothing."""
    for steps in (30, 120, 480):
        views = np.full((steps, 3), 5000.0)
        frequency = np.repeat(np.linspace(1, 3, steps)[:, None], 3, axis=1)
        seen = attention(views, views * 0.02, frequency, np.ones(steps))
        rates = click_rates(seen, _design(3))
        assert np.exp(rates.now) == pytest.approx(0.02, rel=0.04)


@given(st.integers(1, 40), st.integers(0, ADS - 1))
def test_more_clicks_are_a_higher_rate(more: int, ad: int) -> None:
    views, clicks, frequency = _tables(0.2, 3)
    before = click_rates(attention(views, clicks, frequency, FRESH), _design(ADS)).now
    clicks[STEPS // 2, ad] += more
    after = click_rates(attention(views, clicks, frequency, FRESH), _design(ADS)).now
    assert after[ad] > before[ad]


def test_unknown_frequency_is_the_last_known_one() -> None:
    views, clicks, frequency = _tables(0.3, 4)
    holes = frequency.copy()
    holes[:, 0] = np.nan
    holes[5:9, 1] = np.nan
    seen = attention(views, clicks, holes, FRESH)
    whole = attention(views, clicks, frequency, FRESH)
    assert seen.worn[0] == 0
    assert seen.tired[0].tolist() == [0.0] * len(seen.tired[0])
    assert seen.worn[1] == whole.worn[1]
    assert seen.tired[1] == pytest.approx(whole.tired[1], rel=0.02)


def test_no_views_at_all_leave_the_expected_rate() -> None:
    none = np.zeros((0, 2))
    rates = click_rates(attention(none, none, none, np.zeros(0)), _design(2))
    assert np.exp(rates.now + rates.var / 2) == pytest.approx(0.01, rel=1e-6)
    assert rates.lost.tolist() == [0.0, 0.0]
