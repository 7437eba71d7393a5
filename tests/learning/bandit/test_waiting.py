"""Days to an answer: the longest of what is missing, falling as time and money pass."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.policies.ours import case_of
from kinoloop.learning.bandit.records import Belief
from kinoloop.learning.bandit.rules.belief import believe
from kinoloop.learning.bandit.rules.verdicts import Case, odds
from kinoloop.learning.bandit.rules.waiting import days_to_answer
from tests.learning.bandit.beliefs import SETTINGS, belief, case
from tests.learning.bandit.worlds import account, lived


def days(one: Case, known: Belief) -> list[float]:
    found = odds(one, known, SETTINGS)
    told: list[float] = days_to_answer(one, known, found, one.budgets.astype(np.float64), SETTINGS).tolist()
    return told


def test_nothing_is_missing() -> None:
    assert days(case(1), belief([1.0])) == [0]


def test_the_zone_asks_for_days_and_for_money() -> None:
    young = case(2, age_days=np.array([0.5, 10.0]), spend=np.array([50_000, 4_000]), budgets=2_000)
    assert days(young, belief([1.0, 1.0])) == pytest.approx([1.5, 3.0])


def test_results_that_are_late() -> None:
    """Even clicks and four legs of 3 days, by simulation."""
    chance = np.random.default_rng(1)
    delay = chance.gamma(4, 3.0, 200_000)

    def share(days: float) -> float:
        return float((chance.uniform(0, days, len(delay)) > delay).mean())

    ready = next(days for days in np.arange(1, 60, 0.1) if share(days) >= 0.5)
    for age in (10.0, 15.0):
        found = days(case(1, age_days=age), belief([1.0], maturity=share(age)))[0]
        assert age + found == pytest.approx(ready, rel=0.05)


def test_the_b2b_market_keeps_to_it() -> None:
    """Half of the results of even spend are in on day 34, which is told on day 20."""
    early, late = (account(lived("b2b", 6, day)) for day in (20, 34))
    known = believe(early, SETTINGS)
    found = odds(case_of(early), known, SETTINGS)
    told = days_to_answer(case_of(early), known, found, early.budgets.astype(np.float64), SETTINGS)
    assert 20 + np.median(told) == pytest.approx(34, rel=0.2)
    assert np.median(believe(late, SETTINGS).maturity) == pytest.approx(0.5, abs=0.06)


def test_who_has_shown_nothing_waits_as_long_as_the_others_show() -> None:
    known = belief([1.0, 1.0], maturity=np.array([0.5, 0.0]))
    assert days(case(2, age_days=np.array([6.0, 0.0]), spend=50_000), known)[1] == pytest.approx(6.0)
    assert np.isnan(days(case(1, age_days=5.0), belief([1.0], maturity=0.0)))


def test_too_few_results() -> None:
    """1.4 is twice the largest spread: it takes four times the 4 + 12 results; 12 + 8 are on the way."""
    known = belief([1.0], 1.4, common=0.0, leads=12, coming=8)
    assert days(case(1, spend=100_000, budgets=10_000), known) == pytest.approx([20.0])
    untold = belief([1.0], 1.4, common=0.0, leads=0, coming=0)
    assert np.isnan(days(case(1, spend=100_000), untold))


@given(st.floats(0.01, 30), st.integers(1, 60_000), st.floats(0.05, 0.95), st.floats(0.05, 2.0))
def test_more_money_a_day_never_takes_longer(age: float, spend: int, share: float, sd: float) -> None:
    known = belief([1.0], sd, maturity=share)
    slow, fast = (
        days(case(1, age_days=age, spend=spend, budgets=budget), known)[0] for budget in (1_000, 4_000)
    )
    assert 0 <= fast <= slow
