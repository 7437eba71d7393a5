"""The way from lead to sale."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Floats
from kinoloop.learning.bandit.rules.credit import Links
from kinoloop.learning.bandit.rules.delays import lognormal
from kinoloop.learning.bandit.rules.rates import one_hot
from kinoloop.learning.bandit.rules.stages import (
    Passages,
    StageRates,
    entered,
    passages,
    stage_curves,
    stage_rates,
)
from tests.learning.bandit.makers import told

NAN = np.nan


def _rates(moved: object, ripe: object) -> StageRates:
    seen = Passages(np.array(moved, dtype=np.float64), np.array(ripe, dtype=np.float64))
    return stage_rates(seen, one_hot(np.zeros((len(seen.moved), 0), dtype=np.int64), ()))


def test_a_skipped_stage_was_passed_when_the_next_was_reached() -> None:
    moves = [[5.0, NAN, 9.0], [NAN, NAN, NAN], [7.0, 6.0, NAN]]
    leads = told([0, 0, 0], [0.0] * 3, [1.0] * 3, [NAN] * 3, moves)
    assert entered(leads)[0].tolist() == [1.0, 5.0, 9.0, 9.0]
    assert np.isnan(entered(leads)[1]).tolist() == [False, True, True, True]
    assert entered(leads)[2, :3].tolist() == [1.0, 6.0, 6.0]


def _leads(count: int, now: float, seed: int, first: float = 0.0) -> tuple[Floats, Floats]:
    """Stages of 40 % and 30 %, medians 4 and 8 days; `first` is when the first lead came."""
    rng = np.random.default_rng(seed)
    start = np.sort(rng.uniform(first, now, count))
    middle = start + 24 * 4 * np.exp(0.6 * rng.standard_normal(count))
    middle = np.where(rng.random(count) < 0.4, middle, NAN)
    end = middle + 24 * 8 * np.exp(0.6 * rng.standard_normal(count))
    end = np.where(rng.random(count) < 0.3, end, NAN)
    times = np.column_stack([start, middle, end])
    return np.where(times <= now, times, NAN), start


def test_shares_of_each_stage_are_found_long_before_all_is_in() -> None:
    now, count = 24.0 * 30, 20_000
    times, _ = _leads(count, now, 1)
    curves = stage_curves(times, now)
    rows = np.arange(count)
    seen = passages(times, Links(rows, rows * 0, np.ones(count)), curves, now, 1)
    share = (seen.moved / seen.ripe)[0]
    assert share == pytest.approx([0.4, 0.3], rel=0.12)
    finished = np.isfinite(times[:, 1:]).sum(axis=0) / [count, np.isfinite(times[:, 1]).sum()]
    assert (finished < [0.36, 0.22]).all()


def test_leads_older_than_the_records_do_not_make_stages_look_slow() -> None:
    """Of them only moves since the records began are known, so only the slow ones are."""
    now = 24.0 * 40
    times, start = _leads(4000, now, 2, first=-24.0 * 60)
    cut = np.where((times < 0) & (np.arange(3) > 0), NAN, times)
    old = (start < 0)[:, None]
    mixed = stage_curves(np.where(old, cut, times), now)
    fresh = stage_curves(times[start >= 0], now)
    assert mixed[0].cdf == pytest.approx(fresh[0].cdf)


@given(st.integers(0, 5), st.integers(0, 3), st.integers(0, 1))
def test_moving_on_raises_and_staying_lowers(moved: int, ad: int, stage: int) -> None:
    base = np.full((4, 2), float(moved))
    ripe = base * 2 + 6
    before = _rates(base, ripe).mu[ad]
    here = np.zeros((4, 2))
    here[ad, stage] = 1
    assert _rates(base + here, ripe + here).mu[ad] > before
    assert _rates(base, ripe + here).mu[ad] < before


def test_more_moved_on_than_expected_is_no_negative_failure() -> None:
    rates = _rates([[9.0], [1.0]], [[3.0], [4.0]])
    assert (np.exp(rates.mu) < 1).all()
    assert rates.mu[0] > rates.mu[1]


def test_evidence_narrows_and_likeness_is_learnt() -> None:
    alike = _rates(np.full((30, 1), 20.0), np.full((30, 1), 50.0))
    assert (alike.var < alike.prior_var).all()
    unlike = _rates(np.tile([[35.0], [5.0]], (15, 1)), np.full((30, 1), 50.0))
    assert unlike.prior_var.mean() > 3 * alike.prior_var.mean()
    assert np.exp(unlike.mu[0] - unlike.mu[1]) > 4


def test_the_level_is_the_product_of_the_stages() -> None:
    rates = _rates(np.full((6, 2), 200.0), np.tile([400.0, 800.0], (6, 1)))
    assert np.exp(rates.level) == pytest.approx(0.5 * 0.25, rel=0.05)
    assert rates.common == pytest.approx(sum(one.common for one in rates.rates))
    assert rates.common < 0.05


def test_weights_of_matches_scale_both_sides() -> None:
    times = np.array([[0.0, 10.0], [0.0, NAN]])
    curve = (lognormal(1.0, 0.5),)
    seen = passages(times, Links(np.array([0, 1]), np.array([0, 1]), np.array([0.5, 1.0])), curve, 240.0, 3)
    assert seen.moved[:, 0].tolist() == [0.5, 0.0, 0.0]
    assert seen.ripe[:, 0] == pytest.approx([0.5, 1.0, 0.0], abs=1e-3)


def test_a_recorded_loss_changes_nothing() -> None:
    leads = told([0], [0.0], [1.0], [NAN], [[NAN]])
    lost = replace(leads, lost_at=np.array([9.0]))
    assert entered(lost)[0, 0] == entered(leads)[0, 0]
    assert np.isnan(entered(lost)[0, 1])
