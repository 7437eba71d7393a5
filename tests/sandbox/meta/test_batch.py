"""Batches: answers in order, bodies as strings, each item counted; null when nobody knows."""

import json
from typing import Any

from tests.sandbox.meta.graph import ACCOUNT, Graph


def post(id_: str, **params: Any) -> dict[str, Any]:
    body = "&".join(f"{name}={value}" for name, value in params.items())
    return {"method": "POST", "relative_url": id_, "body": body}


def test_in_order_with_bodies_as_strings(graph: Graph) -> None:
    adset = graph.one("adsets")
    get = {"method": "GET", "relative_url": f"v26.0/{adset}?fields=daily_budget"}
    write, wrong = post(adset, daily_budget=11_500), post("1", name="x")
    answers = graph.batch(get, write, get, wrong, {"relative_url": "/me"})
    bodies = [json.loads(answer["body"]) for answer in answers]
    assert [answer["code"] for answer in answers] == [200, 200, 200, 400, 200]
    assert [body.get("daily_budget") for body in bodies] == ["11000", None, "11500", None, None]
    assert bodies[3]["error"]["error_subcode"] == 33
    headers = [{item["name"]: item["value"] for item in answer["headers"]} for answer in answers]
    assert "X-Ad-Account-Usage" in headers[0] and "Content-Type" in headers[4]
    assert len({told["x-fb-trace-id"] for told in headers}) == 5


def test_null_is_unknown(graph: Graph) -> None:
    first, second, third = (graph.one("adsets", number=number) for number in range(3))
    faults = [
        {"vendor": "meta", "path": f"/batch/{first}", "cut": "after"},
        {"vendor": "meta", "path": f"/batch/{second}", "cut": "before"},
        {"vendor": "meta", "path": f"/batch/{third}", "status": 500, "times": 1},
    ]
    graph.control("faults", {"faults": faults})
    answers = graph.batch(*(post(id_, daily_budget=11_500) for id_ in (first, second, third)))
    assert answers[:2] == [None, None] and answers[2]["code"] == 500
    assert [effect["entity_id"] for effect in graph.changes()] == [first]
    fault = {"vendor": "meta", "path": "/batch/*", "body": {"error": {"code": 1}}, "status": 200}
    graph.control("faults", {"faults": [fault]})
    assert json.loads(graph.batch(post(first))[0]["body"])["error"]["code"] == 1


def test_at_most_fifty(graph: Graph) -> None:
    item = {"method": "GET", "relative_url": ACCOUNT}
    assert len(graph.batch(*[item] * 50)) == 50
    assert graph.refused("POST", "", batch=[item] * 51) == (100, None)
    assert graph.refused("POST", "", batch="x") == (100, None)
    assert graph.batch({"method": "PUT", "relative_url": ACCOUNT})[0]["code"] == 400


def test_the_hours_limit_holds_inside_a_batch(graph: Graph) -> None:
    adset = graph.one("adsets")
    answers = graph.batch(*(post(adset, daily_budget=11_000 + step) for step in range(1, 7)))
    assert [answer["code"] for answer in answers] == [200] * 4 + [400] * 2


def test_a_batch_needs_the_token(graph: Graph) -> None:
    answer = graph.http.post("/meta/v26.0/", data={"batch": "[]"}, headers={"authorization": "Bearer no"})
    assert answer.json()["error"]["code"] == 190
