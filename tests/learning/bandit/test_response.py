"""What money buys."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Floats
from kinoloop.learning.bandit.rules.concavity import HIGHEST, LOWEST, USUAL_ETA, account_eta, days_of
from kinoloop.learning.bandit.rules.response import Response, response, thinned

DAYS, ADS, SCALE = 40, 12, 5000.0


def _world(eta: Floats | float, seed: int, noise: float = 0.0) -> tuple[Floats, Floats, Floats]:
    """Budgets that wander, prices that change by the day and differ between ads."""
    rng = np.random.default_rng(seed)
    spend = np.rint(SCALE * np.exp(np.cumsum(0.15 * rng.standard_normal((DAYS, ADS)), axis=0)))
    price = np.exp(0.15 * rng.standard_normal(ADS))
    day = np.exp(0.1 * rng.standard_normal((DAYS, 1)) + noise * rng.standard_normal((DAYS, ADS)))
    views = rng.poisson(day * price * spend * thinned(spend, SCALE, eta))
    return spend.astype(np.float64), views.astype(np.float64), price


def _found(spend: Floats, views: Floats) -> Response:
    return response(spend, views, np.ones(len(spend)), SCALE)


@pytest.mark.parametrize("eta", [0.55, 0.7, 0.88])
def test_the_concavity_is_found_behind_prices_of_days_and_ads(eta: float) -> None:
    spend, views, price = _world(eta, 1)
    found = _found(spend, views)
    assert found.eta.mean() == pytest.approx(eta, abs=0.03)
    assert found.views == pytest.approx(price, rel=0.15)


def test_ads_show_their_own_concavity_unless_prices_jump() -> None:
    eta = np.linspace(0.6, 0.85, ADS)
    clear, noisy = (_found(*_world(eta, 4, noise)[:2]).eta for noise in (0.0, 0.4))
    assert np.abs(clear - eta).mean() < 0.6 * np.abs(eta - eta.mean()).mean()
    assert np.ptp(noisy) < 0.25 and noisy.std() < 1.5 * eta.std()


def test_an_ad_that_kept_its_budget_has_the_accounts_concavity() -> None:
    spend, views, _ = _world(0.6, 5)
    spend[:, 0], views[:, 0] = SCALE, 4000
    found = _found(spend, views)
    assert found.eta[0] == pytest.approx(account_eta(days_of(spend / SCALE, spend, views)), abs=0.01)


def test_even_budgets_tell_nothing_of_it() -> None:
    found = response(np.full((DAYS, ADS), 5000.0), np.full((DAYS, ADS), 4000.0), np.ones(DAYS), SCALE)
    assert found.eta == pytest.approx(USUAL_ETA)
    assert np.exp(found.level) == pytest.approx(0.8 / float(thinned(np.array(5000.0), SCALE, USUAL_ETA)))


def test_it_stays_within_bounds() -> None:
    spend, _, _ = _world(0.7, 2)
    assert (_found(spend, spend**1.5 / 50).eta == HIGHEST).all()
    assert (_found(spend, np.full_like(spend, 3000.0)).eta == LOWEST).all()


def test_nothing_spent_or_nothing_seen_is_unknown() -> None:
    none = np.zeros((3, 2))
    for spend, views in ((none, none), (none, none + 9), (none + 9, none), (none[:0], none[:0])):
        found = response(spend, views, np.ones(len(spend)), SCALE)
        assert np.isnan(found.views).all()
        assert (found.eta == USUAL_ETA).all()


def test_an_ad_that_never_ran_has_the_accounts_price() -> None:
    spend, views, _ = _world(0.7, 3)
    spend[:, 0] = views[:, 0] = 0
    found = _found(spend, views)
    assert np.log(found.views[0]) == pytest.approx(found.level)
    assert found.var[0] > found.var[1]


@given(st.floats(1, 1e7), st.floats(0.5, 0.92))
def test_more_money_buys_more_at_a_worse_price(budget: float, eta: float) -> None:
    one, more = thinned(np.array([budget, budget * 1.2]), SCALE, eta)
    assert more < one <= 1 + 1e-12
    assert more * 1.2 > one


def test_a_short_first_day_counts_at_its_daily_rate() -> None:
    half = response(np.full((1, 2), 2500.0), np.full((1, 2), 2000.0), np.array([0.5]), SCALE)
    whole = response(np.full((1, 2), 5000.0), np.full((1, 2), 4000.0), np.array([1.0]), SCALE)
    assert half.views == pytest.approx(whole.views, rel=1e-9)
