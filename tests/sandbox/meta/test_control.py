"""Being the platform, a person or the reviewer: what they do shows, and is told apart from the API's
writes.
"""

from typing import Any

import pytest

from tests.sandbox.meta.graph import ACCOUNT, Graph


def test_the_platform_turns_an_enhancement_on_and_rewrites_the_copy(graph: Graph) -> None:
    ad, fields = graph.one("ads"), "creative{title,body,degrees_of_freedom_spec}"
    before = graph.get(ad, fields=fields)["creative"]
    wish = {"ad_id": ad, "toggles": {"text_optimizations": True}, "copy": {"title": "Buy now!!"}}
    creative = graph.control("meta/drift", wish)["creative_id"]
    after = graph.get(ad, fields=fields)["creative"]
    assert after["id"] == before["id"] == creative and after["body"] == before["body"]
    assert after["title"] == "Buy now!!" != before["title"]
    spec = after["degrees_of_freedom_spec"]["creative_features_spec"]
    assert spec["text_optimizations"] == {"enroll_status": "OPT_IN"}
    assert spec["enhance_cta"] == {"enroll_status": "OPT_OUT"}
    effects = graph.changes()
    assert [effect["by"] for effect in effects] == ["platform", "platform"]
    assert effects[0]["before"] == before["degrees_of_freedom_spec"]
    graph.control("meta/drift", {"ad_id": ad, "toggles": {"text_optimizations": False}})
    again = graph.get(ad, fields=fields)["creative"]
    assert again["degrees_of_freedom_spec"] == before["degrees_of_freedom_spec"]


def test_a_person_changes_a_budget(graph: Graph) -> None:
    adset = graph.one("adsets")
    graph.control("meta/person", {"entity_id": adset, "field": "daily_budget", "value": 33_000})
    assert graph.get(adset, fields="daily_budget")["daily_budget"] == "33000"
    assert [(effect["by"], effect["after"]) for effect in graph.changes()] == [("person", 33_000)]


def test_more_accounts(graph: Graph) -> None:
    plan = {"account_id": "act_42", "currency": "JPY", "zone": "Asia/Tokyo", "setting": "small"}
    campaigns = [{"sets": 2, "ads_per_set": 2, "daily_budget": 9000}]
    graph.control("meta/accounts", {**plan, "campaigns": campaigns})
    assert len(graph.every("act_42/ads")) == 4
    assert float(graph.get("act_42/insights", fields="spend")["data"][0]["spend"]) > 100_000
    assert graph.get("act_42", fields="currency")["currency"] == "JPY"
    assert len(graph.control("meta/truth?account_id=act_42")["ads"]) == 4


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("drift", {"ad_id": "5"}),
        ("drift", {"ad": "5"}),
        ("person", {"entity_id": "5", "field": "name", "value": "x"}),
        ("habits", {"tier": "gold"}),
        ("accounts", {"account_id": ACCOUNT, "campaigns": []}),
        ("accounts", {"account_id": "act_9", "setting": "none", "campaigns": []}),
    ],
)
def test_wrong_orders(graph: Graph, path: str, body: dict[str, Any]) -> None:
    answer = graph.http.post(f"/__sandbox/meta/{path}", json=body)
    assert answer.status_code == 422 and answer.json()["problems"]


def test_the_truth_is_told_only_here(graph: Graph) -> None:
    told = graph.control("meta/truth")
    assert told["account_id"] == ACCOUNT and len(told["ads"]) == 10
    assert all(ad["fresh_roas"] > 0 and ad["spend"] > 0 and ad["expected"] > 0 for ad in told["ads"])
