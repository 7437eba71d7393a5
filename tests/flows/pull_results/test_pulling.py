"""The hourly run at the sandbox's Meta: what stands there and what it brought; trouble stays where it is."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import func, select

from kinoloop.core.errors import NotFoundError, UnavailableError
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.flows.pull_results.tick import EVERY_HOUR, NAME
from kinoloop.flows.pull_results.tools import ResultsPlatform, Seat
from kinoloop.learning.insights import queries as insights
from kinoloop.learning.insights.tables import ad_insight_versions
from kinoloop.runs.queries import run
from tests.flows.pull_results.conftest import SEATS, House
from tests.vendors.meta.sandboxed import HIDDEN, NOW, USD, YEN

TODAY = NOW.date()
FROM = date(2026, 10, 1)


def versions(house: House) -> int:
    with house.database.read() as connection:
        return connection.execute(select(func.count()).select_from(ad_insight_versions)).scalar_one()


def test_accounts_are_mirrored_and_their_results_kept(house: House) -> None:
    told = house.pull()
    assert set(told["accounts"]) == {USD, YEN} and told["skipped"] == {}
    with house.database.read() as connection:
        known = accounts.account(connection, YEN)
        ads = {one.entity_id for one in accounts.entities(connection, USD, kind="ad")}
        rows = insights.rows(connection, USD, FROM, TODAY)
        hours = insights.rows(connection, USD, TODAY, TODAY, hourly=True)
        pull = insights.last_pull(connection, USD)
        days = insights.totals(connection, USD, FROM, TODAY)
    assert (known.tenant_id, known.currency.code, known.timezone) == ("t2", "JPY", "Asia/Tokyo")
    assert told["accounts"][USD]["mirror"]["entities"] > len(ads) == 10
    assert {row.entity_id for row in rows} <= ads and {row.timezone for row in rows} == {"America/New_York"}
    assert {row.day for row in hours} == {TODAY}
    assert pull is not None
    assert (pull.since, pull.until) == (TODAY - timedelta(days=27), TODAY)
    assert pull.windows == ("1d_click", "7d_click", "1d_view")
    assert pull.counts.new == len(rows) + len(hours) == told["accounts"][USD]["results"]["new"]
    spent = {row.day: 0 for row in rows}
    for row in rows:
        spent[row.day] += row.spend
    assert {one.day: one.spend for one in days} == spent
    by_the_hour, by_the_day = sum(row.spend for row in hours), spent[TODAY]
    assert by_the_hour == by_the_day > 0


def test_a_tick_that_finds_nothing_new_writes_no_rows(house: House) -> None:
    house.pull()
    before = versions(house)
    told = house.pull()["accounts"]
    assert all(told[one]["results"]["new"] == told[one]["results"]["restated"] == 0 for one in (USD, YEN))
    assert versions(house) == before
    assert len(house.told("results_pulled")) == 2


def test_results_are_restated_as_conversions_come_in(house: House) -> None:
    house.pull()
    seen_at = house.tools.clock.now()
    with house.database.read() as connection:
        before = insights.as_of(connection, USD, seen_at, FROM, TODAY - timedelta(days=1))
    house.meta.wait(26 * 3600)
    counts = house.pull()["accounts"][USD]["results"]
    assert counts["new"] > 0 and counts["restated"] > 0
    with house.database.read() as connection:
        corrected = insights.restatements(connection, USD, since=seen_at)
        then = insights.as_of(connection, USD, seen_at, FROM, TODAY - timedelta(days=1))
        now = insights.rows(connection, USD, FROM, TODAY - timedelta(days=1))
    assert then == before
    assert [one.row for one in then] != list(now)
    assert any(one.before.row.actions != one.after.row.actions for one in corrected)


def test_one_accounts_trouble_stops_no_other(house_of: Callable[..., House]) -> None:
    house = house_of((Seat(HIDDEN, "t3", "meta"), *SEATS))
    run_id = house.runs.start(NAME, {})
    told = house.runs.wait(run_id, timeout=60)["accounts"]
    assert told[HIDDEN]["mirror"]["error"]["code"] == "forbidden"
    assert told[HIDDEN]["results"]["error"]["code"] == NotFoundError.code and "contents" not in told[HIDDEN]
    assert told[USD]["results"]["new"] > 0 and told[YEN]["results"]["new"] > 0
    with house.database.read() as connection:
        ended = run(connection, run_id)
    assert ended.status == "partially_completed"
    assert ended.error is None or HIDDEN in str(ended.error)


def test_an_account_without_a_key_is_named_and_left_alone(house_of: Callable[..., House]) -> None:
    opened: list[House] = []

    def platform_for(seat: Seat) -> ResultsPlatform:
        if seat.tenant_id == "t2":
            raise UnavailableError("There is no key for Meta.", fix="Set META_ACCESS_TOKEN.")
        return opened[0].meta.platform

    opened.append(house_of(platform_for=platform_for))
    told = opened[0].pull()
    assert set(told["accounts"]) == {USD}
    assert told["skipped"] == {YEN: "There is no key for Meta. Set META_ACCESS_TOKEN."}


def test_one_account_may_be_pulled_alone_and_known_ones_need_no_seat(
    house: House, house_of: Callable[..., House]
) -> None:
    house.pull()
    assert set(house.pull(account_id=YEN)["accounts"]) == {YEN}
    house.runs.close(timeout=2.0)
    assert set(house_of(seats=()).pull()["accounts"]) == {USD, YEN}


def test_it_is_due_every_hour() -> None:
    assert (EVERY_HOUR.flow, EVERY_HOUR.cron.split()[1:]) == (NAME, ["*"] * 4)
