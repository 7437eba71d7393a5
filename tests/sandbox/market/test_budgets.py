"""Budgets become spend: never more than 1.75 a day, shared to the last unit."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.sandbox.market.budgets import Purse, shared

WEIGHTS = st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.5]), min_size=1, max_size=12)


@given(WEIGHTS, st.integers(0, 10_000), st.data())
def test_whole_amounts_are_shared_to_the_last_unit(
    weights: list[float], amount: int, data: st.DataObject
) -> None:
    groups = np.array([data.draw(st.integers(0, 2)) for _ in weights])
    weight = np.array(weights)
    sums = np.bincount(groups, weight, minlength=3).astype(np.float64)
    whole = np.where(sums > 0, amount, 0)
    given_ = shared(whole, groups, weight, sums)
    assert np.bincount(groups, given_, minlength=3).tolist() == whole.tolist()
    assert (given_[weight == 0] == 0).all() and (given_ >= 0).all()


@settings(max_examples=60)
@given(
    st.integers(0, 50),
    st.lists(st.tuples(st.integers(0, 100_000), st.floats(0, 0.3), st.booleans()), min_size=1, max_size=24),
)
def test_a_day_never_costs_more_than_its_limit(seed: int, hours: list[tuple[int, float, bool]]) -> None:
    purse = Purse(seed, 0.4, 1.75)
    group, spent, highest = np.array([purse.place("a"), purse.place("a")]), 0, 0
    for budget, pace, runs in hours:
        purse.set("a", budget)
        highest = max(highest, budget)
        spent += int(purse.spend(7, pace, group, np.array([1.0, 2.0]) * runs).sum())
        assert spent <= 1.75 * highest


def test_a_day_costs_about_its_budget() -> None:
    purse = Purse(3, 0.12, 1.75)
    group = np.array([purse.place("a")])
    purse.set("a", 10_000)
    days = [
        sum(int(purse.spend(day, 1 / 24, group, np.ones(1)).sum()) for _ in range(24)) for day in range(60)
    ]
    assert 9_500 < np.mean(days) < 10_500 and len(set(days)) > 30
