"""Columns hold what the rows say, at any instant, on both dialects."""

from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings

from kinoloop.learning.insights import operations, queries
from kinoloop.learning.insights.columns import columns_as_of
from kinoloop.learning.insights.records import WHOLE_DAY, Insight, InsightColumns
from kinoloop.store.session import Database
from tests.learning.insights.pulls import DAY, NOON, NUMBERS, Told, later, pulls, row

FROM = DAY - timedelta(days=2)
MANY = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def listed(made: InsightColumns) -> list[tuple[Any, ...]]:
    return [
        (
            made.entity_ids[made.entity[number]],
            date.fromordinal(int(made.day[number])),
            int(made.hour[number]),
            int(made.impressions[number]),
            int(made.clicks[number]),
            int(made.spend[number]),
            None if np.isnan(made.reach[number]) else int(made.reach[number]),
            None if np.isnan(made.link_clicks[number]) else int(made.link_clicks[number]),
        )
        for number in range(len(made))
    ]


def told_of(found: tuple[Insight, ...]) -> list[tuple[Any, ...]]:
    rows = [one.row for one in found]
    made = [
        (
            one.entity_id,
            one.day,
            WHOLE_DAY if one.hour is None else one.hour,
            one.impressions,
            one.clicks,
            one.spend,
            one.reach,
            one.link_clicks,
        )
        for one in rows
    ]
    return sorted(made, key=lambda one: one[:3])


@MANY
@given(told=pulls())
def test_at_any_instant_columns_say_what_the_rows_do(database: Database, told: list[Told]) -> None:
    account_id = f"act_{next(NUMBERS)}"
    for one in told:
        with database.begin() as connection:
            operations.store(connection, one.rows(account_id), now=one.at)
    with database.read() as connection:
        for hours in range(-1, 14, 4):
            for hourly in (False, True):
                wanted = (connection, account_id, later(hours), FROM, DAY)
                found = queries.as_of(*wanted, hourly=hourly)
                assert listed(columns_as_of(*wanted, hourly=hourly)) == told_of(found)


def test_what_was_not_told_is_not_zero_and_other_kinds_are_left_out(database: Database) -> None:
    rows = [
        row("ad 2", reach=None, link_clicks=0),
        row("ad1", reach=0, link_clicks=None, day=DAY - timedelta(days=1)),
        row("c1", kind="campaign"),
        row(account_id="act_2"),
    ]
    with database.begin() as connection:
        operations.store(connection, rows, now=NOON)
    with database.read() as connection:
        made = columns_as_of(connection, "act_1", NOON, FROM, DAY)
        none = columns_as_of(connection, "act_1", NOON, FROM - timedelta(days=3), FROM)
    assert made.entity_ids == ("ad 2", "ad1") and len(none) == 0 and none.entity_ids == ()
    np.testing.assert_array_equal(made.reach, [np.nan, 0.0])
    np.testing.assert_array_equal(made.link_clicks, [0.0, np.nan])
