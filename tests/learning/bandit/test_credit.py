"""Which ad brought how many results."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import AccountView, Floats
from kinoloop.learning.bandit.rules.credit import (
    Times,
    chance_right,
    count,
    credited,
    kept_share,
    seen_results,
)
from kinoloop.learning.bandit.rules.delays import lognormal
from tests.learning.bandit.makers import quiet, selling, told

CURVE = lognormal(0.5, 0.5)
HALF_LIFE = 60 * 24.0


def _times(view: AccountView) -> Times:
    start: Floats = np.arange(len(view.clicks), dtype=np.float64) * view.step_hours
    end: Floats = start + view.step_hours
    return Times(start, end, np.ones(len(start)), view.hours, 1e12)


def _market(seed: int, organic: float, ads: int = 8) -> tuple[AccountView, Floats]:
    """Ads with different traffic and rates, results within two days; two layers, half with a click id."""
    rng = np.random.default_rng(seed)
    view = quiet(ads, days=60, views=100_000, rate=0.01)
    traffic = np.geomspace(0.2, 5, ads) * 20
    clicks = rng.poisson(traffic, view.clicks.shape)
    rates = 0.05 * np.exp(0.5 * rng.standard_normal(ads))
    step, ad = np.nonzero(clicks)
    many = rng.binomial(clicks[step, ad], rates[ad])
    step, ad = np.repeat(step, many), np.repeat(ad, many)
    alone = rng.random(len(ad)) < organic
    click = (step + rng.random(len(step))) * 6
    entry = click + 12 * np.exp(0.5 * rng.standard_normal(len(step)))
    share = traffic / traffic.sum()
    guess = rng.choice(ads, (len(ad), 2), p=share)
    hit = (rng.random((len(ad), 2)) < [0.7, 0.4]) & ~alone[:, None]
    kept = (rng.random(len(ad)) < 0.5) & ~alone
    rows = entry <= view.hours
    made = told(list(ad), list(click), list(entry), [5000.0] * len(ad))
    outcomes = replace(
        made,
        by_id=np.where(kept, ad, -1),
        guess=np.where(hit, ad[:, None], guess),
        click_at=np.where(kept, click, np.nan),
    )
    outcomes = replace(outcomes, **{name: getattr(outcomes, name)[rows] for name in vars(outcomes)})
    view = replace(view, clicks=clicks, outcomes=outcomes, organic=organic)
    return view, rates * (1 - organic)


@pytest.mark.parametrize("organic", [0.0, 0.2])
def test_credited_results_give_every_ads_true_rate(organic: float) -> None:
    """Over twelve accounts: neither ads with few clicks nor those with many are favoured."""
    errors = []
    for seed in range(12):
        view, rates = _market(seed, organic)
        seen, _ = count(view, view.clicks.astype(np.float64), _times(view), CURVE)
        first = (seen.sure + 1) / (seen.sure_exposure + 20)
        counts, exposure = credited(seen, first)
        errors.append(np.log(np.maximum(counts, 0.5) / exposure / rates))
        assert (exposure <= seen.sure_exposure + seen.other_exposure + 1e-9).all()
        assert (exposure >= seen.sure_exposure).all()
    mean = np.mean(errors, axis=0)
    assert np.abs(mean[3:]).max() < 0.1
    assert np.abs(mean[:3]).max() < 0.35


def test_fuzzy_answers_make_it_surer() -> None:
    with_answers, without = [], []
    for seed in range(12):
        view, rates = _market(seed, 0.1)
        seen, _ = count(view, view.clicks.astype(np.float64), _times(view), CURVE)
        first = (seen.sure + 1) / (seen.sure_exposure + 20)
        counts, exposure = credited(seen, first)
        with_answers.append(np.log(counts / exposure / rates)[3:])
        without.append(np.log(seen.sure / seen.sure_exposure / rates)[3:])
    assert np.std(with_answers) < 0.9 * np.std(without)


def test_seen_results_are_about_all_that_ads_brought() -> None:
    view, _ = _market(3, 0.1)
    seen, links = count(view, view.clicks.astype(np.float64), _times(view), CURVE)
    whole = seen_results(seen, (seen.sure + 1) / (seen.sure_exposure + 20)).sum()
    brought = (1 - view.organic) * len(view.outcomes)
    assert 0.75 * brought < whole < 1.1 * brought
    assert links.weight.max() == 1
    assert links.weight.min() > 0


@given(st.integers(0, 7), st.floats(1.1, 5))
def test_an_ad_that_sells_better_is_more_likely_the_right_answer(ad: int, better: float) -> None:
    view, rates = _market(1, 0.1)
    seen, _ = count(view, view.clicks.astype(np.float64), _times(view), CURVE)
    more = rates * np.where(np.arange(8) == ad, better, 1)
    assert (chance_right(seen, more)[ad] > chance_right(seen, rates)[ad]).all()
    assert (chance_right(seen, more) <= 1).all()


def test_ads_seen_on_iphones_are_not_punished_for_lost_ids() -> None:
    view = quiet(2)
    sold = told([0] * 40 + [1] * 40, [1.0] * 80, [2.0] * 80, [5000.0] * 80)
    phones = np.arange(80) < 40
    lost = phones & (np.arange(80) % 4 > 0)
    outcomes = replace(sold, by_id=np.where(lost, -1, sold.by_id), ios=phones)
    kept = kept_share(replace(view, outcomes=outcomes, ios=np.array([1.0, 0.0]), organic=0.0))
    assert kept == pytest.approx([0.27, 0.98], abs=0.02)
    unknown = kept_share(replace(view, outcomes=outcomes, ios=np.array([np.nan, 0.0]), organic=0.0))
    assert unknown[0] == unknown[1]
    nobody = kept_share(replace(view, outcomes=outcomes, ios=np.full(2, np.nan), organic=0.0))
    assert nobody == pytest.approx(kept.mean(), abs=0.01)


def test_nothing_sold_and_no_clicks() -> None:
    view = replace(quiet(3), ios=np.full(3, np.nan))
    seen, links = count(view, np.zeros_like(view.clicks, dtype=np.float64), _times(view), CURVE)
    counts, exposure = credited(seen, np.full(3, 0.03))
    assert counts.tolist() == exposure.tolist() == [0, 0, 0]
    assert len(links.row) == 0
    assert kept_share(view) == pytest.approx([0.6] * 3)


def test_results_before_the_first_step_are_nobodys() -> None:
    view = selling(quiet(3), np.random.default_rng(1))
    empty = replace(
        view, clicks=view.clicks[:0], spend=view.spend[:0], impressions=view.impressions[:0], hours=0.0
    )
    seen, _ = count(empty, np.zeros((0, 3)), Times(np.zeros(0), np.zeros(0), np.zeros(0), 0.0, 1e9), CURVE)
    assert seen.chance.sum() == 0
    assert np.isfinite(chance_right(seen, np.full(3, 0.03))).all()


def test_old_results_count_for_less_in_step_with_old_clicks() -> None:
    times = Times(np.zeros(1), np.ones(1), np.ones(1), 2 * HALF_LIFE, HALF_LIFE)
    assert times.worth(np.array([2 * HALF_LIFE, HALF_LIFE, 0.0])) == pytest.approx([1, 0.5, 0.25])
    assert times.worth(np.array([3 * HALF_LIFE])) == pytest.approx([1])
