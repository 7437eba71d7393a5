"""Faults do what they say: rates, counts, cut connections, spoiled files, scenarios."""

import time
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from kinoloop.core.errors import InputError
from kinoloop.sandbox.faults import Fault, FaultPlan
from kinoloop.sandbox.scenarios import SCENARIOS, scenario
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import FLUX, KLING, SHOE, call, control, done, kie, predict

CREATE = f"/replicate/v1/models/{FLUX}/predictions"


def strikes(fault: Fault, count: int, seed: int = 1) -> list[bool]:
    plan = FaultPlan(seed)
    plan.set([fault])
    return [bool(plan.strike("request", "kie", "GET", "/x")) for _ in range(count)]


def test_counts_and_places() -> None:
    assert strikes(Fault(status=500, nth=3), 5) == [False, False, True, False, False]
    assert strikes(Fault(status=500, times=2), 4) == [True, True, False, False]
    assert not any(strikes(Fault(status=500, vendor="replicate"), 3))
    assert not any(strikes(Fault(status=500, method="POST"), 3))
    assert not any(strikes(Fault(status=500, path="/y*"), 3))
    assert all(strikes(Fault(status=500, vendor="k*", path="/?"), 3))


@given(st.integers(0, 1000), st.floats(0.1, 0.9))
def test_a_rate_is_kept_and_a_seed_repeats_it(seed: int, rate: float) -> None:
    struck = strikes(Fault(status=500, rate=rate), 400, seed)
    assert abs(sum(struck) / 400 - rate) < 0.15
    assert struck == strikes(Fault(status=500, rate=rate), 400, seed)


def test_one_request_is_struck_once_but_a_webhook_by_all() -> None:
    plan = FaultPlan(1)
    plan.set([Fault(status=500), Fault(status=503), Fault(lie=True), Fault(duplicate=1)])
    assert len(plan.strike("request", "kie", "GET", "/")) == 1
    assert len(plan.strike("webhook", "kie", "POST", "/")) == 2
    assert str(plan.all()[0]) == "status=500"


def test_unknown_fields_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError):
        Fault(stauts=500)  # type: ignore[call-arg]  # the typing error is the point
    answer = call(sandbox, "POST", "/__sandbox/faults", {"faults": [{"stauts": 500}]})
    assert answer.status_code == 422 and answer.json()["problems"][0]["where"] == ["faults", 0, "stauts"]


@pytest.mark.parametrize("cut", ["before", "after"])
def test_a_cut_connection_has_no_answer(sandbox: Sandbox, cut: Any) -> None:
    sandbox.fault(Fault(method="POST", cut=cut, times=1))
    with pytest.raises(httpx2.TransportError):
        call(sandbox, "POST", CREATE, {"input": SHOE})
    listed = call(sandbox, "GET", "/replicate/v1/predictions").json()["results"]
    assert len(listed) == (1 if cut == "after" else 0)
    entry = sandbox.requests(method="POST")[0]
    assert entry.status is None and entry.handled == (cut == "after") and entry.fault
    assert predict(sandbox)["status"] == "starting"


def test_a_cut_midway_gives_half_a_body(sandbox: Sandbox) -> None:
    url = done(sandbox, predict(sandbox)["id"])["output"][0]
    sandbox.fault(Fault(path="/files/*", cut="midway", times=1))
    with pytest.raises(httpx2.TransportError):
        httpx2.get(url)
    assert httpx2.get(url).status_code == 200


@pytest.mark.parametrize("spoil", ["truncated", "garbled", "gone"])
def test_spoiled_files(sandbox: Sandbox, spoil: Any) -> None:
    url = done(sandbox, predict(sandbox)["id"])["output"][0]
    good = httpx2.get(url)
    sandbox.fault(Fault(spoil=spoil, times=1))
    bad = httpx2.get(url)
    assert bad.status_code == (404 if spoil == "gone" else 200)
    assert bad.content != good.content
    assert len(bad.content) == len(good.content) or spoil != "garbled"
    assert httpx2.get(url).content == good.content


def test_latency_and_own_bodies(sandbox: Sandbox) -> None:
    sandbox.fault(
        Fault(latency=0.15, status=418, body={"tea": 1}, headers={"x-kind": "pot"}, times=1),
        Fault(latency=0.1, times=1),
        Fault(status=500, body="<html>", times=1),
    )
    begun = time.monotonic()
    answer = call(sandbox, "GET", "/replicate/v1/account")
    assert (answer.status_code, answer.json(), answer.headers["x-kind"]) == (418, {"tea": 1}, "pot")
    assert call(sandbox, "GET", "/replicate/v1/account").status_code == 200
    assert time.monotonic() - begun >= 0.25
    assert call(sandbox, "GET", "/replicate/v1/account").text == "<html>"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/replicate/v1/account", "retry_after"),
        ("/kie/api/v1/chat/credit", "code"),
        ("/anthropic/v1/messages", "rate_limit_error"),
        ("/openai/v1/chat/completions", "rate_limit_exceeded"),
        ("/gemini/v1beta/models/x:generateContent", "RESOURCE_EXHAUSTED"),
        ("/elevenlabs/v1/text-to-speech/v", "too_many_concurrent_requests"),
        ("/other", "error"),
    ],
)
def test_each_vendor_has_its_own_words_for_429(sandbox: Sandbox, path: str, words: str) -> None:
    sandbox.fault(Fault(status=429))
    answer = call(sandbox, "POST", path, {})
    assert answer.status_code == 429 and words in answer.text


def test_scenarios(sandbox: Sandbox) -> None:
    assert set(SCENARIOS) == {"healthy", "throttled", "flaky", "outage"}
    control(sandbox, "/faults", {"scenario": "outage"})
    assert call(sandbox, "GET", "/replicate/v1/account").status_code == 503
    assert call(sandbox, "GET", "/kie/api/v1/chat/credit").status_code == 503
    control(sandbox, "/faults", {"scenario": "throttled", "faults": [{"latency": 0.01}]})
    assert len(control(sandbox, "/faults")["faults"]) == 3
    control(sandbox, "/faults", {"faults": [{"status": 500}], "add": True})
    assert len(control(sandbox, "/faults")["faults"]) == 4
    control(sandbox, "/faults", {"faults": []})
    assert control(sandbox, "/faults")["faults"] == []
    assert call(sandbox, "POST", "/__sandbox/faults", {"scenario": "rainy"}).status_code == 422
    with pytest.raises(InputError, match="rainy"):
        scenario("rainy")


def test_a_patient_client_comes_through_a_flaky_day() -> None:
    """Tasks begun and told of under the flaky scenario end, and are billed once each."""
    with running_sandbox(scenario="flaky", seed=3) as sandbox:
        tasks = 0
        for _ in range(8):
            try:
                tasks += kie(sandbox, "POST", "jobs/createTask", KLING)["code"] == 200
            except (httpx2.TransportError, AssertionError):
                continue
        sandbox.world.advance(60)
        charges = sandbox.world.ledger.charges("kie")
        assert tasks > 0 and len({charge.id for charge in charges}) == len(charges) > 0
