"""Webhooks: signed so that others' libraries agree, repeated, doubled, late, lost, forged and lying."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import KLING, control, done, kie, predict, until
from tests.vendors.server import LocalServer, Seen, serving


class Receiver:
    """Answers with the statuses given, then 204."""

    def __init__(self) -> None:
        self.statuses: list[int] = []

    def __call__(self, seen: Seen) -> None:
        seen.answer(self.statuses.pop(0) if self.statuses else 204)


@pytest.fixture
def answers() -> Receiver:
    return Receiver()


@pytest.fixture
def inbox(answers: Receiver) -> Iterator[LocalServer]:
    with serving(answers) as server:
        yield server


def order(sandbox: Sandbox, inbox: LocalServer, *events: str) -> dict[str, Any]:
    more: dict[str, Any] = {"webhook_events_filter": list(events)} if events else {}
    return predict(sandbox, webhook=f"{inbox.url}/hook", **more)


def settled(sandbox: Sandbox) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = control(sandbox, "/webhooks")["deliveries"]
    return told


def test_a_library_of_others_verifies_the_signature(sandbox: Sandbox, inbox: LocalServer) -> None:
    made = order(sandbox, inbox, "completed")
    over = done(sandbox, made["id"])
    seen = until(lambda: inbox.seen)[0]
    body = Webhook(sandbox.keys.replicate_webhook).verify(seen.body, seen.headers)
    assert body == over
    with pytest.raises(WebhookVerificationError):
        Webhook(sandbox.keys.replicate_webhook).verify(seen.body + b" ", seen.headers)


def test_events_are_those_asked_for_in_their_order(slow_sandbox: Sandbox, inbox: LocalServer) -> None:
    order(slow_sandbox, inbox, "start", "output", "logs", "completed")
    slow_sandbox.world.advance(2.1)
    slow_sandbox.world.advance(7.2)
    slow_sandbox.world.advance(30)
    told = settled(slow_sandbox)
    assert [one["event"] for one in told] == ["start", "logs", "output", "completed"]
    states = [json.loads(seen.body)["status"] for seen in inbox.seen]
    assert states == ["processing", "processing", "processing", "succeeded"]
    assert len({seen.headers["webhook-id"] for seen in inbox.seen}) == 4


def test_output_and_logs_are_throttled(slow_sandbox: Sandbox, inbox: LocalServer) -> None:
    """All at once: `output` falls within half a second of `logs`."""
    order(slow_sandbox, inbox, "output", "logs", "completed")
    slow_sandbox.world.advance(60)
    assert [one["event"] for one in settled(slow_sandbox)] == ["logs", "completed"]


def test_by_default_output_and_the_end(slow_sandbox: Sandbox, inbox: LocalServer) -> None:
    order(slow_sandbox, inbox)
    slow_sandbox.world.advance(60)
    assert [one["event"] for one in settled(slow_sandbox)] == ["output", "completed"]


def test_a_refused_delivery_is_tried_again_under_its_id(
    sandbox: Sandbox, inbox: LocalServer, answers: Receiver
) -> None:
    answers.statuses = [503, 500]
    order(sandbox, inbox, "completed")
    until(lambda: len(inbox.seen) == 3)
    assert len({seen.headers["webhook-id"] for seen in inbox.seen}) == 1
    told = settled(sandbox)[0]
    assert told["answers"] == [503, 500, 204] and told["delivered"]


def test_after_four_attempts_it_is_given_up(sandbox: Sandbox, inbox: LocalServer, answers: Receiver) -> None:
    answers.statuses = [500] * 9
    order(sandbox, inbox, "completed")
    until(lambda: len(inbox.seen) == 4)
    assert settled(sandbox)[0]["answers"] == [500] * 4


def test_redirects_are_not_followed_and_gone_ends_it(
    sandbox: Sandbox, inbox: LocalServer, answers: Receiver
) -> None:
    answers.statuses = [410]
    order(sandbox, inbox, "completed")
    until(lambda: inbox.seen)
    assert settled(sandbox)[0]["answers"] == [410]


def test_nothing_is_called_outside_loopback(sandbox: Sandbox) -> None:
    made = predict(sandbox, webhook="https://example.com/hook", webhook_events_filter=["completed"])
    done(sandbox, made["id"])
    assert until(lambda: settled(sandbox)[0]["answers"]) == ["refused: not on loopback"]


def test_nobody_listening_is_an_error_in_the_list(sandbox: Sandbox) -> None:
    predict(sandbox, webhook="http://127.0.0.1:9/hook", webhook_events_filter=["completed"])
    assert until(lambda: [a for one in settled(sandbox) for a in one["answers"]])[0] == "error: ConnectError"


def test_duplicates_have_one_id(sandbox: Sandbox, inbox: LocalServer) -> None:
    control(sandbox, "/faults", {"faults": [{"duplicate": 2}]})
    order(sandbox, inbox, "completed")
    until(lambda: len(inbox.seen) == 3)
    assert len({seen.headers["webhook-id"] for seen in inbox.seen}) == 1


def test_reordered_webhooks_come_after_the_next(slow_sandbox: Sandbox, inbox: LocalServer) -> None:
    control(slow_sandbox, "/faults", {"faults": [{"reorder": True, "path": "/webhook/start"}]})
    order(slow_sandbox, inbox, "start", "completed")
    slow_sandbox.world.advance(60)
    until(lambda: len(inbox.seen) == 2)
    assert [json.loads(seen.body)["status"] for seen in inbox.seen] == ["succeeded", "processing"]


def _since(inbox: LocalServer, count: int) -> list[Seen]:
    return inbox.seen[count:]


def test_lost_forged_lying_and_skewed(sandbox: Sandbox, inbox: LocalServer) -> None:
    control(sandbox, "/faults", {"faults": [{"lose": True}]})
    done(sandbox, order(sandbox, inbox, "completed")["id"])
    assert settled(sandbox) == []
    for fault in ({"forge": True}, {"clock_skew": -600}):
        control(sandbox, "/faults", {"faults": [fault]})
        count = len(inbox.seen)
        order(sandbox, inbox, "completed")
        seen = until(partial(_since, inbox, count))[0]
        with pytest.raises(WebhookVerificationError):
            Webhook(sandbox.keys.replicate_webhook).verify(seen.body, seen.headers)
    control(sandbox, "/faults", {"faults": [{"lie": True}]})
    count = len(inbox.seen)
    made = order(sandbox, inbox, "completed")
    seen = until(lambda: inbox.seen[count:])[0]
    told = Webhook(sandbox.keys.replicate_webhook).verify(seen.body, seen.headers)
    assert told["status"] == "failed" and done(sandbox, made["id"])["status"] == "succeeded"


def test_a_delivery_can_be_sent_again(sandbox: Sandbox, inbox: LocalServer) -> None:
    made = order(sandbox, inbox, "completed")
    until(lambda: inbox.seen)
    told = control(sandbox, "/webhooks/redeliver", {"job": made["id"]})["redelivered"]
    until(lambda: len(inbox.seen) == 2)
    assert {seen.headers["webhook-id"] for seen in inbox.seen} == set(told)
    assert control(sandbox, "/webhooks/redeliver", {"id": "other"})["redelivered"] == []


def fits(sandbox: Sandbox, seen: Seen) -> bool:
    """KIE's signature: over the task's id and the time, not the body."""
    stamp = seen.headers["x-webhook-timestamp"]
    task = json.loads(seen.body)["data"]["taskId"]
    key = sandbox.keys.kie_webhook.encode()
    expected = base64.b64encode(hmac.digest(key, f"{task}.{stamp}".encode(), hashlib.sha256)).decode()
    return abs(time.time() - int(stamp)) < 300 and seen.headers["x-webhook-signature"] == expected


def test_kie_calls_back_signed_over_id_and_time(sandbox: Sandbox, inbox: LocalServer) -> None:
    kie(sandbox, "POST", "jobs/createTask", {**KLING, "callBackUrl": inbox.url})
    veo = {"prompt": "x", "callBackUrl": inbox.url}
    kie(sandbox, "POST", "veo/generate", veo)
    first, second = until(lambda: len(inbox.seen) == 2 and inbox.seen)
    assert fits(sandbox, first) and fits(sandbox, second)
    bodies = sorted(
        (json.loads(seen.body) for seen in (first, second)), key=lambda one: "info" in one["data"]
    )
    assert bodies[0]["code"] == 200 and bodies[0]["data"]["state"] == "success"
    assert bodies[1]["data"]["info"]["resultUrls"]


def test_kie_tells_of_failure_without_results(sandbox: Sandbox, inbox: LocalServer) -> None:
    control(sandbox, "/faults", {"faults": [{"outcome": "failed"}]})
    kie(sandbox, "POST", "jobs/createTask", {**KLING, "callBackUrl": inbox.url})
    kie(sandbox, "POST", "veo/generate", {"prompt": "x", "callBackUrl": inbox.url})
    until(lambda: len(inbox.seen) == 2)
    bodies = [json.loads(seen.body) for seen in inbox.seen]
    assert [body["code"] for body in bodies] == [501, 501]
    assert all("resultJson" not in body["data"] and "costTime" not in body["data"] for body in bodies)


@pytest.mark.parametrize("outcome", ["failed", None])
def test_kie_lies_with_a_good_signature(sandbox: Sandbox, inbox: LocalServer, outcome: str | None) -> None:
    faults: list[dict[str, Any]] = [{"lie": True, "vendor": "kie"}]
    faults += [{"outcome": outcome}] if outcome else []
    control(sandbox, "/faults", {"faults": faults})
    task = kie(sandbox, "POST", "jobs/createTask", {**KLING, "callBackUrl": inbox.url})["data"]["taskId"]
    seen = until(lambda: inbox.seen)[0]
    assert fits(sandbox, seen)
    said = json.loads(seen.body)["data"]["state"]
    true = kie(sandbox, "GET", f"jobs/recordInfo?taskId={task}")["data"]["state"]
    assert {said, true} == {"success", "fail"}


def test_kie_loses_and_forges(sandbox: Sandbox, inbox: LocalServer) -> None:
    control(sandbox, "/faults", {"faults": [{"forge": True, "times": 1}, {"lose": True}]})
    kie(sandbox, "POST", "jobs/createTask", {**KLING, "callBackUrl": inbox.url})
    time.sleep(0.3)
    assert settled(sandbox) == []
    control(sandbox, "/faults", {"faults": [{"forge": True}]})
    kie(sandbox, "POST", "jobs/createTask", {**KLING, "callBackUrl": inbox.url})
    assert not fits(sandbox, until(lambda: inbox.seen)[0])
