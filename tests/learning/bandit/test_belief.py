"""Laws of the posterior: what more of each kind of evidence does, and what must change nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import AccountView, Belief
from kinoloop.learning.bandit.rules.belief import believe, interval, surrogate
from tests.learning.bandit.makers import SETTINGS, joined, nothing, picked, piped, quiet, selling, told
from tests.learning.bandit.worlds import permuted

STAGES = ("appointment", "show", "won")
seeds = st.integers(0, 2**31)
ads = st.integers(0, 3)
few = settings(max_examples=25, deadline=None)


def _account(seed: int, *, pipeline: bool = False) -> AccountView:
    rng = np.random.default_rng(seed)
    if not pipeline:
        return selling(quiet(days=float(rng.integers(1, 30))), rng)
    return piped(selling(quiet(days=30, mode="pipeline", stages=STAGES), rng, rate=0.1), rng)


def _close(one: Belief, other: Belief) -> None:
    for name in ("mu", "var", "maturity", "fatigue", "coming", "leads"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), rel=1e-6, abs=1e-6)
    assert other.common == pytest.approx(one.common)


@few
@given(seeds, ads, st.booleans(), st.integers(1, 4))
def test_more_results_raise_an_ad(seed: int, ad: int, pipeline: bool, more: int) -> None:
    view = _account(seed, pipeline=pipeline)
    click = view.hours - 20.0
    moves = np.full((more, len(view.stages)), np.nan)
    extra = told([ad] * more, [click] * more, [click + 5] * more, [5000.0] * more, moves.tolist())
    extra = replace(extra, value=np.full(more, np.nan if pipeline else 5000.0), moves=moves)
    before = believe(view, SETTINGS)
    after = believe(replace(view, outcomes=joined(view.outcomes, extra)), SETTINGS)
    assert after.mu[ad] > before.mu[ad]
    assert after.leads[ad] > before.leads[ad]


@few
@given(seeds, ads, st.integers(20, 400))
def test_clicks_that_bring_nothing_lower_an_ad_only_as_they_ripen(seed: int, ad: int, clicks: int) -> None:
    """The same clicks: long ago they are known to be in vain, just now they are hardly news."""
    view = replace(_account(seed), hours=30 * 24.0)
    assume(len(view.clicks) > 30)
    rest = np.zeros((120 - len(view.clicks), view.count), dtype=np.int64)
    view = replace(
        view,
        spend=np.vstack([view.spend, rest]),
        impressions=np.vstack([view.impressions, rest]),
        clicks=np.vstack([view.clicks, rest]),
        frequency=np.ones((120, view.count)),
    )

    def after(row: int) -> Belief:
        more = view.clicks.copy()
        more[row, ad] += clicks
        return believe(replace(view, clicks=more), SETTINGS)

    before, ripe, young = believe(view, SETTINGS), after(20), after(119)
    assert ripe.mu[ad] < young.mu[ad]
    assert ripe.parts["conversions"][ad] < before.parts["conversions"][ad]
    assert ripe.coming[ad] < young.coming[ad]


@few
@given(seeds, ads, st.integers(0, 2))
def test_a_lead_that_moves_on_raises_its_ad(seed: int, ad: int, stage: int) -> None:
    """An old lead moves just now, so that nothing is known yet of its next stage."""
    view = _account(seed, pipeline=True)
    leads = view.outcomes
    entered = leads.entry_at if stage == 0 else leads.moves[:, stage - 1]
    old = entered < view.hours - 24 * 10
    waiting = np.flatnonzero((leads.by_id == ad) & old & np.isnan(leads.moves[:, stage]))
    assume(len(waiting) > 0)
    moves, value = leads.moves.copy(), leads.value.copy()
    moves[waiting[0], stage] = view.hours
    value[waiting[0]] = np.exp(8.5) if stage == 2 else np.nan
    after = believe(replace(view, outcomes=replace(leads, moves=moves, value=value)), SETTINGS)
    before = believe(view, SETTINGS)
    others = np.arange(view.count) != ad
    gained = after.mu - before.mu
    assert gained[ad] > gained[others].max() - 1e-9


@few
@given(seeds, st.booleans())
def test_the_order_of_results_does_not_matter(seed: int, pipeline: bool) -> None:
    view = _account(seed, pipeline=pipeline)
    order = np.random.default_rng(seed).permutation(len(view.outcomes))
    shuffled = replace(view, outcomes=picked(view.outcomes, order))
    _close(believe(view, SETTINGS), believe(shuffled, SETTINGS))


@few
@given(seeds, st.booleans())
def test_ads_may_be_listed_in_any_order(seed: int, pipeline: bool) -> None:
    view = _account(seed, pipeline=pipeline)
    order = np.random.default_rng(seed).permutation(view.count)
    one, other = believe(view, SETTINGS), believe(permuted(view, order), SETTINGS)
    for name in ("mu", "var", "maturity", "fatigue", "coming", "leads"):
        assert getattr(other, name) == pytest.approx(getattr(one, name)[order], rel=1e-6, abs=1e-6)


@few
@given(seeds)
def test_money_in_smaller_units_is_the_same_money(seed: int) -> None:
    view = _account(seed)
    small = replace(
        view,
        spend=view.spend * 10,
        budgets=view.budgets * 10,
        total=view.total * 10,
        launch=view.launch * 10,
        hoped=50_000,
        outcomes=replace(view.outcomes, value=view.outcomes.value * 10),
    )
    one, other = believe(view, SETTINGS), believe(small, SETTINGS)
    _close(one, other)
    assert other.response * 10 == pytest.approx(one.response)
    assert other.scale == one.scale * 10


@few
@given(seeds, st.booleans())
def test_parts_add_up_and_shares_are_shares(seed: int, pipeline: bool) -> None:
    view = _account(seed, pipeline=pipeline)
    belief = believe(view, SETTINGS)
    assert sum(belief.parts.values()) == pytest.approx(belief.mu)
    names = {"account", "kind_0", "surrogate", "clicks", "conversions", "stages", "value", "price", "fatigue"}
    assert set(belief.parts) == names
    assert (belief.var > 0).all() and belief.common > 0
    for share in (belief.maturity, belief.fatigue, *belief.evidence.values()):
        assert ((share >= 0) & (share <= 1)).all()
    assert ("stages" in belief.evidence) == pipeline


def test_evidence_moves_from_clicks_to_sales_as_time_passes() -> None:
    rng = np.random.default_rng(4)
    young, old = selling(quiet(days=1), rng), selling(quiet(days=90, rate=0.02), rng)
    first, later = believe(young, SETTINGS).evidence, believe(old, SETTINGS).evidence
    assert (first["clicks"] > 0.2).all()
    assert first["conversions"].mean() < 0.4
    assert later["conversions"].mean() > 0.8
    assert (later["value"] > first["value"]).all()


def test_an_ad_keeps_its_score_however_often_it_was_shown() -> None:
    def shown(days: float) -> Belief:
        view = quiet(4, days, views=20_000, rate=0.01)
        click = np.arange(3.0, view.hours - 3, 2.0)
        ad = np.arange(len(click)) % 4
        sold = told(list(ad), list(click), list(click + 3), [5000.0] * len(click))
        return believe(replace(view, outcomes=sold), SETTINGS)

    month, year = shown(40), shown(160)
    assert month.mu - year.mu == pytest.approx(0, abs=0.1)
    assert year.fatigue.tolist() == [0.0] * 4


def test_an_account_that_never_ran_is_wide_open() -> None:
    view = replace(
        quiet(3, days=0),
        features=np.full((3, 1), -1),
        ios=np.full(3, np.nan),
        outcomes=nothing(),
    )
    belief = believe(view, SETTINGS)
    assert belief.mu == pytest.approx([belief.mu[0]] * 3)
    assert np.isnan(belief.response).all()
    assert belief.common > 2
    assert belief.maturity.tolist() == belief.leads.tolist() == belief.coming.tolist() == [0.0] * 3


def test_without_any_word_on_a_sales_worth_the_level_is_open_and_the_order_is_not() -> None:
    view = selling(quiet(days=30, mode="pipeline", stages=("won",)), np.random.default_rng(3), rate=0.1)
    unsold = replace(view.outcomes, value=np.full(len(view.outcomes), np.nan))
    silent = replace(view, hoped=None, outcomes=unsold)
    hoping = replace(silent, hoped=5000)
    one, other = believe(silent, SETTINGS), believe(hoping, SETTINGS)
    assert one.common > other.common + 0.9
    assert one.mu - one.mu.mean() == pytest.approx(other.mu - other.mu.mean(), abs=1e-9)
    assert one.evidence["value"].tolist() == [0.0] * 4
    assert abs(one.mu.mean()) < 1


def test_a_new_ad_starts_from_its_features_and_from_nothing_else() -> None:
    """Ads of level 0 sell, those of level 1 do not; two new ones have only their level."""
    view = quiet(22, days=40, rate=0.02)
    rng = np.random.default_rng(1)
    good = selling(view, rng, rate=0.06).outcomes
    keep = (good.by_id % 2 == 0) | (rng.random(len(good)) < 0.2)
    sold = picked(good, np.flatnonzero((good.by_id >= 0) & (good.by_id < 20) & keep))
    for table in (view.spend, view.impressions, view.clicks):
        table[:, 20:] = 0
    belief = believe(replace(view, outcomes=sold), SETTINGS)
    assert belief.mu[20] > belief.mu[21] + 0.5
    assert belief.parts["kind_0"][20] > 0.2
    assert belief.parts["conversions"][20] == pytest.approx(belief.parts["conversions"][21], abs=0.05)
    assert belief.var[20] > belief.var[0]


def test_the_click_rate_is_a_hint_only_once_there_are_clicks() -> None:
    log_rate = np.log([0.01, 0.02, 0.05])
    assert surrogate(log_rate, np.array([5.0, 0.0, 19.0])).tolist() == [0.0] * 3
    told_two = surrogate(log_rate, np.array([50.0, 60.0, 3.0]))
    assert told_two[0] == pytest.approx(-told_two[1])
    assert told_two[0] < 0
    assert told_two[2] == 0


def test_the_interval_holds_four_fifths_and_widens_for_display() -> None:
    mean, low, high = interval(np.array([0.0]), np.array([0.25]), 1.0)
    drawn = np.random.default_rng(1).lognormal(0.0, 0.5, 200_000)
    assert ((drawn > low) & (drawn < high)).mean() == pytest.approx(0.8, abs=0.005)
    assert drawn.mean() == pytest.approx(float(mean[0]), rel=0.01)
    _, wider, _ = interval(np.array([0.0]), np.array([0.25]), 1.15)
    assert wider < low


def test_results_still_to_come_are_counted_from_clicks_already_paid_for() -> None:
    rng = np.random.default_rng(6)
    view = selling(quiet(4, days=30, rate=0.05), rng, rate=0.05)
    belief = believe(view, SETTINGS)
    total = 0.05 * view.clicks.sum()
    assert belief.coming.sum() + len(view.outcomes) == pytest.approx(total, rel=0.15)
    assert belief.leads.sum() == pytest.approx(len(view.outcomes) * 0.9, rel=0.1)
