"""Results at rest, on both dialects: any order ends the same, what was known then stays as it was."""

import threading
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from kinoloop.core.errors import InputError
from kinoloop.learning.insights import operations, queries, rules
from kinoloop.learning.insights.records import Counts, Insight, InsightRow, Pull, Restatement
from kinoloop.learning.insights.tables import ad_insight_versions
from kinoloop.store.session import Database
from tests.learning.insights.pulls import DAY, NOON, NUMBERS, USD, YEN, Told, later, newest, pulls, row

FROM = DAY - timedelta(days=7)
MANY = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def store(database: Database, rows: Sequence[InsightRow], at: datetime = NOON) -> Counts:
    with database.begin() as connection:
        return operations.store(connection, rows, now=at)


def then(database: Database, account_id: str, at: datetime) -> tuple[Insight, ...]:
    with database.read() as connection:
        days = queries.as_of(connection, account_id, at, FROM, DAY)
        return (*days, *queries.as_of(connection, account_id, at, FROM, DAY, hourly=True))


@MANY
@given(told=pulls(), data=st.data())
def test_any_order_of_pulls_ends_with_the_same_rows(
    database: Database, told: list[Told], data: st.DataObject
) -> None:
    account_id = f"act_{next(NUMBERS)}"
    for one in data.draw(st.permutations(told + data.draw(st.lists(st.sampled_from(told), max_size=2)))):
        store(database, one.rows(account_id), one.at)
    with database.read() as connection:
        found = [
            *queries.rows(connection, account_id, FROM, DAY),
            *queries.rows(connection, account_id, FROM, DAY, hourly=True),
        ]
        days = queries.totals(connection, account_id, FROM, DAY)
        each = queries.totals(connection, account_id, FROM, DAY, by_entity=True)
    assert {(one.entity_id, (DAY - one.day).days, one.hour): one.spend for one in found} == newest(told)
    assert sorted(one.row.spend for one in then(database, account_id, later(99))) == sorted(
        one.spend for one in found
    )
    assert (days, each) == (rules.totals(found), rules.totals(found, by_entity=True))


@MANY
@given(told=pulls())
def test_what_was_known_before_a_pull_never_changes_after_it(database: Database, told: list[Told]) -> None:
    account_id = f"act_{next(NUMBERS)}"
    seen = dict[datetime, tuple[Insight, ...]]()
    until = NOON - timedelta(hours=1)
    for one in told:
        store(database, one.rows(account_id), one.at)
        until = max(until, one.at if one.spends else until)
        for at in (later(hours) for hours in range(-1, 13, 2)):
            if at < until:
                found = then(database, account_id, at)
                assert seen.setdefault(at, found) == found


def test_a_restated_day_overwrites_and_is_told(database: Database) -> None:
    assert store(database, [row(), row("ad2", hour=3)]) == Counts(new=2)
    assert store(database, [row(), row("ad2", hour=3)], later(1)) == Counts(unchanged=2)
    more = row(actions={"7d_click": {"lead": 3.0}})
    assert store(database, [more], later(2)) == Counts(restated=1)
    with database.read() as connection:
        assert queries.rows(connection, "act_1", DAY, DAY) == (more,)
        assert queries.rows(connection, "act_1", DAY, DAY, hourly=True) == (row("ad2", hour=3),)
        assert queries.rows(connection, "act_1", DAY, DAY, entity_id="ad2") == ()
        both = queries.versions(connection, "act_1", "ad1", DAY)
        log = queries.restatements(connection, "act_1")
        assert queries.restatements(connection, "act_1", since=later(2)) == ()
        with pytest.raises(InputError):
            queries.restatements(connection, "act_1", limit=0)
        assert connection.execute(select(func.count()).select_from(ad_insight_versions)).scalar_one() == 3
    assert both == (Insight(row(), NOON, later(2)), Insight(more, later(2), None))
    assert log == (Restatement(*both),)
    assert [one.row for one in then(database, "act_1", later(1))] == [row(), row("ad2", hour=3)]


def test_the_last_pull_is_told_with_its_windows(database: Database) -> None:
    with database.begin() as connection:
        assert queries.last_pull(connection, "act_1") is None
    counts = store(database, [row()])
    with database.begin() as connection:
        assert queries.last_pull(connection, "act_1") is None
        windows = ("1d_click", "7d_click")
        made = operations.note_pull(
            connection, "act_1", since=FROM, until=DAY, windows=windows, counts=counts, now=NOON
        )
    with database.read() as connection:
        assert queries.last_pull(connection, "act_1") == made
    assert made == Pull("act_1", NOON, FROM, DAY, windows, Counts(new=1))


def test_money_zone_and_what_was_not_told_come_back(database: Database) -> None:
    yen = row(
        currency=YEN,
        spend=120_000,
        timezone="Asia/Tokyo",
        reach=None,
        link_clicks=None,
        day=date(2026, 3, 29),
    )
    assert store(database, [yen, row("c1", kind="campaign"), row(account_id="act_2")]) == Counts(new=3)
    with database.read() as connection:
        assert queries.rows(connection, "act_1", yen.day, yen.day) == (yen,)
        [day] = queries.totals(connection, "act_1", yen.day, yen.day)
        assert queries.rows(connection, "act_1", DAY, DAY) == ()
        [campaign] = queries.rows(connection, "act_1", DAY, DAY, kind="campaign")
    assert (day.currency, day.spend, day.link_clicks) == (YEN, 120_000, None)
    assert campaign.entity_id == "c1"
    assert USD.show(campaign.spend) == "USD 12.34"
    assert store(database, []) == Counts()


def test_two_that_pull_at_once_wait_for_each_other(database: Database) -> None:
    rows = [row(f"ad{n}") for n in range(50)]
    done = list[Counts]()

    def pull() -> None:
        done.append(store(database, rows))

    threads = [threading.Thread(target=pull) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(one.new for one in done) == [0, 0, 50]
    assert sorted(one.unchanged for one in done) == [0, 50, 50]
