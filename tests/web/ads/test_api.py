"""The HTTP routes of changes and ad accounts: what they tell, what they take, what they refuse."""

from typing import Any

from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.changes.queries import change
from tests.web.advertising import MAIN, OWNER, SECOND
from tests.web.house import House
from tests.web.test_users import maker

CHANGES, ACCOUNTS = "/api/v2/changes", "/api/v2/accounts"
WISH = {
    "account_id": MAIN,
    "kind": "adset",
    "entity_id": "s1",
    "change_type": "budget",
    "requested": 5500,
    "reason": "It earns more than it costs.",
    "key": "night-run-7",
    "expected": {"effect": "More leads", "profit": 900, "low": 100, "high": 1700, "worst_case": 875},
    "confidence": 0.7,
}
WRONG: tuple[tuple[dict[str, Any], int], ...] = (
    ({"requested": 55.5}, 422),
    ({"requested": True}, 422),
    ({"requested": 5000}, 409),
    ({"requested": "PAUSED"}, 422),
    ({"change_type": "name"}, 422),
    ({"entity_id": "nothing"}, 404),
    ({"account_id": "act_0"}, 404),
    ({"kind": "ad", "entity_id": "a1"}, 422),
    ({"reason": ""}, 422),
    ({"confidence": 1.5}, 422),
    ({"expected": {"effect": "x", "profit": 0.5}}, 422),
    ({"surprise": 1}, 422),
)


def told(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_changes_are_listed_narrowed_and_paged(client: TestClient, ids: dict[str, str]) -> None:
    whole = told(client.get(CHANGES))
    assert whole["count"] == len(ids) and whole["next"] is None
    waiting = told(client.get(CHANGES, params={"state": ["proposed", "approved"], "account_id": MAIN}))
    assert {one["change_id"] for one in waiting["changes"]} == {
        ids[n] for n in ("proposed", "fast", "approved")
    }
    first = told(client.get(CHANGES, params={"limit": 5}))
    second = told(client.get(CHANGES, params={"limit": 200, "after": first["next"]}))
    assert first["changes"] + second["changes"] == whole["changes"]
    assert told(client.get(CHANGES, params={"account_id": SECOND}))["changes"] == []
    for wrong in ({"state": "odd"}, {"limit": 0}, {"limit": 1000}):
        assert client.get(CHANGES, params=wrong).status_code == 422


def test_one_change_tells_why_by_whom_before_after_and_the_raw_answer(
    client: TestClient, ids: dict[str, str]
) -> None:
    made = told(client.get(f"{CHANGES}/{ids['completed']}"))
    assert (made["state"], made["title"], made["outlook"]) == ("completed", "Pause ad “Fog, long cut”", None)
    (attempt,) = made["history"]
    assert (attempt["old_value"], attempt["new_value"], attempt["read_back"]) == (
        "ACTIVE",
        "PAUSED",
        "PAUSED",
    )
    assert (attempt["approved_by"], attempt["triggered_by"]) == (OWNER, "decide_budget")
    assert (
        attempt["answer"]["x-fb-trace-id"] == "Cta2" and attempt["guards"]["checks"]["velocity"] == "passed"
    )
    failed = told(client.get(f"{CHANGES}/{ids['failed']}"))["history"][0]
    assert failed["answer"]["error"]["code"] == 100 and failed["status"] == "failed"


def test_an_open_change_tells_what_the_limits_would_say(client: TestClient, ids: dict[str, str]) -> None:
    known = told(client.get(f"{CHANGES}/{ids['proposed']}"))
    assert known["outlook"]["stands"] == "passed" and known["outlook"]["reason"] is None
    assert known["outlook"]["facts"]["loss_bound"] == {"used": 1750, "bound": 5000, "after": 1750}
    assert known["expected"] == {
        "effect": "About 2 more leads a day at the same cost.", "profit": 2600, "low": -400, "high": 5800,
        "worst_case": 1750,
    }  # fmt: skip
    assert (known["currency"], known["currency_offset"], known["current"]) == ("USD", 100, 5000)
    held = told(client.get(f"{CHANGES}/{ids['fast']}"))["outlook"]
    assert held["stands"] == "blocked"
    assert {block["guard"] for block in held["blocks"]} == {"velocity", "creative_drift"}


def test_from_a_proposal_to_a_change_that_is_taken_back(
    client: TestClient, house: House, clock: ManualClock, ids: dict[str, str]
) -> None:
    house.ads.reject(ids["proposed"], who=OWNER, why="Another one comes")
    answer = client.post(CHANGES, json=WISH)
    made = told(answer, 201)
    place = f"{CHANGES}/{made['change_id']}"
    assert answer.headers["location"] == place and (made["state"], made["current"]) == ("proposed", 5000)
    assert told(client.post(CHANGES, json=WISH), 201)["change_id"] == made["change_id"]
    assert told(client.post(f"{place}/approve", json={"sha256": "0" * 64}), 409)["code"] == "conflict"
    assert told(client.post(f"{place}/approve", json={"sha256": made["sha256"]}))["state"] == "approved"
    clock.advance(30)
    house.ads.work()
    done = told(client.get(place))
    assert (done["state"], done["history"][0]["read_back"]) == ("completed", 5500)
    back = told(client.post(f"{place}/revert"), 201)
    assert (back["requested"], back["reverts"], back["exact"]) == (5000, made["change_id"], True)
    assert (
        told(client.post(f"{CHANGES}/{back['change_id']}/reject", json={"why": "No"}))["state"] == "rejected"
    )


def test_wishes_that_cannot_be_are_refused(client: TestClient, ids: dict[str, str]) -> None:
    for wrong, status in WRONG:
        assert told(client.post(CHANGES, json=WISH | wrong), status)["what"]
    assert told(client.get(CHANGES))["count"] == len(ids)


def test_an_account_that_is_off_takes_no_proposals(client: TestClient, ids: dict[str, str]) -> None:
    assert told(client.put(f"{ACCOUNTS}/{MAIN}/authority", json={"authority": "off"}))["authority"] == "off"
    assert told(client.post(CHANGES, json=WISH), 403)["code"] == "forbidden"


def test_with_auto_it_is_approved_at_once(client: TestClient, ids: dict[str, str]) -> None:
    client.put(f"{ACCOUNTS}/{MAIN}/authority", json={"authority": "auto"})
    made = told(client.post(CHANGES, json=WISH | {"key": None}), 201)
    assert (made["state"], made["approved_by"]) == ("approved", "auto")


def test_unknown_changes(client: TestClient, ids: dict[str, str]) -> None:
    sha = {"sha256": "0" * 64}
    for answer in (
        client.get(f"{CHANGES}/{new_id()}"),
        client.post(f"{CHANGES}/{new_id()}/approve", json=sha),
        client.post(f"{CHANGES}/{new_id()}/reject", json={"why": "x"}),
        client.post(f"{CHANGES}/{new_id()}/revert"),
        client.get(f"{CHANGES}/xyz"),
        client.post(f"{CHANGES}/xyz/approve", json=sha),
        client.post(f"{CHANGES}/xyz/reject", json={"why": "x"}),
        client.post(f"{CHANGES}/xyz/revert"),
        client.get("/api/v2/accounts/xyz"),
    ):
        assert told(answer, 404)["code"] == "not_found"
    assert client.post(f"{CHANGES}/{ids['fast']}/approve", json={}).status_code == 422
    assert client.post(f"{CHANGES}/{ids['fast']}/approve").status_code == 422


def test_accounts_tell_their_bound_and_what_waits(client: TestClient, ids: dict[str, str]) -> None:
    found = told(client.get(ACCOUNTS))
    assert found["count"] == 2
    (main, other) = found["accounts"]
    assert (main["account_id"], main["authority"], main["open_drifts"]) == (MAIN, "draft", 1)
    assert main["loss_bound"] == {
        "used": 1750, "bound": 5000, "by_entity": {"s3": 1750},
        "sentence": "Automation may put at most USD 50.00 a day at risk over the budgets you approved; "
        "USD 17.50 is used.",
    }  # fmt: skip
    assert main["changes"]["proposed"] == 2 and (other["currency"], other["currency_offset"]) == ("JPY", 1)
    assert told(client.get(ACCOUNTS, params={"tenant_id": "other"}))["accounts"] == []


def test_one_account_tells_usage_alarms_and_who_set_what(client: TestClient, ids: dict[str, str]) -> None:
    known = told(client.get(f"{ACCOUNTS}/{MAIN}"))
    assert known["usage"]["rate_account"] == {"used": 1, "limit": 60}
    (drift,) = known["drifts"]
    assert {one["field"] for one in drift["differences"]} == {"copy.title", "toggles.image_touchups"}
    assert known["drift_checked_at"] and [one["what"] for one in known["settings_log"]] == [
        "authority", "authority", "guards",
    ]  # fmt: skip
    assert told(client.get(f"{ACCOUNTS}/{SECOND}"))["drift_checked_at"] is None
    assert told(client.get(f"{ACCOUNTS}/act_0"), 404)["code"] == "not_found"


def test_what_is_in_an_account(client: TestClient, ids: dict[str, str]) -> None:
    everything = told(client.get(f"{ACCOUNTS}/{MAIN}/entities"))
    sets = told(client.get(f"{ACCOUNTS}/{MAIN}/entities", params={"kind": "adset", "parent_id": "c1"}))
    assert everything["count"] == 14 and {one["entity_id"] for one in sets["entities"]} == {"s1", "s2", "s3"}
    assert client.get(f"{ACCOUNTS}/act_0/entities").status_code == 404


def test_limits_are_set_all_at_once(client: TestClient, ids: dict[str, str]) -> None:
    place = f"{ACCOUNTS}/{MAIN}/guards"
    guards = told(client.get(f"{ACCOUNTS}/{MAIN}"))["guards"]
    now = told(client.put(place, json=guards | {"velocity": 0.1, "daily_loss_bound": 1}))
    assert (now["guards"]["velocity"], now["loss_bound"]["bound"]) == (0.1, 1)
    assert now["settings_log"][0]["what"] == "guards"
    assert client.put(place, json={"velocity": 0.1}).status_code == 422
    for wrong in ({"velocity": 2}, {"daily_loss_bound": 0.5}, {"budget_rate": 9}, {"odd": 1}):
        assert client.put(place, json=guards | wrong).status_code == 422, wrong
    assert told(client.get(f"{ACCOUNTS}/{MAIN}"))["guards"]["velocity"] == 0.1


def test_stopping_and_starting_again(client: TestClient, house: House, ids: dict[str, str]) -> None:
    place = f"{ACCOUNTS}/{MAIN}"
    assert client.post(f"{place}/kill", json={"reason": ""}).status_code == 422
    stopped = told(client.post(f"{place}/kill", json={"reason": "Odd numbers"}))
    assert (stopped["killed_by"], stopped["kill_reason"]) == (OWNER, "Odd numbers")
    outlook = told(client.get(f"{CHANGES}/{ids['proposed']}"))["outlook"]
    assert outlook["blocks"][0]["guard"] == "kill_switch"
    assert told(client.post(f"{place}/revive"))["killed_at"] is None
    assert told(client.post(f"{place}/accept-levels"))["loss_bound"]["used"] == 0
    assert client.post(f"{ACCOUNTS}/act_0/kill", json={"reason": "x"}).status_code == 404


def test_reading_now_gives_the_run(client: TestClient, house: House, ids: dict[str, str]) -> None:
    run_id = told(client.post(f"{ACCOUNTS}/{MAIN}/pull"), 202)["job_id"]
    assert told(client.get(f"/api/jobs/{run_id}"))["job_id"] == run_id
    assert client.post(f"{ACCOUNTS}/act_0/pull").status_code == 404


def test_makers_look_and_stop_and_do_not_decide(
    client: TestClient, house: House, ids: dict[str, str]
) -> None:
    _, headers = maker(house)
    guards = told(client.get(f"{ACCOUNTS}/{MAIN}"))["guards"]
    sha = {"sha256": "0" * 64}
    for answer in (
        client.post(CHANGES, json=WISH, headers=headers),
        client.post(f"{CHANGES}/{ids['proposed']}/approve", json=sha, headers=headers),
        client.post(f"{CHANGES}/{ids['proposed']}/reject", json={"why": "x"}, headers=headers),
        client.post(f"{CHANGES}/{ids['completed']}/revert", headers=headers),
        client.put(f"{ACCOUNTS}/{MAIN}/authority", json={"authority": "auto"}, headers=headers),
        client.put(f"{ACCOUNTS}/{MAIN}/guards", json=guards, headers=headers),
        client.post(f"{ACCOUNTS}/{MAIN}/accept-levels", headers=headers),
        client.post(f"{ACCOUNTS}/{MAIN}/revive", headers=headers),
    ):
        assert told(answer, 403)["what"] == "Only owners decide about ad money."
    assert told(client.get(f"{CHANGES}/{ids['proposed']}", headers=headers))["state"] == "proposed"
    assert told(client.post(f"{ACCOUNTS}/{MAIN}/kill", json={"reason": "x"}, headers=headers))["killed_at"]
    with house.database.read() as connection:
        assert change(connection, ids["proposed"]).state == "proposed"
