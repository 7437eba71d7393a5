"""Writing: checked whole, done whole, seen in the list of effects, and felt by the market."""

from typing import Any

import pytest

from kinoloop.sandbox.market.place import marketplace
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.meta.graph import ACCOUNT, HIDDEN, YEN, Graph

DAY = 86_400


def spend_of(sandbox: Sandbox, ad_id: str, account: str = ACCOUNT) -> list[int]:
    with sandbox.world.lock:
        market = marketplace(sandbox.world).market(account)
        return [int(value) for value in market.cohorts.counts("spend")[:, market.place(ad_id)]]


def test_a_written_value_is_read_back(graph: Graph) -> None:
    adset = graph.one("adsets")
    assert graph.post(adset, daily_budget="11550", name="Renamed") == {"success": True}
    told = graph.get(adset, fields="daily_budget,name,updated_time,created_time")
    assert (told["daily_budget"], told["name"]) == ("11550", "Renamed")
    assert told["updated_time"] == "2026-11-18T10:20:00-0500" != told["created_time"]


def test_every_effect_is_written_down(graph: Graph) -> None:
    adset = graph.one("adsets")
    answer = graph.ask("POST", adset, daily_budget="11550")
    graph.post(adset, daily_budget="11550")
    graph.post(adset, status="PAUSED")
    effects = graph.changes()
    told = [(effect["field"], effect["before"], effect["after"]) for effect in effects]
    assert told == [
        ("daily_budget", 11000, 11550),
        ("daily_budget", 11550, 11550),
        ("status", "ACTIVE", "PAUSED"),
    ]
    first = effects[0]
    assert first["trace"] == answer.headers["x-fb-trace-id"] and first["by"] == "api"
    assert (first["entity_id"], first["kind"], first["account_id"]) == (adset, "adset", ACCOUNT)
    assert first["at"] == "2026-11-18T15:20:00+00:00"
    assert [effect["number"] for effect in graph.changes(after=1)] == [2, 3]
    assert graph.control(f"meta/changes?entity_id={adset}1")["count"] == 0


def test_an_unknown_name_changes_nothing(graph: Graph) -> None:
    adset = graph.one("adsets")
    assert graph.post(adset, dailybudget="1") == {"success": True}
    assert graph.changes() == []


def test_only_checked(graph: Graph) -> None:
    adset = graph.one("adsets")
    dry = ["validate_only", "include_recommendations"]
    assert graph.post(adset, daily_budget="12000", execution_options=dry) == {"success": True}
    assert graph.refused("POST", adset, daily_budget="1", execution_options=dry) == (100, 1885272)
    assert graph.changes() == [] and graph.get(adset, fields="daily_budget")["daily_budget"] == "11000"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"daily_budget": "20.00"}, (100, None)),
        ({"daily_budget": "0"}, (100, None)),
        ({"daily_budget": "99"}, (100, 1885272)),
        ({"bid_amount": "-5"}, (100, None)),
        ({"status": "RUNNING"}, (100, None)),
        ({"name": " "}, (100, None)),
        ({"daily_budget": "12000", "status": "GONE"}, (100, None)),
    ],
)
def test_wrong_values_change_nothing(
    graph: Graph, params: dict[str, Any], code: tuple[int, int | None]
) -> None:
    assert graph.refused("POST", graph.one("adsets"), **params) == code
    assert graph.changes() == []


def test_the_minimum_is_told_in_the_accounts_money(graph: Graph) -> None:
    told = graph.ask("POST", graph.one("adsets", YEN), daily_budget="149").json()["error"]
    assert told["error_subcode"] == 1885272 and "JPY 150" in told["error_user_msg"]
    assert told["error_data"] == {"blame_field_specs": [["daily_budget"]]}
    assert graph.post(graph.one("adsets", YEN), daily_budget="8150") == {"success": True}


def test_a_budget_lives_in_one_place(graph: Graph) -> None:
    campaigns = graph.every(f"{ACCOUNT}/campaigns", fields="daily_budget")
    assert graph.refused("POST", campaigns[0]["id"], daily_budget="20000") == (100, 1885621)
    assert graph.refused("POST", graph.one("adsets", number=5), daily_budget="20000") == (100, 1885621)
    assert graph.post(campaigns[1]["id"], daily_budget="17000") == {"success": True}


def test_what_was_deleted_stays_deleted(graph: Graph) -> None:
    ad = graph.one("ads")
    assert graph.delete(ad) == {"success": True}
    assert graph.get(ad, fields="status,effective_status") == {
        "id": ad,
        "status": "DELETED",
        "effective_status": "DELETED",
    }
    assert graph.refused("POST", ad, status="ACTIVE") == (100, None)
    assert graph.refused("DELETE", ACCOUNT) == (100, None)
    assert graph.refused("POST", "123", status="PAUSED") == (100, 33)
    assert graph.refused("POST", f"{ACCOUNT}/pixels") == (100, 33)
    assert graph.refused("POST", HIDDEN, name="Mine") == (200, None)


def test_status_from_above(graph: Graph) -> None:
    ad = graph.get(graph.one("ads"), fields="adset_id,campaign_id")

    def status() -> str:
        return str(graph.get(ad["id"], fields="effective_status")["effective_status"])

    assert status() == "ACTIVE"
    graph.post(ad["campaign_id"], status="PAUSED")
    assert status() == "CAMPAIGN_PAUSED"
    assert graph.get(ad["adset_id"], fields="effective_status")["effective_status"] == "CAMPAIGN_PAUSED"
    graph.post(ad["adset_id"], status="PAUSED")
    assert status() == "ADSET_PAUSED"
    graph.post(ad["id"], status="PAUSED")
    assert status() == "PAUSED"
    graph.post(ad["id"], status="ACTIVE")
    graph.post(ad["adset_id"], status="ARCHIVED")
    assert status() == "ARCHIVED"


def test_money_follows_the_budget(graph: Graph, sandbox: Sandbox) -> None:
    ads = graph.every(f"{ACCOUNT}/ads", fields="adset_id,campaign_id")
    before = sum(spend_of(sandbox, ads[0]["id"])[-7 * 24 :])
    graph.post(ads[0]["adset_id"], daily_budget="44000")
    graph.post(ads[2]["id"], status="PAUSED")
    graph.post(ads[8]["campaign_id"], status="PAUSED")
    sandbox.world.advance(7 * DAY)
    week = {ad["id"]: sum(spend_of(sandbox, ad["id"])[-7 * 24 + 1 :]) for ad in ads}
    assert 3.3 < week[ads[0]["id"]] / before < 4.7
    assert week[ads[2]["id"]] == week[ads[8]["id"]] == week[ads[9]["id"]] == 0
    assert week[ads[3]["id"]] > 60_000, "the other ad of the set takes the whole budget"


def test_big_edits_begin_the_learning_anew(graph: Graph, sandbox: Sandbox) -> None:
    adset, ad = graph.one("adsets"), graph.one("ads")

    def learnt() -> int:
        told = graph.get(adset, fields="learning_stage_info")["learning_stage_info"]
        assert told["status"] in ("LEARNING", "SUCCESS", "FAIL")
        return int(told["last_sig_edit_ts"])

    start = learnt()
    graph.post(adset, daily_budget="13200")
    assert learnt() == start, "a fifth is not significant"
    sandbox.world.advance(60)
    graph.post(adset, daily_budget="16000")
    second = learnt()
    assert second > start
    sandbox.world.advance(3600)
    other = graph.get(graph.one("ads", number=3), fields="creative")["creative"]["id"]
    graph.post(ad, creative={"creative_id": other})
    assert learnt() > second
    told = graph.get(adset, fields="learning_stage_info")["learning_stage_info"]
    assert (told["status"], told["conversions"]) == ("LEARNING", 0)
    sandbox.world.advance(9 * DAY)
    told = graph.get(adset, fields="learning_stage_info")["learning_stage_info"]
    assert told["status"] in ("SUCCESS", "FAIL")


def test_another_creative_is_another_ad_to_the_market(graph: Graph, sandbox: Sandbox) -> None:
    ads = graph.every(f"{ACCOUNT}/ads", fields="creative")
    before = {row["ad_id"]: row["fresh_roas"] for row in graph.control("meta/truth")["ads"]}
    graph.post(ads[0]["id"], creative={"creative_id": ads[5]["creative"]["id"]})
    assert graph.get(ads[0]["id"], fields="creative")["creative"] == ads[5]["creative"]
    after = {row["ad_id"]: row["fresh_roas"] for row in graph.control("meta/truth")["ads"]}
    assert after[ads[0]["id"]] == pytest.approx(before[ads[5]["id"]]) != before[ads[0]["id"]]
    assert graph.refused("POST", ads[0]["id"], creative={"creative_id": "5"}) == (100, None)
    other = graph.get(graph.one("ads", YEN), fields="creative")["creative"]["id"]
    assert graph.refused("POST", ads[0]["id"], creative=other) == (100, None)
