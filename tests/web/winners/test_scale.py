"""The line of ratios: whatever lies on it stays in order and in the drawing, and 1 has its place."""

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.winners.records import Winner, WinnerSettings
from kinoloop.web.pages.winners.book import span_of
from kinoloop.web.pages.winners.scale import LEAST, MOST, scale_of
from kinoloop.web.pages.winners.words import rule_words, why_not_back
from tests.learning.winners.makers import judged

RATIOS = st.floats(1e-6, 1e6)


@given(st.lists(RATIOS, max_size=8), RATIOS, RATIOS)
def test_order_is_kept_and_everything_is_in_the_drawing(ratios: list[float], one: float, two: float) -> None:
    scale = scale_of([*ratios, one, two])
    low, high = sorted((one, two))
    assert 0 < scale.at(low) <= scale.at(high) < 100
    assert LEAST <= scale.least < 1 < scale.most <= MOST
    assert "1" in [tick.label for tick in scale.ticks] and len(scale.ticks) <= 6
    places = [tick.x for tick in scale.ticks]
    assert places == sorted(places)


@given(st.floats(0.07, 15))
def test_twice_as_much_is_always_as_far(ratio: float) -> None:
    scale = scale_of([LEAST, MOST])
    step = scale.at(2.0) - scale.at(1.0)
    if ratio > LEAST and 2 * ratio < MOST:
        assert abs(scale.at(2 * ratio) - scale.at(ratio) - step) < 0.03


def test_an_interval_is_never_too_thin_to_be_seen() -> None:
    scale = scale_of([])
    assert [tick.label for tick in scale.ticks] == ["0.5", "1", "2"]
    assert scale.span(1.0, 1.0, 1.0).width == 0.6
    assert span_of(None, scale) == (None, None)
    span, bar = span_of(judged("a", "winner"), scale_of([2.4]))
    assert span is not None and bar is not None and bar < span.low < span.middle < span.high


def test_the_rule_names_no_money_without_a_currency() -> None:
    told = " ".join(rule_words(WinnerSettings(), None))
    assert "1,000 impressions, 30 clicks, 24 hours" in told and "USD" not in told


def test_a_measured_winner_whose_results_are_gone_stays_off() -> None:
    gone = Winner("main", "a", "measured", "so", removed_by="owner")
    assert why_not_back(gone, None, WinnerSettings()) == "Its results are not known any more."
    assert why_not_back(gone, judged("a", "neither", over=0.8), WinnerSettings()) is None
