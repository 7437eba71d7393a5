"""Insights: hours add up to days, days to spans; yesterday grows; reports come when they are ready."""

from typing import Any

import pytest

from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.meta.graph import ACCOUNT, YEN, Graph

DAY = 86_400
LAST_WEEK = {"since": "2026-11-11", "until": "2026-11-17"}


def rows(graph: Graph, path: str = ACCOUNT, **params: Any) -> list[dict[str, Any]]:
    return graph.every(f"{path}/insights", **{"time_range": LAST_WEEK, "limit": 500, **params})


def cents(row: dict[str, Any]) -> int:
    return round(float(row["spend"]) * 100)


def results(row: dict[str, Any], kind: str, window: str = "value") -> float:
    return sum(float(item.get(window, 0)) for item in row.get("actions", []) if item["action_type"] == kind)


def test_hours_days_and_levels_add_up(graph: Graph) -> None:
    hourly = "hourly_stats_aggregated_by_advertiser_time_zone"
    fields = "ad_id,spend,impressions,clicks,inline_link_clicks,actions"
    hours = rows(graph, level="ad", fields=fields, time_increment=1, breakdowns=[hourly])
    days = rows(graph, level="ad", fields=fields, time_increment=1)
    whole = rows(graph, fields="spend,impressions,clicks,inline_link_clicks,actions")
    assert len(days) == 70 and len(whole) == 1 and len(hours) > 1500
    assert hours[0][hourly] == "00:00:00 - 00:59:59"
    for ask in (cents, lambda row: int(row["impressions"]), lambda row: results(row, "lead")):
        sums = [sum(ask(row) for row in table) for table in (hours, days, whole)]
        assert sums[0] == sums[1] == sums[2] > 0
    first = (days[0]["ad_id"], days[0]["date_start"])
    one = [row for row in hours if (row["ad_id"], row["date_start"]) == first]
    assert sum(map(cents, one)) == cents(days[0])


def test_spend_stays_under_its_limit(graph: Graph) -> None:
    for row in rows(graph, level="adset", fields="spend,adset_name", time_increment=1):
        budget = 16_000 if "lookalikes" in row["adset_name"] else 11_000
        assert 0 < cents(row) <= 1.75 * budget
    week = cents(rows(graph)[0])
    assert 0.85 < week / (7 * 60_000) < 1.15


def test_numbers_as_meta_writes_them(graph: Graph) -> None:
    fields = "account_currency,campaign_name,spend,impressions,reach,frequency,ctr,cpc,cpm,objective,actions"
    row = rows(graph, graph.one("campaigns"), fields=fields)[0]
    assert row["account_currency"] == "USD" and row["objective"] == "OUTCOME_LEADS"
    assert row["spend"].count(".") == 1 and len(row["spend"].split(".")[1]) == 2
    assert float(row["frequency"]) == pytest.approx(int(row["impressions"]) / int(row["reach"]), abs=1e-4)
    assert float(row["cpm"]) == pytest.approx(1000 * float(row["spend"]) / int(row["impressions"]), abs=1e-4)
    assert (row["date_start"], row["date_stop"]) == ("2026-11-11", "2026-11-17")
    yen = rows(graph, YEN, fields="spend,actions,action_values,purchase_roas")[0]
    assert "." not in yen["spend"]
    value = next(item for item in yen["action_values"] if item["action_type"] == "omni_purchase")
    roas = float(value["value"]) / float(yen["spend"])
    assert float(yen["purchase_roas"][0]["value"]) == pytest.approx(roas, rel=1e-4)


def test_windows(graph: Graph, sandbox: Sandbox) -> None:
    graph.get(ACCOUNT)
    sandbox.world.advance(40 * DAY)
    windows = ["1d_click", "7d_click", "28d_click", "1d_view", "28d_view"]
    row = rows(graph, fields="actions", action_attribution_windows=windows)[0]
    lead = next(item for item in row["actions"] if item["action_type"] == "lead")
    one, seven, month = (int(lead[name]) for name in windows[:3])
    assert one < seven < month and "28d_view" not in lead
    assert int(lead["value"]) == seven + int(lead["1d_view"])
    assert "7d_click" not in rows(graph, fields="actions")[0]["actions"][0]


def test_yesterday_grows(graph: Graph, sandbox: Sandbox) -> None:
    span = {"since": "2026-11-17", "until": "2026-11-17"}
    seen = []
    for days in (0, 1, 3, 24):
        sandbox.world.advance(days * DAY)
        asked: dict[str, Any] = {
            "fields": "spend,impressions,actions",
            "action_attribution_windows": ["28d_click"],
        }
        row = rows(graph, **asked, time_range=span)[0]
        seen.append((row["spend"], row["impressions"], results(row, "lead", "28d_click")))
    assert len({one[:2] for one in seen}) == 1, "what was spent and shown stays"
    grown = [one[2] for one in seen]
    assert grown == sorted(grown) and grown[-1] > grown[0]


def test_by_the_day_of_conversion(graph: Graph) -> None:
    params = {"fields": "actions", "time_increment": 1, "date_preset": "last_14d"}
    clicked = graph.every(f"{ACCOUNT}/insights", **params)
    converted = graph.every(f"{ACCOUNT}/insights", action_report_time="conversion", **params)
    by_click = [results(row, "lead") for row in clicked]
    by_conversion = [results(row, "lead") for row in converted]
    assert by_click != by_conversion and sum(by_click) >= sum(by_conversion) > 0


def test_slices_and_presets(graph: Graph) -> None:
    def spans(**params: Any) -> list[tuple[str, str]]:
        found = graph.every(f"{ACCOUNT}/insights", limit=100, **params)
        return [(row["date_start"], row["date_stop"]) for row in found]

    assert spans(time_range=LAST_WEEK, time_increment=3) == [
        ("2026-11-11", "2026-11-13"),
        ("2026-11-14", "2026-11-16"),
        ("2026-11-17", "2026-11-17"),
    ]
    assert spans(date_preset="today") == [("2026-11-18", "2026-11-18")]
    assert spans(date_preset="yesterday") == [("2026-11-17", "2026-11-17")]
    assert spans(date_preset="last_3d", time_increment=1)[-1] == ("2026-11-17", "2026-11-17")
    assert spans(date_preset="this_month")[0] == ("2026-11-01", "2026-11-18")
    months = {"since": "2026-10-20", "until": "2026-11-18"}
    assert spans(time_range=months, time_increment="monthly") == [("2026-11-01", "2026-11-18")]
    assert spans(time_range={"since": "2026-09-01", "until": "2026-09-02"}) == [], "nothing ran then"


def test_filters_and_levels(graph: Graph) -> None:
    ads = graph.every(f"{ACCOUNT}/ads", fields="adset_id")
    chosen = [{"field": "ad.id", "operator": "IN", "value": [ads[0]["id"], ads[4]["id"]]}]
    found = rows(graph, level="ad", fields="ad_id", filtering=chosen)
    assert [row["ad_id"] for row in found] == [ads[0]["id"], ads[4]["id"]]
    large = [{"field": "spend", "operator": "GREATER_THAN", "value": 0}]
    assert len(rows(graph, level="ad", filtering=large)) == 10
    none = [{"field": "impressions", "operator": "GREATER_THAN", "value": 10**9}]
    assert rows(graph, level="ad", filtering=none) == []
    one = rows(graph, ads[0]["id"], level="campaign", fields="ad_id,spend")
    assert one[0]["ad_id"] == ads[0]["id"]


@pytest.mark.parametrize(
    "params",
    [
        {"fields": "spends"},
        {"level": "creative"},
        {"time_range": "yesterday"},
        {"time_range": {"since": "2026-11-18", "until": "2026-11-17"}},
        {"date_preset": "someday"},
        {"time_increment": "0"},
        {"breakdowns": ["age"]},
        {"action_attribution_windows": ["3d_click"]},
    ],
)
def test_malformed_questions(graph: Graph, params: dict[str, Any]) -> None:
    assert graph.refused("GET", f"{ACCOUNT}/insights", **params)[0] in (100, 3018)
    assert graph.refused("POST", f"{ACCOUNT}/insights", **params)[0] in (100, 3018)


def test_too_much_at_once_needs_a_report(graph: Graph, sandbox: Sandbox) -> None:
    hourly = ["hourly_stats_aggregated_by_advertiser_time_zone"]
    params = {"level": "ad", "fields": "ad_id,spend", "time_increment": 1, "breakdowns": hourly}
    month = {"since": "2026-10-19", "until": "2026-11-17"}
    assert graph.refused("GET", f"{ACCOUNT}/insights", time_range=month, **params) == (100, 1487534)
    run = graph.post(f"{ACCOUNT}/insights", time_range=month, **params)["report_run_id"]
    assert graph.refused("GET", f"{run}/insights") == (100, None)
    states: list[tuple[str, int]] = []
    while not states or states[-1][0] != "Job Completed":
        told = graph.get(run)
        states.append((told["async_status"], told["async_percent_completion"]))
        sandbox.world.advance(0.004)
    assert states[0] == ("Job Not Started", 0)
    assert states[-1][1] == 100 and [part for _, part in states] == sorted(part for _, part in states)
    found = graph.every(f"{run}/insights", limit=1000)
    assert len(found) > 2000
    assert graph.get(run, fields="async_status") == {"id": run, "async_status": "Job Completed"}
    sandbox.world.advance(31 * DAY)
    assert graph.refused("GET", run) == (100, 33)


@pytest.mark.parametrize(
    ("outcome", "word"), [("failed", "Job Failed"), ("aborted", "Job Skipped"), ("stuck", "Job Running")]
)
def test_reports_that_never_come(graph: Graph, sandbox: Sandbox, outcome: str, word: str) -> None:
    fault = {"vendor": "meta", "path": "*/insights", "outcome": outcome, "times": 1}
    graph.control("faults", {"faults": [fault]})
    run = graph.post(f"{ACCOUNT}/insights")["report_run_id"]
    sandbox.world.advance(600)
    told = graph.get(run)
    assert told["async_status"] == word and told["async_percent_completion"] < 100
    assert graph.refused("GET", f"{run}/insights") == (100, None)
    assert graph.post(f"{ACCOUNT}/insights")


def test_what_has_no_results_has_no_insights(graph: Graph) -> None:
    creative = graph.one("adcreatives")
    assert graph.refused("GET", f"{creative}/insights") == (100, 33)
