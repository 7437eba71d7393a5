"""Insights: short spans at once, long ones as reports; windows that have ended; rows of what is told only."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kinoloop.core.currency import currency
from kinoloop.core.errors import ForbiddenError, InputError, IntegrityError, PassingError
from kinoloop.delivery.ports import Write
from kinoloop.learning.insights.records import InsightRow
from kinoloop.vendors.meta.faults import TooMuchDataError, answer_in
from kinoloop.vendors.meta.insight_rows import HOURLY, Reader, question
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.account import ACCOUNT
from tests.vendors.meta.graph import CUT, Call, Graph, House, Turns, error, standing

DAY = date(2026, 11, 1)
WINDOWS = ("1d_click", "7d_click", "1d_view")
LEADS = {"action_type": "lead", "value": "3", "1d_click": "1", "7d_click": "3"}
ROW = {
    "ad_id": "30",
    "date_start": "2026-11-01",
    "date_stop": "2026-11-01",
    "impressions": "1200",
    "clicks": "40",
    "reach": "900",
    "spend": "12.345",
    "inline_link_clicks": "31",
    "actions": [{"action_type": "video_view", "value": "300"}, LEADS],
    "action_values": [{"action_type": "purchase", "value": "19.99", "7d_click": "19.99"}],
    "video_play_actions": [{"action_type": "video_view", "value": "700"}],
}
DONE = {"async_status": "Job Completed", "async_percent_completion": 100}


def reader(code: str = "USD") -> Reader:
    return Reader("act_1", currency(code), "Europe/Berlin", "ad", WINDOWS)


def ask(house: House, days: int = 1, **options: Any) -> Any:
    return house.platform.insights("act_1", since=DAY, until=DAY + timedelta(days=days - 1), **options)


def graph() -> Graph:
    return Graph().on("GET", "act_1", ACCOUNT)


def test_a_row_says_what_was_told() -> None:
    (row,) = reader().rows([ROW])
    assert row == InsightRow(
        account_id="act_1",
        entity_id="30",
        kind="ad",
        day=DAY,
        hour=None,
        timezone="Europe/Berlin",
        currency=currency("USD"),
        impressions=1200,
        clicks=40,
        spend=1234,
        reach=900,
        video_3s=300,
        link_clicks=31,
        actions={"default": {"video_view": 300, "lead": 3}, "1d_click": {"lead": 1}, "7d_click": {"lead": 3}},
        action_values={"default": {"purchase": 1999}, "7d_click": {"purchase": 1999}},
    )


def test_what_was_not_told_is_not_zero() -> None:
    bare = {"ad_id": "30", "date_start": "2026-11-01", "impressions": "5", "clicks": "0", "spend": "0"}
    (row,) = reader().rows([bare])
    assert (row.reach, row.video_3s, row.link_clicks, row.actions) == (None, None, None, {})
    (played,) = reader().rows([{**bare, "video_play_actions": ROW["video_play_actions"]}])
    assert played.video_3s == 0


def test_money_is_minor_units_of_the_accounts_currency() -> None:
    (row,) = reader("JPY").rows([{**ROW, "spend": "1234"}])
    assert row.spend == 1234 and row.action_values["default"] == {"purchase": 20}


def test_an_hour_is_read_from_its_span() -> None:
    (row,) = reader().rows([{**ROW, HOURLY: "13:00:00 - 13:59:59"}])
    assert row.hour == 13


@pytest.mark.parametrize(
    "broken",
    [
        {"ad_id": ...},
        {"impressions": "many"},
        {"impressions": ...},
        {"spend": None},
        {"spend": "x"},
        {"date_start": "yesterday"},
        {"actions": [{"value": "3"}]},
        {"actions": [7]},
        {HOURLY: "noon"},
    ],
)
def test_a_row_that_cannot_be_read_fails_them_all(broken: dict[str, Any]) -> None:
    told = {name: value for name, value in {**ROW, **broken}.items() if value is not ...}
    with pytest.raises(IntegrityError):
        reader().rows([ROW, told])


def test_a_short_span_is_asked_for_at_once() -> None:
    edge = graph().on("GET", "act_1/insights", {"data": [ROW]})
    with standing(edge) as house:
        rows = ask(house, 7, windows=["7d_click", "7d_click", "1d_view"])
    assert len(rows) == 1 and rows[0].timezone == "Europe/Berlin"
    params = edge.calls[-1].params
    assert edge.calls[-1].json("time_range") == {"since": "2026-11-01", "until": "2026-11-07"}
    assert edge.calls[-1].json("action_attribution_windows") == ["7d_click", "1d_view"]
    assert params["level"] == "ad" and params["time_increment"] == "1" and "breakdowns" not in params
    assert "reach" in params["fields"] and params["fields"].startswith("ad_id,")


def test_hours_have_no_reach() -> None:
    edge = graph().on("GET", "act_1/insights", {"data": []})
    with standing(edge) as house:
        assert ask(house, 1, hourly=True, level="adset") == []
    assert edge.calls[-1].json("breakdowns") == [HOURLY]
    assert "reach" not in edge.calls[-1].params["fields"]


@pytest.mark.parametrize("windows", [["7d_view"], ["28d_view", "7d_click"]])
def test_windows_that_have_ended_are_refused(windows: list[str]) -> None:
    with standing(graph()) as house, pytest.raises(InputError, match="2026-01-12"):
        ask(house, windows=windows)
    assert house.graph.calls == []


@pytest.mark.parametrize("windows", [["3d_click"], [], ["default"]])
def test_windows_that_never_were_are_refused(windows: list[str]) -> None:
    with standing(graph()) as house, pytest.raises(InputError):
        ask(house, windows=windows)


def test_days_end_after_they_begin() -> None:
    with standing(graph()) as house, pytest.raises(InputError):
        ask(house, 0)


def report(status: list[Any], rows: list[Any]) -> Graph:
    edge = graph().on("POST", "act_1/insights", {"report_run_id": "900"})
    return edge.on("GET", "900", *status).on("GET", "900/insights", {"data": rows})


def test_a_long_span_is_a_report_that_is_waited_for() -> None:
    begun = {"async_status": "Job Started", "async_percent_completion": 0}
    # Complete and 100 % do not come at the same moment.
    almost = {"async_status": "Job Completed", "async_percent_completion": 99}
    running = {"async_status": "Job Running", "async_percent_completion": 100}
    edge = report([begun, running, almost, DONE], [ROW, ROW])
    with standing(edge) as house:
        assert len(ask(house, 30)) == 2
        assert len(house.sleeps) == 3 and house.sleeps == sorted(house.sleeps)
    (order,) = edge.made()
    assert order.json("time_range") == {"since": "2026-11-01", "until": "2026-11-30"}


def test_a_lost_order_of_a_report_may_be_repeated() -> None:
    edge = graph().on("POST", "act_1/insights", CUT, {"report_run_id": "900"})
    edge.on("GET", "900", DONE).on("GET", "900/insights", {"data": []})
    with standing(edge) as house:
        assert ask(house, 30) == []


@pytest.mark.parametrize("status", ["Job Failed", "Job Skipped"])
def test_a_report_that_was_not_made(status: str) -> None:
    with standing(report([{"async_status": status}], [])) as house, pytest.raises(PassingError):
        ask(house, 30)


def test_a_failed_report_says_why() -> None:
    told = {"async_status": "Job Failed", "error_code": 200, "error_subcode": 5, "error_message": "No."}
    with standing(report([told], [])) as house, pytest.raises(ForbiddenError) as caught:
        ask(house, 30)
    assert answer_in(caught.value)["message"] == "No." and "subcode 5" in caught.value.why


def test_a_report_that_takes_too_long_is_left() -> None:
    running = {"async_status": "Job Running", "async_percent_completion": 3}
    with standing(report([running], [])) as house, pytest.raises(PassingError, match="3 %"):
        ask(house, 30)
    assert 900 <= sum(house.sleeps) < 930


@pytest.mark.parametrize("run", [{}, {"report_run_id": 7}, {"report_run_id": "x/y"}])
def test_a_report_without_a_number_is_none(run: dict[str, Any]) -> None:
    with (
        standing(graph().on("POST", "act_1/insights", run)) as house,
        pytest.raises((IntegrityError, InputError)),
    ):
        ask(house, 30)


def test_too_much_at_once_becomes_a_report_and_too_much_for_one_becomes_two() -> None:
    asked: list[int] = []

    def order(call: Call) -> Any:
        span = call.json("time_range")
        days = (date.fromisoformat(span["until"]) - date.fromisoformat(span["since"])).days + 1
        asked.append(days)
        return (400, error(100, 1487534)) if days > 2 else {"report_run_id": "900"}

    edge = graph().on("GET", "act_1/insights", (400, error(100, 1487534))).on("POST", "act_1/insights", order)
    edge.on("GET", "900", DONE).on("GET", "900/insights", {"data": [ROW]})
    with standing(edge) as house:
        assert len(ask(house, 5)) == 3
    assert asked == [5, 2, 3, 1, 2]


def test_one_day_cannot_be_halved() -> None:
    edge = graph().on("GET", "act_1/insights", (400, error(100, 1487534)))
    edge.on("POST", "act_1/insights", (400, error(100, 1487534)))
    with standing(edge) as house, pytest.raises(TooMuchDataError):
        ask(house, 1)


@pytest.mark.parametrize("broken", [{"currency": None}, {"currency": ...}, {"timezone_name": ...}])
def test_without_currency_and_zone_there_are_no_results(broken: dict[str, Any]) -> None:
    told = {name: value for name, value in {**ACCOUNT, **broken}.items() if value is not ...}
    with standing(Graph().on("GET", "act_1", told)) as house, pytest.raises(IntegrityError):
        ask(house)


def test_a_spent_allowance_of_reports_does_not_hold_up_changes() -> None:
    edge = (
        graph().on("GET", "act_1/insights", (400, error(80000, 2446079))).on("POST", "20", {"success": True})
    )
    reports = Turns()
    with standing(edge, reports_pace=reports) as house:
        with pytest.raises(NotTakenError) as caught:
            ask(house)
        assert caught.value.wait == 300 and reports.closed == [300] and house.turns.closed == []
        reports.full = NotTakenError("Full.", wait=300)
        with pytest.raises(NotTakenError):
            ask(house)
        house.platform.write(Write("act_1", "adset", "20", "daily_budget", 500))


def test_results_of_a_row_are_counted_in_one_place() -> None:
    (row,) = reader().rows([ROW])
    with standing(graph()) as house:
        assert house.platform.results(row.actions["7d_click"], "lead") == 3


@given(some.integers(2, 400), some.booleans())
def test_halves_are_the_whole(days: int, hourly: bool) -> None:
    whole = question(DAY, DAY + timedelta(days=days - 1), "ad", hourly=hourly, windows=WINDOWS)
    first, second = whole.halves()
    assert (first.since, second.until) == (whole.since, whole.until)
    assert second.since - first.until == timedelta(days=1)
    assert first.days + second.days == days and first.days >= 1 and second.days >= 1
