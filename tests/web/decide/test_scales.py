"""Drawings of posteriors: places keep the order of returns, 1 is in view, what is unknown is not drawn."""

from itertools import pairwise
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.web.pages.decide.scales import APART, band, line, plot_of, scale_of

RETURNS = st.floats(1e-6, 1e6)
PAIRS = st.lists(st.tuples(RETURNS, RETURNS).map(lambda two: (min(two), max(two))), max_size=8)


@given(PAIRS, RETURNS, RETURNS)
def test_places_keep_the_order_and_one_is_in_view(
    ends: list[tuple[float, float]], one: float, other: float
) -> None:
    scale = scale_of(ends)
    assert 0 < scale.one < 100
    assert (scale.at(one) <= scale.at(other)) or one > other
    assert 0 <= scale.at(one) <= 100
    places = [tick.at for tick in scale.ticks]
    assert places == sorted(places) and "1" in [tick.label for tick in scale.ticks]
    assert all(later - before >= APART - 0.1 for before, later in pairwise(places))


@given(st.tuples(st.floats(0.02, 1), st.floats(1, 50)))
def test_a_usual_interval_is_seen_whole(ends: tuple[float, float]) -> None:
    scale = scale_of([ends])
    assert scale.at(ends[0]) > 0 and scale.at(ends[1]) < 100


def test_double_is_as_far_as_half() -> None:
    scale = scale_of([])
    assert scale.at(2) - scale.at(1) == pytest.approx(scale.at(1) - scale.at(0.5), abs=0.02)


@pytest.mark.parametrize(("ends", "tone"), [((1.2, 3.0), "good"), ((0.2, 0.9), "bad"), ((0.5, 2.0), "open")])
def test_the_tone_tells_on_which_side_of_one_it_lies(ends: tuple[float, float], tone: str) -> None:
    low, high = ends
    mu, sd = (log(low) + log(high)) / 2, (log(high) - log(low)) / 2.563
    found = plot_of(scale_of([ends]), (low + high) / 2, low, high, mu, sd)
    assert found is not None and found.tone == tone
    assert found.low < found.mean < found.high and found.hill.startswith("M") and found.hill.endswith("Z")


def test_nothing_is_drawn_of_what_is_not_known() -> None:
    scale = scale_of([])
    assert plot_of(scale, None, None, None, None, None) is None
    assert plot_of(scale, 1.0, 0.0, 2.0, None, None) is None
    bare = plot_of(scale, 1.0, 0.5, 2.0, None, None)
    assert bare is not None and bare.hill == ""
    assert band([(0, 1, 2)]) == "" and line([(0, 1)]) == ""
    assert line([(0, 1), (2, 3)]) == "M0 1L2 3"
