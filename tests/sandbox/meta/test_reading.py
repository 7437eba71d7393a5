"""Reading the Graph: only what was asked for, pages until `next` is missing, filters, and clear refusals."""

from typing import Any

import pytest

from kinoloop.sandbox.meta.errors import body_of
from kinoloop.sandbox.meta.fields import Wanted, wanted
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.meta.graph import ACCESS, ACCOUNT, HIDDEN, YEN, Graph


def test_only_the_fields_asked_for(graph: Graph) -> None:
    adset = graph.one("adsets")
    assert graph.get(adset) == {"id": adset}
    fields = "daily_budget,status,campaign{name,objective},ads{name,creative{id,title}}"
    told = graph.get(adset, fields=fields)
    assert set(told) == {"id", "daily_budget", "status", "campaign", "ads"}
    assert told["daily_budget"] == "11000" and told["campaign"]["objective"] == "OUTCOME_LEADS"
    assert len(told["ads"]["data"]) == 2 and "title" in told["ads"]["data"][0]["creative"]
    assert "daily_budget" not in graph.get(graph.one("campaigns"), fields="daily_budget")
    assert graph.refused("GET", adset, fields="dailybudget") == (100, None)
    assert graph.refused("GET", adset, fields="ads{id") == (2500, None)


def test_a_field_expression_is_a_tree() -> None:
    assert wanted("id,ads.limit(3){id,creative{id}}") == (
        Wanted("id"),
        Wanted("ads", (Wanted("id"), Wanted("creative", (Wanted("id"),))), 3, {"limit": "3"}),
    )
    assert wanted(None) == ()


def test_accounts_tell_their_money_and_time(graph: Graph) -> None:
    fields = "currency,timezone_name,timezone_offset_hours_utc,min_daily_budget"
    rows = graph.get("me/adaccounts", fields=fields)
    assert [row["id"] for row in rows["data"]] == [ACCOUNT, YEN]
    assert [row["currency"] for row in rows["data"]] == ["USD", "JPY"]
    assert [row["timezone_offset_hours_utc"] for row in rows["data"]] == [-5, 9]
    dollars, yen = (graph.get(f"{account}/minimum_budgets")["data"][0] for account in (ACCOUNT, YEN))
    assert (dollars["min_daily_budget_imp"], yen["min_daily_budget_imp"]) == (100, 150)
    assert graph.get(ACCOUNT)["account_id"] == ACCOUNT.removeprefix("act_")
    assert int(graph.get(YEN, fields="amount_spent")["amount_spent"]) > 100_000


def test_pages_are_short_and_go_on(graph: Graph) -> None:
    plan = {"account_id": "act_7", "campaigns": [{"sets": 30, "ads_per_set": 1}]}
    graph.control("meta/accounts", plan)
    sizes, after = [], None
    while True:
        page = graph.get("act_7/adsets", limit=7, **({"after": after} if after else {}))
        sizes.append(len(page["data"]))
        if "next" not in page["paging"]:
            break
        after = page["paging"]["cursors"]["after"]
        assert "access_token" not in page["paging"]["next"] and "proof" not in page["paging"]["next"]
    assert sum(sizes) == 30 and min(sizes[:-1]) < 7
    rows = graph.every("act_7/adsets", limit=7, fields="name")
    assert len({row["id"] for row in rows}) == 30 and all(row["name"] for row in rows)
    graph.control("meta/habits", {"empty_pages": True})
    assert graph.every("act_7/adsets", limit=4) == [{"id": row["id"]} for row in rows]
    assert graph.refused("GET", "act_7/adsets", after="bm9uc2Vuc2U=") == (100, None)
    assert graph.refused("GET", "act_7/adsets", limit=-1) == (100, None)


def test_filters(graph: Graph) -> None:
    ads = graph.every(f"{ACCOUNT}/ads", fields="name,adset_id,campaign_id")
    graph.post(ads[0]["id"], status="PAUSED")
    graph.delete(ads[1]["id"])

    def found(*conditions: dict[str, Any], **more: Any) -> set[str]:
        return {row["id"] for row in graph.every(f"{ACCOUNT}/ads", filtering=list(conditions), **more)}

    everything = {ad["id"] for ad in ads}
    assert found() == everything - {ads[1]["id"]}
    status = {"field": "effective_status", "operator": "IN", "value": ["PAUSED", "DELETED"]}
    assert found(status) == {ads[0]["id"], ads[1]["id"]}
    assert found(effective_status=["PAUSED"]) == {ads[0]["id"]}
    one = {"field": "adset.id", "operator": "EQUAL", "value": ads[2]["adset_id"]}
    assert found(one) == {ads[2]["id"], ads[3]["id"]}
    name = {"field": "campaign.name", "operator": "CONTAIN", "value": "LOOKALIKES"}
    assert found(name) == {ads[8]["id"], ads[9]["id"]}
    changed = {"field": "ad.updated_time", "operator": "GREATER_THAN", "value": 1_795_000_000}
    assert found(changed, status) == {ads[0]["id"], ads[1]["id"]}
    for bad in ({"field": "name"}, "name", {"field": "updated_time", "operator": "LESS_THAN", "value": "x"}):
        assert graph.refused("GET", f"{ACCOUNT}/ads", filtering=[bad]) == (100, None)
    assert graph.refused("GET", f"{ACCOUNT}/ads", filtering="name") == (100, None)


def test_several_at_once_and_counts(graph: Graph) -> None:
    ids = [row["id"] for row in graph.every(f"{ACCOUNT}/ads")][:3]
    told = graph.get("", ids=",".join(ids), fields="name")
    assert list(told) == ids
    assert graph.refused("GET", "", ids=f"{ids[0]},1") == (100, 33)
    assert graph.refused("GET", "") == (100, None)
    assert graph.get(f"{ACCOUNT}/ads", summary="true")["summary"] == {"total_count": 10}


def test_what_is_not_there_or_not_allowed(graph: Graph) -> None:
    assert graph.refused("GET", "123") == (100, 33)
    assert graph.refused("GET", f"{ACCOUNT}/pixels") == (100, None)
    assert graph.refused("GET", "a/b/c") == (2500, None)
    assert graph.ask("GET", HIDDEN).status_code == 403
    assert graph.refused("GET", f"{HIDDEN}/ads") == (200, None)
    told = graph.ask("GET", "123").json()["error"]
    assert told["type"] == "GraphMethodException" and told["fbtrace_id"] and "'123'" in told["message"]


def test_tokens_and_proofs(graph: Graph, sandbox: Sandbox) -> None:
    def code(headers: dict[str, str], **params: str) -> tuple[int, str]:
        answer = graph.http.get(f"/meta/v26.0/{ACCOUNT}", headers=headers, params=params)
        told = answer.json().get("error", {})
        return told.get("code", 0), told.get("message", "")

    proof = {"appsecret_proof": ACCESS.proof}
    none = {"authorization": ""}
    assert code(none, **proof)[0] == 104
    assert code({"authorization": "Bearer wrong"}, **proof)[0] == 190
    assert code(none, access_token=ACCESS.token, **proof)[0] == 0
    assert "require an appsecret_proof" in code({})[1]
    assert "Invalid appsecret_proof" in code({}, appsecret_proof="0" * 64)[1]
    told = graph.get("debug_token", input_token=ACCESS.token)["data"]
    assert told["is_valid"] and "ads_management" in told["scopes"]
    assert not graph.get("debug_token", input_token="other")["data"]["is_valid"]
    assert graph.get("me")["id"]
    graph.control("meta/habits", {"revoked": True})
    assert graph.refused("GET", ACCOUNT) == (190, 460)


def test_versions(graph: Graph) -> None:
    proof = {"appsecret_proof": ACCESS.proof}
    assert graph.http.get(f"/meta/{ACCOUNT}", params=proof).status_code == 200
    assert graph.http.get(f"/meta/v19.0/{ACCOUNT}", params=proof).json()["error"]["code"] == 2635


@pytest.mark.parametrize(("status", "code"), [(401, 190), (404, 100), (429, 17), (503, 2), (418, 1)])
def test_a_planned_status_is_worded_as_meta_would(graph: Graph, status: int, code: int) -> None:
    graph.control("faults", {"faults": [{"vendor": "meta", "status": status}]})
    answer = graph.ask("GET", ACCOUNT)
    assert answer.json()["error"]["code"] == code
    assert answer.status_code == (400 if status == 429 else status)


def test_a_refusal_with_status_200(graph: Graph) -> None:
    fault = {"vendor": "meta", "status": 200, "body": body_of(80004, 2446079), "times": 1}
    graph.control("faults", {"faults": [fault]})
    answer = graph.ask("GET", ACCOUNT)
    assert answer.status_code == 200 and answer.json()["error"]["is_transient"]
    assert graph.get(ACCOUNT)["id"] == ACCOUNT


def test_a_reset_makes_the_same_world_again(graph: Graph) -> None:
    before = graph.every(f"{ACCOUNT}/ads", fields="name,created_time")
    graph.post(before[0]["id"], name="Changed")
    graph.control("reset", {})
    assert graph.every(f"{ACCOUNT}/ads", fields="name,created_time") == before
    assert graph.changes() == []


def test_other_ways_to_ask(graph: Graph) -> None:
    ad = graph.one("ads")
    assert graph.get(ad, fields='["name","status"]').keys() == {"id", "name", "status"}
    assert graph.refused("GET", ad, fields="[name") == (100, None)
    creative = graph.get(ad, fields="creative")["creative"]["id"]
    assert graph.get(f"{ad}/adcreatives")["data"] == [{"id": creative}]
    url, proof = f"/meta/v26.0/{ad}", {"appsecret_proof": ACCESS.proof}
    assert graph.http.post(url, params=proof, json={"name": "By JSON", "status": "PAUSED"}).json()["success"]
    assert graph.http.post(url, params={**proof, "method": "delete"}).json()["success"]
    told = [(effect["field"], effect["after"]) for effect in graph.changes()]
    assert told == [("name", "By JSON"), ("status", "PAUSED"), ("status", "DELETED")]
