"""The limits bite as documented, and the headers count for real."""

import json
from typing import Any

import pytest

from kinoloop.sandbox.meta.errors import KINDS, body_of, status_of
from kinoloop.sandbox.meta.limits import AppLimits
from kinoloop.sandbox.testing import Sandbox
from kinoloop.sandbox.wire import Refusal
from tests.sandbox.meta.conftest import WEDNESDAY
from tests.sandbox.meta.graph import ACCOUNT, YEN, Graph


def usage(graph: Graph, path: str, **params: Any) -> tuple[Any, Any, Any]:
    headers = graph.ask("GET", path, **params).headers
    case = json.loads(headers["x-business-use-case-usage"])[ACCOUNT.removeprefix("act_")][0]
    return json.loads(headers["x-app-usage"]), case, json.loads(headers["x-ad-account-usage"])


def test_four_budget_changes_an_hour_then_an_hour_of_silence(graph: Graph, sandbox: Sandbox) -> None:
    """The hour of silence counts from the refusal."""
    adset = graph.one("adsets")
    for budget in (11_100, 11_200, 11_300, 11_300, 11_400):
        graph.post(adset, daily_budget=budget)
        sandbox.world.advance(60)
    assert graph.refused("POST", adset, daily_budget=11_500) == (613, 1487632)
    graph.post(adset, status="PAUSED")
    graph.post(graph.one("adsets", number=1), daily_budget=11_100)
    graph.post(adset, daily_budget=11_400)
    sandbox.world.advance(3540)
    assert graph.refused("POST", adset, daily_budget=11_500) == (613, 1487632)
    sandbox.world.advance(61)
    graph.post(adset, daily_budget=11_500)
    assert [row["after"] for row in graph.changes() if row["field"] == "daily_budget"].count(11_500) == 1


def test_an_app_in_development_has_sixty_points(graph: Graph, sandbox: Sandbox) -> None:
    graph.control("meta/habits", {"tier": "limited"})
    for _ in range(19):
        graph.post(ACCOUNT, name="x")
    assert usage(graph, ACCOUNT)[2]["acc_id_util_pct"] == pytest.approx(100 * 58 / 60, abs=0.01)
    graph.post(ACCOUNT, name="x")
    answer = graph.ask("GET", ACCOUNT)
    assert answer.json()["error"]["error_subcode"] == 2446079 and "retry-after" not in answer.headers
    case = json.loads(answer.headers["x-business-use-case-usage"])["100000000000001"][0]
    assert case["estimated_time_to_regain_access"] == 5
    assert case["ads_api_access_tier"] == "development_access"
    assert graph.get(YEN)["id"] == YEN, "the score is each account's own"
    sandbox.world.advance(299)
    assert graph.refused("GET", ACCOUNT) == (17, 2446079)
    sandbox.world.advance(2)
    assert graph.get(ACCOUNT)


def test_calls_per_hour(graph: Graph, sandbox: Sandbox) -> None:
    graph.control("meta/habits", {"tier": "limited", "mutations": 1000})
    for _ in range(300 + 40 * 10):
        sandbox.world.advance(5.1)
        graph.get(ACCOUNT)
    assert usage(graph, ACCOUNT)[1]["call_count"] == 100
    assert graph.refused("GET", ACCOUNT) == (80004, 2446079)
    assert graph.get(f"{ACCOUNT}/insights"), "insights have a quota of their own"
    app, case, _ = usage(graph, f"{ACCOUNT}/insights")
    assert case["type"] == "ads_insights" and case["call_count"] == 1 and app["call_count"] == 1
    assert "x-fb-ads-insights-throttle" in graph.ask("GET", f"{ACCOUNT}/insights").headers


def test_a_hundred_writes_a_second(graph: Graph, sandbox: Sandbox) -> None:
    item = {"method": "POST", "relative_url": ACCOUNT, "body": "name=x"}
    for _ in range(2):
        assert all(answer["code"] == 200 for answer in graph.batch(*[item] * 50))
    assert graph.refused("POST", ACCOUNT, name="x") == (613, 5044001)
    sandbox.world.advance(1)
    graph.post(ACCOUNT, name="x")


def test_the_app_has_a_limit_too() -> None:
    limits = AppLimits()
    for _ in range(200_000):
        limits.take(WEDNESDAY)
    with pytest.raises(Refusal) as refused:
        limits.take(WEDNESDAY)
    assert refused.value.answer.body["error"]["code"] == 4
    assert json.loads(limits.headers(WEDNESDAY)["X-App-Usage"])["call_count"] == 100


@pytest.mark.parametrize(("code", "subcode"), KINDS)
def test_every_kind_of_refusal_has_its_words(code: int, subcode: int | None) -> None:
    told = body_of(code, subcode)["error"]
    assert told["code"] == code and told.get("error_subcode") == subcode
    assert told["message"] and told["fbtrace_id"] and isinstance(told["is_transient"], bool)
    assert 400 <= status_of(code, subcode) < 504
