"""Days and hours on steps: nothing is lost, hours give the shape, days the total."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.bandit.records import Ints
from kinoloop.learning.decisions.rules.audience import audience, frequency
from kinoloop.learning.decisions.rules.grid import Shaped, begin_of, end_of, grid, shaped, spread
from kinoloop.learning.insights.columns import columns_of
from kinoloop.learning.insights.records import WHOLE_DAY, InsightColumns, InsightRow
from tests.learning.decisions.by_row import laid_by_row
from tests.learning.decisions.worlds import row

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
DAY = date(2026, 3, 9)
AMOUNTS = st.tuples(st.integers(0, 5000), st.integers(0, 50), st.integers(0, 20_000))


COLUMNS = {"a1": 0, "a2": 1}


def columns(rows: Sequence[InsightRow]) -> InsightColumns:
    """Each row packed by itself."""
    return columns_of(
        [
            (
                one.day.isoformat(),
                WHOLE_DAY if one.hour is None else one.hour,
                1,
                one.entity_id,
                *(str(told) for told in (one.impressions, one.clicks, one.spend)),
                *("-1" if told is None else str(told) for told in (one.reach, one.link_clicks)),
            )
            for one in rows
        ]
    )


def laid(
    days: Sequence[InsightRow], hours: Sequence[InsightRow] = (), *, links: bool = True
) -> tuple[Shaped, tuple[Ints, ...]]:
    first = min(begin_of(one.day, one.hour, BERLIN) for one in (*days, *hours))
    start, steps = grid(first, NOON, 6.0)
    made = shaped(columns(days), columns(hours), COLUMNS, start, NOON, BERLIN, links=links)
    return made, spread(made.spans, steps, 2, 6.0)


@given(st.lists(st.tuples(st.sampled_from(["a1", "a2"]), st.integers(0, 6), AMOUNTS), min_size=1))
def test_nothing_is_lost_or_made_up(told: list[tuple[str, int, tuple[int, int, int]]]) -> None:
    days = {(ad, ago): row(ad, NOON.date() - timedelta(days=ago), amounts) for ad, ago, amounts in told}
    _, (shown, clicks, spend) = laid(list(days.values()))
    for place, ad in enumerate(("a1", "a2")):
        mine = [one for one in days.values() if one.entity_id == ad]
        assert shown[:, place].sum() == sum(one.impressions for one in mine)
        assert clicks[:, place].sum() == sum(one.clicks for one in mine)
        assert spend[:, place].sum() == sum(one.spend for one in mine)
        assert min(shown.min(), clicks.min(), spend.min()) >= 0


@given(
    days=st.dictionaries(st.tuples(st.sampled_from(["a1", "a2"]), st.integers(0, 3)), AMOUNTS),
    hours=st.dictionaries(
        st.tuples(st.sampled_from(["a1", "a2", "zz"]), st.integers(0, 3), st.integers(0, 23)), AMOUNTS
    ),
)
def test_all_rows_at_once_are_laid_as_each_by_itself(
    days: dict[tuple[str, int], tuple[int, int, int]],
    hours: dict[tuple[str, int, int], tuple[int, int, int]],
) -> None:
    today = NOON.date()
    whole = [row(ad, today - timedelta(days=ago), told) for (ad, ago), told in days.items()]
    parts = [row(ad, today - timedelta(days=ago), told, hour) for (ad, ago, hour), told in hours.items()]
    if whole or parts:
        made, tables = laid(whole, parts)
        even, expected = laid_by_row(whole, parts, COLUMNS, NOON, BERLIN)
        assert made.even_days == even
        for got, wanted in zip(tables, expected, strict=True):
            np.testing.assert_array_equal(got, wanted)


def test_an_hour_that_the_clock_skips_loses_nothing() -> None:
    spring, now = date(2026, 3, 29), datetime(2026, 3, 30, 12, tzinfo=UTC)
    start, steps = grid(begin_of(spring, None, BERLIN), now, 6.0)
    hours = columns([row("a1", spring, (30, 1, 100), 2), row("a1", spring, (10, 0, 50), 3)])
    made = shaped(columns([]), hours, COLUMNS, start, now, BERLIN, links=True)
    assert [int(one.sum()) for one in spread(made.spans, steps, 2, 6.0)] == [40, 1, 150]
    assert (made.spans.end - made.spans.begin).tolist() == [1.0, 1.0]


def test_a_day_without_hours_is_spread_evenly_and_counted() -> None:
    made, (shown, _, _) = laid([row("a1", DAY, (2400, 24, 240))])
    assert made.even_days == 1
    assert begin_of(DAY, None, BERLIN) == datetime(2026, 3, 8, 23, tzinfo=UTC)
    # Steps end at 12:00 UTC; the day runs from 23:00 to 23:00 UTC: 1 h, 6 h, 6 h, 6 h, 5 h of it.
    assert shown[:, 0].tolist() == [100 * hours for hours in (1, 6, 6, 6, 5, 0, 0)]


def test_today_is_spread_over_the_hours_that_have_passed() -> None:
    _, (shown, _, _) = laid([row("a1", NOON.date(), (1300, 0, 0))])
    assert shown[:, 0].tolist() == [100, 600, 600]


def test_hours_give_the_shape_and_the_day_its_total() -> None:
    hours = [row("a1", DAY, (30, 0, 100), 1), row("a1", DAY, (10, 2, 0), 20)]
    made, (shown, clicks, spend) = laid([row("a1", DAY, (80, 4, 50))], hours)
    assert made.even_days == 0
    assert shown[:, 0].sum() == 80 and sorted(shown[:, 0])[-2:] == [20, 60]
    assert clicks[:, 0].max() == 4 and spend[:, 0].max() == 50


def test_an_hour_that_has_not_begun_is_left_out() -> None:
    hours = [row("a1", NOON.date(), (30, 1, 100), 9), row("a1", NOON.date(), (10, 2, 7), 20)]
    assert laid([], hours)[1][0].sum() == 30


def test_hours_alone_count_as_they_are() -> None:
    hours = [row("a1", DAY, (30, 1, 100), 1), row("a1", DAY, (10, 2, 7), 20)]
    _, (shown, clicks, spend) = laid([], hours)
    assert (shown.sum(), clicks.sum(), spend.sum()) == (40, 3, 107)


def test_a_metric_that_no_hour_has_is_spread_over_the_hours() -> None:
    hours = [row("a1", DAY, (30, 0, 100), 1), row("a1", DAY, (30, 0, 100), 20)]
    _, (_, clicks, _) = laid([row("a1", DAY, (60, 2, 200))], hours)
    assert sorted(clicks[:, 0])[-2:] == [1, 1]


def test_link_clicks_count_where_they_are_told_and_ads_without_a_column_do_not() -> None:
    days = [row("a1", DAY, (100, 9, 100), link_clicks=5), row("zz", DAY, (100, 9, 100))]
    assert laid(days)[1][1].sum() == 5
    assert laid(days, links=False)[1][1].sum() == 9


def test_nothing_told_is_nothing() -> None:
    start, steps = grid(NOON, NOON, 6.0)
    assert steps == 1 and start == NOON - timedelta(hours=6)
    made = shaped(columns([]), columns([]), {}, start, NOON, BERLIN, links=True)
    assert all(one.sum() == 0 for one in spread(made.spans, steps, 2, 6.0))


def test_a_day_with_a_change_of_the_clock_has_another_length() -> None:
    spring = date(2026, 3, 29)
    assert end_of(spring, None, BERLIN) - begin_of(spring, None, BERLIN) == timedelta(days=1)
    length = end_of(spring, None, BERLIN).astimezone(UTC) - begin_of(spring, None, BERLIN).astimezone(UTC)
    assert length == timedelta(hours=23)
    assert end_of(spring, 5, BERLIN).astimezone(UTC) - begin_of(spring, 5, BERLIN).astimezone(
        UTC
    ) == timedelta(hours=1)


@given(st.floats(2_000, 200_000), st.lists(st.integers(500, 4_000), min_size=3, max_size=20))
def test_an_audience_is_found_again_from_its_days(people: float, shown: list[int]) -> None:
    views = np.array(shown)
    reach = np.rint(people * -np.expm1(-views / people)).astype(np.int64)
    found = audience(np.zeros(len(shown), dtype=np.int64), views, reach, 1)
    seen = frequency(views[:, None], found)
    total = views.sum()
    assert seen[-1, 0] == pytest.approx(total / (people * -np.expm1(-total / people)), rel=0.05)
    assert (np.diff(seen[:, 0]) >= 0).all()


def test_frequency_is_unknown_without_reach_and_one_before_anything_was_shown() -> None:
    found = audience(np.array([0]), np.array([100]), np.array([90]), 2)
    seen = frequency(np.array([[0, 0], [100, 50]]), found)
    assert seen[0, 0] == 1.0 and seen[1, 0] > 1.0 and np.isnan(seen[:, 1]).all()
