"""/__sandbox: journal without keys, clock, invoice, reset; and the world behind it."""

import threading
from datetime import UTC, datetime

import httpx2
import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import ConflictError
from kinoloop.sandbox.environment import export_lines
from kinoloop.sandbox.keys import SandboxKeys
from kinoloop.sandbox.serving import serving
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.sandbox.world import World
from tests.sandbox.clients import FLUX, call, control, done, kie, predict


def test_the_journal_tells_all_but_the_keys(sandbox: Sandbox) -> None:
    predict(sandbox)
    call(sandbox, "POST", "/gemini/v1beta/models/x:generateContent?key=hush&alt=json", {"a": 1})
    told = control(sandbox, "/requests")
    assert told["count"] == 2
    first, second = told["requests"]
    assert (first["vendor"], first["method"], first["status"]) == ("replicate", "POST", 201)
    assert first["body"]["input"]["seed"] == 3 and first["path"].endswith("/predictions")
    assert second["query"] == {"alt": "json"} and second["status"] == 400
    text = str(told)
    assert "hush" not in text and sandbox.keys.replicate not in text
    assert control(sandbox, "/requests?vendor=gemini")["count"] == 1
    assert control(sandbox, "/requests?method=GET")["count"] == 0
    assert control(sandbox, f"/requests?path={FLUX}")["count"] == 1
    assert control(sandbox, "/requests?after=1")["requests"][0]["number"] == 2


def test_bodies_that_are_no_json_are_told_by_size(sandbox: Sandbox) -> None:
    for content in (b"\xff\xfe", b"plain", b"x" * 70_000):
        httpx2.post(f"{sandbox.url}/kie/api/v1/jobs/createTask", content=content)
    assert [entry.body for entry in sandbox.requests("kie")] == ["<2 bytes>", "plain", "<70000 bytes>"]


def test_keys_in_forms_and_addresses_are_not_written_down(sandbox: Sandbox) -> None:
    form = {"access_token": "hush", "appsecret_proof": "hush", "daily_budget": "500"}
    httpx2.post(f"{sandbox.url}/meta/v26.0/1?access_token=hush", data=form)
    [entry] = sandbox.requests("meta")
    assert "hush" not in str(entry) and "daily_budget=500" in entry.body


def test_the_clock_goes_on_as_told(sandbox: Sandbox) -> None:
    before = datetime.fromisoformat(control(sandbox, "")["now"])
    after = datetime.fromisoformat(control(sandbox, "/clock/advance", {"seconds": 7200})["now"])
    assert 7200 <= (after - before).total_seconds() < 7230
    for seconds in (-1, 10**9):
        assert call(sandbox, "POST", "/__sandbox/clock/advance", {"seconds": seconds}).status_code == 422


def test_reset_forgets_everything(sandbox: Sandbox) -> None:
    made = predict(sandbox)
    url = done(sandbox, made["id"])["output"][0]
    control(sandbox, "/faults", {"faults": [{"latency": 0.001}]})
    control(sandbox, "/script", {"scripts": [{"answer": "x"}]})
    control(sandbox, "/reset", {})
    assert control(sandbox, "/invoice")["total_micros"] == 0
    assert control(sandbox, "/faults")["faults"] == []
    assert control(sandbox, "/requests")["count"] == 0
    assert call(sandbox, "GET", f"/replicate/v1/predictions/{made['id']}").status_code == 404
    assert call(sandbox, "GET", url.removeprefix(sandbox.url)).status_code == 404
    assert sandbox.world.scripts == []


def test_control_is_not_journaled_nor_struck(sandbox: Sandbox) -> None:
    control(sandbox, "/faults", {"scenario": "outage"})
    assert control(sandbox, "")["requests"] == 0


def test_a_standing_clock_moves_by_hand() -> None:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    with running_sandbox(clock=clock, speed=1.0) as sandbox:
        made = predict(sandbox)
        assert made["created_at"] == "2026-03-01T00:00:00.000000Z"
        clock.advance(30)
        assert call(sandbox, "GET", f"/replicate/v1/predictions/{made['id']}").json()["status"] == "succeeded"


def test_two_sandboxes_do_not_know_each_other(sandbox: Sandbox) -> None:
    with running_sandbox(keys=SandboxKeys(replicate="mine")) as other:
        made = predict(other)
        assert call(sandbox, "GET", f"/replicate/v1/predictions/{made['id']}").status_code == 404
        assert sandbox.url != other.url and len(other.requests()) == 1


def test_a_port_in_use_is_told_and_leaves_nothing_running(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rsplit(":", 1)[1])
    before = threading.active_count()
    with pytest.raises(ConflictError, match=str(port)), serving(World(), port):
        raise AssertionError("it must not start")
    assert threading.active_count() == before


def test_the_environment_points_at_it(sandbox: Sandbox) -> None:
    told = sandbox.environment
    assert told["KINOLOOP_KIE_URL"] == sandbox.vendor_url("kie")
    assert told["KINOLOOP_OPENAI_URL"] == f"{sandbox.url}/openai/v1"
    assert told["REPLICATE_WEBHOOK_SECRET"].startswith("whsec_")
    assert {"META_ACCESS_TOKEN", "HUBSPOT_CLIENT_SECRET"} <= told.keys()
    assert len(told) == 21 and all(line.startswith("export ") for line in export_lines("u", sandbox.keys))


def test_many_callers_at_once(sandbox: Sandbox) -> None:
    """Tasks from eight threads: each is there once, the invoice counts each once."""
    ids: list[str] = []

    def work() -> None:
        for _ in range(3):
            ids.append(predict(sandbox)["id"])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for id_ in ids:
        done(sandbox, id_)
    assert len(set(ids)) == 24
    assert sandbox.billed() == 24 * 3000
    assert kie(sandbox, "GET", "chat/credit")["code"] == 200
