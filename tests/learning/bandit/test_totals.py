"""Belief from totals moves the right way, and says only what totals can tell."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Belief
from kinoloop.learning.bandit.rules.totals import USUAL_RATE, Totals, believe_totals, mature


def totals(count: int = 4) -> Totals:
    return Totals(
        mode="direct",
        impressions=np.full(count, 20_000.0),
        clicks=np.full(count, 300.0),
        spend=np.full(count, 30_000.0),
        value=np.full(count, 60_000.0),
        age_days=np.full(count, 10.0),
        dna=np.full(count, np.nan),
        pace=np.full(count, 3_000.0),
        usual=3_000.0,
        worth=5_000,
    )


def changed(name: str, value: float, place: int = 0) -> Belief:
    told = totals()
    column = getattr(told, name).copy()
    column[place] = value
    return believe_totals(replace(told, **{name: column}))


USUAL = believe_totals(totals())


def test_equal_ads_return_what_they_returned() -> None:
    """2 per 1, a little more for what is still to come, a little less for one count from before."""
    after = USUAL.mu + np.log((2**0.76 - 1) / 0.76)
    assert np.exp(after) == pytest.approx(np.full(4, 2.1), rel=0.1)
    assert USUAL.parts.keys() == {"account", "clicks", "creative", "conversions"}
    assert np.sum(list(USUAL.parts.values()), axis=0) == pytest.approx(USUAL.mu)


@pytest.mark.parametrize(
    ("name", "value", "way"),
    [("value", 90_000, 1), ("value", 0, -1), ("spend", 60_000, -1), ("age_days", 0.2, 1)],
)
def test_evidence_moves_the_right_way(name: str, value: float, way: int) -> None:
    moved = changed(name, value).mu[0] - changed(name, value).mu[1]
    assert np.sign(round(moved, 1)) == way


def test_more_of_the_same_makes_surer() -> None:
    told = totals()
    many = replace(told, clicks=told.clicks * 10, spend=told.spend * 10, value=told.value * 10)
    assert (believe_totals(many).var < 0.3 * USUAL.var).all()
    assert believe_totals(many).evidence["conversions"][0] > USUAL.evidence["conversions"][0]


@given(st.integers(2, 1000))
def test_ten_times_the_currency_changes_only_units(factor: int) -> None:
    told = totals()
    other = replace(
        told,
        spend=told.spend * factor,
        value=told.value * factor,
        pace=told.pace * factor,
        usual=told.usual * factor,
        worth=5_000 * factor,
    )
    found = believe_totals(other)
    assert found.mu == pytest.approx(USUAL.mu) and found.var == pytest.approx(USUAL.var)


def test_results_come_late_and_later_in_a_pipeline() -> None:
    ages = np.array([0.0, 1.0, 10.0, 100.0])
    direct, pipeline = mature(ages, "direct"), mature(ages, "pipeline")
    assert (np.diff(direct) > 0).all() and (np.diff(pipeline) > 0).all()
    assert direct[0] == pytest.approx(0.3) and pipeline[0] == pytest.approx(0)
    assert (pipeline < direct).all() and pipeline[3] > 0.85


def test_untold_worth_is_what_makes_the_usual_rate() -> None:
    told = replace(totals(), worth=None)
    found = believe_totals(told)
    assert found.leads.sum() == pytest.approx(USUAL_RATE * (told.clicks * found.maturity).sum())
    assert found.common < 0.1


def test_without_any_value_the_level_is_unknown() -> None:
    nothing = replace(totals(), value=np.zeros(4), worth=None)
    assert believe_totals(nothing).common >= 1
    assert believe_totals(replace(nothing, told_value=90_000, told_spend=10_000)).common < 1
    assert believe_totals(replace(nothing, worth=5_000)).common == pytest.approx(1)


def test_feedback_tells_the_level_and_no_more_than_five_results() -> None:
    fresh = replace(totals(), clicks=np.zeros(4), spend=np.zeros(4), value=np.zeros(4), age_days=np.zeros(4))
    low, high, higher = (
        believe_totals(replace(fresh, told_value=value, told_spend=100_000))
        for value in (0, 500_000, 50_000_000)
    )
    assert (high.mu > low.mu).all()
    assert high.common == pytest.approx(1 / 6) == higher.common


def test_creatives_score_before_they_show() -> None:
    told = replace(totals(), dna=np.array([1.0, 0.0, 0.5, np.nan]))
    parts = believe_totals(told).parts["creative"]
    assert parts[0] > parts[2] == parts[3] > parts[1]
    assert np.exp(parts[0] - parts[1]) == pytest.approx(1.2)


def test_no_ad_spent_anything() -> None:
    nothing = replace(
        totals(), clicks=np.zeros(4), spend=np.zeros(4), value=np.zeros(4), impressions=np.zeros(4)
    )
    found = believe_totals(nothing)
    assert np.isnan(found.response).all() and np.isfinite(found.mu).all()
