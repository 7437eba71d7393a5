"""What is drawn of models is where its numbers are, and figures say whether they are in order. Pure."""

from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.predictor.records import Bin, Quality
from kinoloop.learning.trials.records import Comparison, Estimate
from kinoloop.registry.models.records import TrialSettings
from kinoloop.web.pages.models.diagram import LEFT, MARKS, SIDE, TOP, diagram_of, off
from kinoloop.web.pages.models.evidence import HIGH, MIDDLE, WIDE, path_of
from kinoloop.web.pages.models.measures import measures_of, quality_kept
from kinoloop.web.pages.models.policies import rows_of

RATES = st.floats(1e-4, 0.2)
FINE = Quality(40, 90_000, 1_300, 0.0144, 0.07, 0.97, 0.014, 0.05, 1.02, 0.01, 0.99, 0.81, ())


@st.composite
def bins(draw: st.DrawFn) -> Bin:
    low, seen, high = sorted(draw(st.tuples(RATES, RATES, RATES)))
    return Bin(draw(RATES), seen, low, high, draw(st.integers(1, 10**6)), draw(st.integers(1, 99)))


@given(st.lists(bins(), min_size=1, max_size=10))
def test_every_bin_is_in_the_square_and_on_its_side_of_the_diagonal(found: list[Bin]) -> None:
    drawn = diagram_of(found)
    assert drawn is not None and drawn.bins == tuple(found)
    for dot, one in zip(drawn.dots, found, strict=True):
        assert LEFT <= dot.x <= LEFT + SIDE and TOP <= dot.top <= dot.y <= dot.bottom <= TOP + SIDE
        assert dot.off == (not one.low <= one.predicted <= one.high) == off(one)
        higher, drawn_higher = one.observed - one.predicted, TOP + SIDE - dot.y - (dot.x - LEFT)
        assert higher * drawn_higher >= 0 or abs(drawn_higher) <= 0.21, "the same side of the diagonal"
    places = [tick.at for tick in drawn.ticks]
    assert 1 <= len(places) <= MARKS and places == sorted(set(places))


def test_nothing_is_drawn_of_nothing() -> None:
    assert diagram_of(()) is None and path_of(np.zeros(0), TrialSettings()) is None
    silent = diagram_of([Bin(0.01, 0.0, 0.0, 0.004, 900, 2)])
    assert silent is not None and silent.dots[0].y == silent.dots[0].bottom == TOP + SIDE
    assert [tick.label for tick in silent.ticks] == ["0.2 %", "0.5 %", "1 %"]
    sure = diagram_of([Bin(1.0, 1.0, 1.0, 1.0, 1, 1), Bin(1e-9, 0.0, 0.0, 0.1, 1, 1)])
    assert sure is not None and [tick.label for tick in sure.ticks] == [
        "0.01 %",
        "0.1 %",
        "1 %",
        "10 %",
        "100 %",
    ]


def test_the_path_of_evidence_crosses_the_bar_when_the_trial_does() -> None:
    rng, settings = np.random.default_rng(4), TrialSettings()
    better = path_of(0.1 + 0.05 * rng.standard_normal(40), settings)
    assert better is not None
    last = better.line.split()[-1].split(",")
    assert float(last[0]) == WIDE and 0 <= float(last[1]) < better.over < MIDDLE < better.under < HIGH
    assert better.least == WIDE / 2
    early = path_of(np.array([0.1, 0.2]), settings)
    assert early is not None and early.least == WIDE
    assert early.line == f"0,80 {WIDE / 20:g},80 {WIDE / 10:g},80", "before the least nothing counts"
    worse = path_of(-0.1 + 0.05 * rng.standard_normal(40), settings)
    assert worse is not None and float(worse.line.split(",")[-1]) > worse.under


def test_figures_say_whether_they_are_in_order() -> None:
    told = {one.name: one for one in measures_of(FINE)}
    average = told["Against the plain average"]
    assert average.fine and "3.0 % better than always saying 1.44 %" in average.meaning
    assert told["Calibration slope"].fine and told["Clicks it said over clicks that came"].fine
    assert told["80 % intervals that held"].fine
    poor = replace(FINE, ne=1.02, slope=0.7, predicted_over_observed=1.3, coverage=0.4)
    told = {one.name: one for one in measures_of(poor)}
    assert [one.fine for one in told.values()] == [False, False, False, None, False, None]
    assert "too boldly" in told["Calibration slope"].meaning
    assert "too timidly" in measures_of(replace(FINE, slope=1.4))[2].meaning
    blank = replace(FINE, slope=None, predicted_over_observed=None, coverage=None, relative_ece=None)
    assert [one.said for one in measures_of(blank)] == ["0.9700", None, None, None, None, "0.01400"]


def test_figures_that_were_not_kept_are_not_made_up() -> None:
    bin_ = Bin(0.01, 0.012, 0.01, 0.014, 1000, 3)
    kept = {"held_out": asdict(replace(FINE, bins=(bin_,)))}
    assert quality_kept(kept) == replace(FINE, bins=(bin_,))
    assert quality_kept({}) is None and quality_kept({"held_out": {"ne": 0.9}}) is None
    assert quality_kept({"held_out": None}) is None


def test_estimates_lie_on_one_line_and_refused_ones_have_no_place() -> None:
    good = Estimate(2.0, 1.0, 4.0, 150.0, 1.0, 200, 40)
    none = Estimate(None, None, None, 12.0, 0.4, 20, 3, "it holds 4 rounds, 10 are needed.")
    rows, end = rows_of(Comparison(good, none, replace(good, value=1.5), -0.5, -1.0, 0.5, True, ""))
    assert end == pytest.approx(4.4)
    assert rows[0].low == pytest.approx(22.73) and rows[0].high == pytest.approx(90.91)
    assert rows[1].middle == pytest.approx(34.09) and rows[2].middle is None
    rows, end = rows_of(Comparison(none, none, none, None, None, None, None, ""))
    assert end is None and all(row.low is None for row in rows)
