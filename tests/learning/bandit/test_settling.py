"""A whole round as arrays: laws of the new budgets."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kinoloop.learning.bandit.records import Belief, Standing
from kinoloop.learning.bandit.rules.settling import Settled, settle
from kinoloop.learning.bandit.rules.verdicts import Case
from tests.learning.bandit.beliefs import ETA, LAUNCH, SETTINGS, belief, case

Order = NDArray[np.int64]
returns = st.lists(st.floats(0.05, 6), min_size=1, max_size=25)


def shares(settled: Settled) -> NDArray[np.float64]:
    money = np.where(settled.running, settled.budgets, 0)
    return np.asarray(money / money.sum(), dtype=np.float64)


def permuted(one: Case, known: Belief, order: Order) -> tuple[Case, Belief]:
    moved = replace(
        one,
        ad_ids=tuple(one.ad_ids[place] for place in order),
        standing=tuple(one.standing[place] for place in order),
        age_days=one.age_days[order],
        spend=one.spend[order],
        budgets=one.budgets[order],
    )
    per_ad = ("mu", "var", "response", "eta", "maturity", "fatigue", "coming", "leads")
    return moved, replace(known, **{name: getattr(known, name)[order] for name in per_ad})


@given(returns, st.floats(0.05, 1.0), st.integers(0, 99), st.floats(0.8, 1.2))
def test_money_sums_and_moves_no_faster_than_it_may(
    roas: list[float], sd: float, seed: int, more: float
) -> None:
    count = len(roas)
    total = round(count * LAUNCH * more)
    one = case(count, total=total)
    settled = settle(one, belief(roas, sd), SETTINGS, seed)
    runs, after = settled.running, settled.budgets
    assert runs.sum() >= min(count, SETTINGS.least_running)
    assert (after[runs] >= max(SETTINGS.floor_budget, 0.8 * LAUNCH)).all()
    assert (after[runs] <= 1.2 * LAUNCH).all() and (after[~runs] == LAUNCH).all()
    assert after[runs].sum() == min(total, round(1.2 * LAUNCH) * int(runs.sum()))


@given(returns, st.integers(0, 99))
def test_the_order_of_ads_does_not_matter(roas: list[float], seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(roas))
    one, known = case(len(roas)), belief(roas, 0.5)
    here, there = settle(one, known, SETTINGS, seed), settle(*permuted(one, known, order), SETTINGS, seed)
    assert (here.budgets[order] == there.budgets).all()
    assert (here.standing[order] == there.standing).all()


@given(returns, st.integers(0, 99))
def test_ten_times_the_currency_gives_the_same_shares(roas: list[float], seed: int) -> None:
    small, large = case(len(roas)), case(len(roas), spend=500_000, budgets=LAUNCH * 10, launch=LAUNCH * 10)
    tenfold = replace(SETTINGS, zone_spend=SETTINGS.zone_spend * 10, floor_budget=SETTINGS.floor_budget * 10)
    here = settle(small, belief(roas, 0.5), SETTINGS, seed)
    there = settle(large, belief(roas, 0.5, launch=LAUNCH * 10), tenfold, seed)
    assert (here.standing == there.standing).all()
    assert shares(there) == pytest.approx(shares(here), abs=2 / (LAUNCH * len(roas)))


def test_what_all_ads_share_moves_no_money() -> None:
    few = settle(case(4), belief([1, 2, 3, 4], 0.4, common=0.0), SETTINGS, 1)
    lots = settle(case(4), belief([1, 2, 3, 4], 0.4, common=0.9), SETTINGS, 1)
    assert (few.budgets == lots.budgets).all()


@settings(max_examples=20)
@given(st.integers(0, 99))
def test_better_ads_get_more_and_all_is_bit_for_bit_the_same_again(seed: int) -> None:
    one, known = case(3), belief([0.9, 1.5, 3.0], 0.2)
    settled = settle(one, known, SETTINGS, seed)
    assert (np.diff(settled.budgets) >= 0).all() and settled.budgets[2] == 6_000
    assert (settle(one, known, SETTINGS, seed).budgets == settled.budgets).all()


def test_doubt_gets_a_share_that_certainty_does_not() -> None:
    """Same median return: of two ads behind the best, the one that may be better is explored."""
    wide = case(3, budgets=np.array([50_000, 5_000, 5_000]), total=60_000)
    settled = settle(wide, belief([2.0, 1.2, 1.2], [0.05, 0.05, 0.9]), SETTINGS, 3)
    assert settled.budgets[2] > settled.budgets[1]
    assert settled.over[2] > settled.over[1]


def test_who_comes_back_moves_from_its_last_budget() -> None:
    standing: list[Standing] = ["running", "running", "running", "parked"]
    one = case(4, standing=standing, budgets=np.array([5_000, 5_000, 5_000, 1_000]), total=16_000)
    settled = settle(one, belief([1.0, 1.0, 1.0, 5.0], 0.3), SETTINGS, 1)
    assert settled.running.all() and settled.budgets[3] == 1_200


def test_who_never_had_a_budget_starts_at_half_of_the_usual_one() -> None:
    settled = settle(case(4, budgets=np.array([0, 5_000, 5_000, 5_000])), belief([1.0] * 4), SETTINGS, 1)
    assert 2_000 <= settled.budgets[0] <= 3_000


def test_returns_are_at_the_new_budgets() -> None:
    settled = settle(case(3), belief([2.0, 2.0, 2.0]), SETTINGS, 1)
    assert np.exp(settled.log_roas) == pytest.approx(np.full(3, 2.0), rel=0.05)
    assert ETA < 1 and (np.argsort(settled.budgets) == np.argsort(-settled.log_roas)).all()


def test_nobody_runs() -> None:
    settled = settle(case(2, standing=["off", "off"]), belief([1.0, 1.0]), SETTINGS, 1)
    assert not settled.running.any() and settled.budgets.tolist() == [LAUNCH, LAUNCH]
