"""Splits earn the most there is to earn, sum to the last unit, and keep floor and velocity."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kinoloop.learning.bandit.rules.allocation import (
    average_gain,
    by_name,
    draws,
    flood,
    limits,
    project,
    spread,
    step_velocity,
    water_fill,
)

Floats = NDArray[np.float64]
logs = st.lists(st.floats(-6, 6), min_size=1, max_size=30)
etas, totals = st.floats(0.5, 0.92), st.integers(0, 10_000_000)
budgets = st.lists(st.integers(0, 1_000_000), min_size=1, max_size=30)


def earned(split: Floats, returns: Floats, scale: float, eta: Floats | float) -> float:
    return float((returns * scale * ((1 + split / scale) ** eta - 1) / eta).sum())


@given(logs, etas, st.floats(1, 1e6), st.floats(10, 1e5))
def test_a_split_sums_and_the_last_unit_earns_the_same_everywhere(
    log_returns: list[float], eta: float, total: float, scale: float
) -> None:
    returns = np.exp(log_returns)
    split = water_fill(returns[None], scale, eta, total)[0]
    assert split.sum() == pytest.approx(total) and (split >= 0).all()
    last = returns * (1 + split / scale) ** (eta - 1)
    level = np.exp(flood(np.array([log_returns]), scale, eta, total)[1][0])
    assert last[split > 1e-6 * total] == pytest.approx(level, rel=1e-6)
    assert (last <= level * (1 + 1e-6)).all()


@pytest.mark.parametrize("eta", [0.7, np.array([0.6, 0.7, 0.8, 0.9])])
def test_no_other_split_earns_more(eta: Floats | float) -> None:
    chance, returns = np.random.default_rng(3), np.array([3.0, 2.0, 1.0, 0.1])
    split = water_fill(returns[None], 50.0, eta, 4000.0)[0]
    assert split[3] == 0 and (split[:3] > 0).all() and split.sum() == pytest.approx(4000)
    best = earned(split, returns, 50.0, eta)
    for other in chance.dirichlet(np.ones(4), 500) * 4000:
        assert earned(other, returns, 50.0, eta) <= best


def test_of_two_alike_the_one_that_bends_less_gets_more() -> None:
    split = water_fill(np.array([[2.0, 2.0]]), 50.0, np.array([0.6, 0.8]), 1000.0)[0]
    assert split[1] > 2 * split[0] > 0


def test_each_draw_is_split_on_its_own() -> None:
    returns = np.exp(np.random.default_rng(1).normal(size=(6, 9)))
    whole = water_fill(returns, 10.0, 0.8, 100.0)
    for row, alone in zip(whole, returns, strict=True):
        assert row == pytest.approx(water_fill(alone[None], 10.0, 0.8, 100.0)[0])


@given(logs, st.integers(1, 1000))
def test_ten_times_the_money_gives_the_same_shares(log_returns: list[float], factor: int) -> None:
    small, _ = flood(np.array([log_returns]), 50.0, 0.7, 1000.0)
    large, _ = flood(np.array([log_returns]), 50.0 * factor, 0.7, 1000.0 * factor)
    assert large == pytest.approx(small * factor, rel=1e-9, abs=1e-9 * factor)


def test_a_unit_earns_less_and_less() -> None:
    gain = average_gain(np.array([0.0, 10.0, 100.0, 1000.0]), 50.0, 0.7)
    assert gain[0] == pytest.approx(1) and (np.diff(gain) < 0).all()
    assert gain[2] == pytest.approx(50 * (3**0.7 - 1) / 0.7 / 100)


@given(st.data(), budgets, totals, st.integers(0, 2_000), st.floats(0, 0.9))
def test_new_budgets_keep_every_limit(
    data: st.DataObject, before: list[int], total: int, floor: int, velocity: float
) -> None:
    """To the last unit: the total where the limits allow it; else all are at their limit."""
    wish = data.draw(st.lists(st.floats(0, 1e9), min_size=len(before), max_size=len(before)))
    stood = np.array(before, dtype=np.int64)
    after = project(np.array(wish), stood, floor, total, velocity)
    low, high = limits(stood, floor, velocity)
    if low.sum() > total:
        assert after.sum() == total and (after <= low).all()
        return
    assert (low <= after).all() and (after <= high).all()
    assert after.sum() == min(total, high.sum())
    moved = np.abs(after - stood)
    assert (moved[stood >= floor] <= stood[stood >= floor] * velocity + 1e-6).all()


@example([5.0, 5.0, 5.0], 100)
@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20), st.integers(0, 100_000))
def test_without_limits_shares_are_those_wished(wish: list[float], total: int) -> None:
    none, everything = np.zeros(len(wish), dtype=np.int64), np.full(len(wish), total)
    after = spread(np.array(wish), none, everything, total)
    assert after.sum() == total
    if sum(wish) > 1:
        exact = np.array(wish) / sum(wish) * total
        assert np.abs(after - exact).max() <= 1 + 1e-6 * total


def test_velocity_holds_for_the_first_change_too() -> None:
    after = project(np.array([1.0, 0.0]), np.array([10_000, 10_000]), 500, 20_000, 0.2)
    assert after.tolist() == [12_000, 8_000]


def test_who_wants_more_than_it_may_have_leaves_the_rest_to_others() -> None:
    after = project(np.array([100.0, 2.0, 1.0]), np.array([1_000, 1_000, 1_000]), 100, 3_000, 0.2)
    assert after.tolist() == [1_200, 1_000, 800]


def test_a_budget_below_the_floor_is_lifted_to_it() -> None:
    assert project(np.array([1.0]), np.array([0]), 500, 9_000, 0.2).tolist() == [500]
    assert limits(np.array([450, 500]), 500, 0.2)[1].tolist() == [540, 600]


@pytest.mark.parametrize(
    ("step", "expected"), [(6, 0.2), (24, 0.2), (3, 1.2**0.5 - 1), (1, 1.2 ** (1 / 6) - 1)]
)
def test_short_steps_share_the_window(step: float, expected: float) -> None:
    velocity = step_velocity(0.2, step, 6)
    assert velocity == pytest.approx(expected)
    steps = max(round(6 / step), 1)
    assert (1 + velocity) ** steps <= 1.2 + 1e-9 and (1 - velocity) ** steps >= 0.8 - 1e-9


def test_draws_are_normal_come_in_pairs_and_change_with_time() -> None:
    here = draws(48, 7, 5, 12.0)
    assert here.shape == (48, 7) and np.abs(here.mean(axis=0)).max() < 1e-12
    assert (here == draws(48, 7, 5, 12.0)).all()
    assert (here != draws(48, 7, 5, 18.0)).all() and (here != draws(48, 7, 6, 12.0)).all()
    assert draws(5, 7, 1, 0.0).shape == (5, 7)
    assert draws(20_000, 4, 1, 0.0).std() == pytest.approx(1, abs=0.02)


def test_by_name() -> None:
    assert by_name(("b", "c", "a")).tolist() == [2, 0, 1]
    assert by_name(("b", "c", "a"), np.array([True, True, False])).tolist() == [0, 1]
