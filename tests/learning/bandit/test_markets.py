"""The posterior against markets whose truth is known, after weeks of equal budgets."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr

from kinoloop.learning.bandit.records import AccountView, Belief
from kinoloop.learning.bandit.rules.belief import Z80, believe
from tests.learning.bandit.makers import SETTINGS
from tests.learning.bandit.worlds import account, lived, true_log_roas

Floats = NDArray[np.float64]
CASES = [("ecom", 12), ("b2b", 35), ("fatigue", 12), ("small", 30)]


def _tried(setting: str, days: int, seed: int) -> tuple[AccountView, Belief, Floats]:
    market = lived(setting, seed, days)
    view = account(market)
    return view, believe(view, SETTINGS), true_log_roas(market)


def _cash(view: AccountView) -> Floats:
    """Revenue by click id over spend."""
    told = view.outcomes
    sold = (told.by_id >= 0) & np.isfinite(told.value)
    revenue = np.bincount(told.by_id[sold], told.value[sold], minlength=view.count)
    return np.asarray(revenue / np.maximum(view.spend.sum(axis=0), 1), dtype=np.float64)


@pytest.mark.parametrize(("setting", "days"), CASES)
def test_it_knows_the_order_better_than_cash_does_and_how_well(setting: str, days: int) -> None:
    """Four accounts each: rank correlation, coverage of 80 % intervals, bias of the whole account."""
    ranks, cash_ranks, inside, levels = [], [], [], []
    for seed in range(40, 44):
        view, belief, truth = _tried(setting, days, seed)
        ran = view.spend.sum(axis=0) > 0
        ranks.append(spearmanr(belief.mu[ran], truth[ran])[0])
        cash_ranks.append(spearmanr(_cash(view)[ran], truth[ran])[0])
        error = (belief.mu - truth)[ran]
        levels.append(error.mean() / np.sqrt(belief.common + belief.var[ran].mean()))
        inside.extend(np.abs(error - error.mean()) < Z80 * np.sqrt(belief.var[ran]))
    assert np.mean(ranks) > np.mean(cash_ranks) + 0.02
    assert 0.68 < np.mean(inside) < 0.97
    assert np.abs(levels).max() < 1.5


def test_when_a_market_lives_on_the_posterior_narrows() -> None:
    errors, widths = [], []
    for days in (4, 15, 40):
        _, belief, truth = _tried("ecom", days, 7)
        errors.append((belief.mu - truth).std())
        widths.append(np.sqrt(belief.var.mean()))
    assert widths == sorted(widths, reverse=True)
    assert errors[2] < 0.6 * errors[0]
