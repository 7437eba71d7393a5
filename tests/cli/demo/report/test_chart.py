"""The curves: places, scales, labels apart from each other."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.cli.demo.records import Contender
from kinoloop.cli.demo.report.chart import APART, chart_of, spread
from kinoloop.core.currency import Currency
from tests.cli.demo.report.sample import CONTENDERS

DOLLARS = Currency("USD")
SUMS = st.lists(st.integers(-(10**11), 10**11), min_size=1, max_size=90)


def of(*sums: int) -> Contender:
    return Contender("ours", "Kinoloop", 0, sums[-1], 0, 0, 0, tuple(sums))


@given(st.lists(st.floats(0, 100), max_size=4))
def test_labels_lie_apart_within_the_drawing_and_in_order(places: list[float]) -> None:
    moved = spread(places, APART)
    ordered = sorted(moved)
    assert all(0 <= place <= 100 for place in moved)
    assert all(after - before >= APART - 0.02 for before, after in itertools.pairwise(ordered))
    for a, b in zip(places, moved, strict=True):
        assert all(b <= d for c, d in zip(places, moved, strict=True) if a < c)


def test_labels_with_room_stay() -> None:
    assert spread([10, 40, 90], APART) == [10, 40, 90]


@given(SUMS)
def test_everything_lies_inside_and_nothing_is_marked(sums: list[int]) -> None:
    chart = chart_of([of(*sums)], DOLLARS)
    assert chart is not None
    assert 0 <= chart.zero <= 100 and 0 <= chart.curves[0].end <= 100
    assert [tick.at for tick in chart.amounts if tick.zero] == [chart.zero]
    assert 2 <= len(chart.amounts) <= 9 and len(chart.days) <= 8
    assert len({tick.label for tick in chart.amounts}) == len(chart.amounts)


def test_the_sample() -> None:
    chart = chart_of(CONTENDERS, DOLLARS)
    assert chart is not None
    assert [tick.label for tick in chart.amounts] == ["$0", "$50k", "$100k", "$150k", "$200k"]
    assert [tick.label for tick in chart.days] == ["0", "10", "20", "30", "40", "50", "60"]
    assert chart.curves[0].profit == "+$177,264" and chart.curves[0].path.startswith("M0 100L1.67 ")
    assert len(chart.table) == 60 and chart.table[-1].sums[3] == CONTENDERS[3].profit


def test_a_shorter_game_has_no_sums_later() -> None:
    chart = chart_of([of(5, 10), of(7)], DOLLARS)
    assert chart is not None
    assert [day.sums for day in chart.table] == [(5, 7), (10, None)]


def test_no_day_no_chart() -> None:
    assert chart_of([], DOLLARS) is None
    assert chart_of([Contender("ours", "Kinoloop", 0, 0, 0, 0, 0, ())], DOLLARS) is None
