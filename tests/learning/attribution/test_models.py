"""The credit models: the golden shares, and shares that with the rest always add up to exactly one."""

from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.learning.attribution.models import Touch, credits_of, shared, unattributed, weights, whole
from kinoloop.learning.attribution.records import MODELS, Candidate, Credit, Model
from tests.learning.attribution.visits import NOW


def touches(*days: float) -> list[Touch]:
    return [Touch(f"click-{number}", f"ad-{number}", None, age) for number, age in enumerate(days)]


def shares(model: Model, given_to: list[Touch], credited: float = 1.0) -> list[float]:
    made = credits_of("deal-1", given_to, (), credited)
    by_click = {one.click_id: one.share for one in made if one.model == model}
    return [by_click.get(touch.click_id, 0.0) for touch in given_to]


def test_time_decay_halves_every_seven_days() -> None:
    """Touches 0, 7 and 14 days before: 4/7, 2/7, 1/7."""
    assert shares("time_decay", touches(14, 7, 0)) == pytest.approx([1 / 7, 2 / 7, 4 / 7], abs=1e-11)


def test_position_gives_the_ends_forty_percent() -> None:
    assert shares("position", touches(9, 6, 3, 1)) == pytest.approx([0.4, 0.1, 0.1, 0.4], abs=1e-11)
    assert shares("position", touches(3, 1)) == pytest.approx([0.5, 0.5])
    assert shares("position", touches(3)) == [1.0]


def test_first_last_linear() -> None:
    three = touches(9, 6, 3)
    assert shares("first", three) == [1.0, 0.0, 0.0]
    assert shares("last", three) == [0.0, 0.0, 1.0]
    assert shares("linear", three) == pytest.approx([1 / 3] * 3, abs=1e-11)


def test_touches_may_come_in_any_order() -> None:
    assert shares("first", touches(3, 9, 6)) == [0.0, 1.0, 0.0]


def test_what_is_not_sure_is_not_credited() -> None:
    assert sum(shares("linear", touches(5, 2), credited=0.75)) == 0.75


def test_matched_goes_by_probability() -> None:
    found = (
        Candidate("a", "ad-a", None, NOW, 0.6),
        Candidate("b", "ad-b", None, NOW - timedelta(days=1), 0.2),
    )
    made = [one for one in credits_of("deal-1", touches(1), found, 0.8) if one.model == "matched"]
    assert [(one.click_id, round(one.share, 9)) for one in made] == [("a", 0.6), ("b", 0.2)]


def test_very_old_touches_still_share() -> None:
    assert sum(weights("time_decay", [20_000.0, 19_000.0])) > 0


@settings(deadline=None)
@given(
    days=st.lists(st.floats(0, 400), min_size=1, max_size=12),
    odds=st.lists(st.floats(0.01, 1), min_size=1, max_size=12),
    credited=st.floats(0.01, 1),
)
def test_shares_and_rest_are_exactly_one(days: list[float], odds: list[float], credited: float) -> None:
    """Under each model, in exact arithmetic and in floats alike."""
    found = [Candidate(f"m{index}", "ad", None, NOW, odd) for index, odd in enumerate(odds)]
    made = credits_of("deal-1", touches(*days), found, credited)
    left = unattributed(made)
    for model in MODELS:
        given_ = [one.share for one in made if one.model == model]
        assert sum(given_) + left[model] == 1.0
        assert sum(map(Fraction, given_)) + Fraction(left[model]) == 1
        assert left[model] == 1.0 - whole(credited)


@settings(deadline=None)
@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=30), st.floats(0, 1))
def test_parts_are_proportional(by: list[float], credited: float) -> None:
    parts = shared(credited, by)
    assert sum(parts) == whole(credited)
    assert parts == pytest.approx([credited * one / sum(by) for one in by], abs=1e-11)


def test_nothing_credited_leaves_everything() -> None:
    nothing: list[Credit] = []
    assert set(unattributed(nothing).values()) == {1.0}
    assert credits_of("deal-1", (), (), 0.0) == ()
