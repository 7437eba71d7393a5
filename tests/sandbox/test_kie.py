"""KIE's emulator: states, codes inside HTTP 200, JSON in strings, Veo's own endpoints, files that expire."""

import io
import json
from typing import Any

import av
import httpx2
import pytest
from PIL import Image

from kinoloop.sandbox.kie.models import CARDS
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import KLING, call, control, kie, until

VEO = {"prompt": "a lighthouse", "model": "veo3_fast", "aspect_ratio": "9:16", "seeds": 12345}


def create(sandbox: Sandbox, body: Any = KLING, path: str = "jobs/createTask") -> str:
    told = kie(sandbox, "POST", path, body)
    assert told["code"] == 200, told
    return str(told["data"]["taskId"])


def record(sandbox: Sandbox, task: str) -> dict[str, Any]:
    told: dict[str, Any] = kie(sandbox, "GET", f"jobs/recordInfo?taskId={task}")["data"]
    return told


def over(sandbox: Sandbox, task: str) -> dict[str, Any]:
    told: dict[str, Any] = until(
        lambda: now if (now := record(sandbox, task))["state"] in ("success", "fail") else None
    )
    return told


def test_every_state_in_its_order(slow_sandbox: Sandbox) -> None:
    task = create(slow_sandbox)
    seen = [record(slow_sandbox, task)["state"]]
    for seconds in (5, 10, 120):
        slow_sandbox.world.advance(seconds)
        seen.append(record(slow_sandbox, task)["state"])
    assert seen == ["waiting", "queuing", "generating", "success"]


def test_results_and_parameters_are_json_in_strings(sandbox: Sandbox) -> None:
    told = over(sandbox, create(sandbox))
    asked = json.loads(told["param"])
    assert asked["model"] == KLING["model"] and json.loads(asked["input"]) == KLING["input"]
    url = json.loads(told["resultJson"])["resultUrls"][0]
    assert isinstance(told["costTime"], int) and told["completeTime"] > told["createTime"] > 10**12
    with av.open(io.BytesIO(httpx2.get(url).content), "r") as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height, stream.frames) == (480, 854, 120)
        assert not film.streams.audio
    sandbox.world.advance(14 * 86_400 - 60)
    assert httpx2.get(url).status_code == 200
    sandbox.world.advance(61)
    assert httpx2.get(url).status_code == 404


def test_a_failed_task_is_told_and_paid_back(slow_sandbox: Sandbox) -> None:
    control(slow_sandbox, "/faults", {"faults": [{"outcome": "failed", "error": "no GPU"}]})
    task = create(slow_sandbox)
    slow_sandbox.world.advance(20)
    assert slow_sandbox.billed("kie") == 500_000
    slow_sandbox.world.advance(200)
    told = record(slow_sandbox, task)
    assert (told["state"], told["failCode"], told["failMsg"]) == ("fail", "501", "no GPU")
    assert told["resultJson"] == "" and told["costTime"] is None
    assert slow_sandbox.billed("kie") == 0


def test_flagged_prompts_fail(sandbox: Sandbox) -> None:
    body = {**KLING, "input": {**KLING["input"], "prompt": "nsfw"}}  # type: ignore[dict-item]  # a dict by its use
    assert "flagged" in over(sandbox, create(sandbox, body))["failMsg"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({**KLING, "model": "veo3/text-to-video"}, "not supported"),
        ({**KLING, "callback": "x"}, "Unknown parameter"),
        ({"model": KLING["model"]}, "input is required"),
        ({**KLING, "input": {"prompt": "x"}}, "required"),
        ({**KLING, "input": {"prompt": "x", "imageUrl": "y"}}, "not allowed"),
        ([], "JSON object"),
    ],
)
def test_wrong_requests_are_code_422_in_http_200(sandbox: Sandbox, body: Any, words: str) -> None:
    told = kie(sandbox, "POST", "jobs/createTask", body)
    assert told["code"] == 422 and words in told["msg"]


def test_keys_ids_and_credit() -> None:
    with running_sandbox(credit={"kie": 500_000}) as sandbox:
        answer = call(sandbox, "GET", "/kie/api/v1/chat/credit", authorization="Bearer other")
        assert (answer.status_code, answer.json()["code"]) == (200, 401)
        assert kie(sandbox, "GET", "jobs/recordInfo?taskId=none") == {
            "code": 422,
            "msg": "recordInfo is null",
            "data": None,
        }
        assert kie(sandbox, "GET", "chat/credit")["data"] == 100
        over(sandbox, create(sandbox))
        assert kie(sandbox, "GET", "chat/credit")["data"] == 0
        assert kie(sandbox, "POST", "jobs/createTask", KLING)["code"] == 402


@pytest.mark.parametrize("code", [433, 455, 500, 501, 505])
def test_codes_by_fault(sandbox: Sandbox, code: int) -> None:
    fault = {"vendor": "kie", "path": "/api/v1/jobs/createTask", "code": code, "times": 1}
    control(sandbox, "/faults", {"faults": [fault]})
    assert kie(sandbox, "POST", "jobs/createTask", KLING)["code"] == code
    assert kie(sandbox, "POST", "jobs/createTask", KLING)["code"] == 200


def test_every_model_can_be_ordered(sandbox: Sandbox) -> None:
    for card in CARDS.values():
        given: dict[str, Any] = {"prompt": "a boat"}
        for name, field in card.form.items():
            if field.required and name != "prompt":
                given[name] = field.choices[0] if field.choices else False if field.kind == "boolean" else "x"
                given[name] = ["http://192.0.2.1/a.png"] if field.kind == "strings" else given[name]
        told = over(sandbox, create(sandbox, {"model": card.name, "input": given}))
        assert told["state"] == "success", card.name
        url = json.loads(told["resultJson"])["resultUrls"][0]
        if card.kind == "image":
            assert Image.open(io.BytesIO(httpx2.get(url).content)).size == (480, 480)
        assert sandbox.world.ledger.charges()[-1].model == card.name


def test_veo_has_an_api_of_its_own(slow_sandbox: Sandbox) -> None:
    task = create(slow_sandbox, VEO, "veo/generate")
    assert kie(slow_sandbox, "GET", f"jobs/recordInfo?taskId={task}")["code"] == 422
    running = kie(slow_sandbox, "GET", f"veo/record-info?taskId={task}")["data"]
    assert running["successFlag"] == 0 and running["response"] is None
    assert kie(slow_sandbox, "GET", f"veo/get-1080p-video?taskId={task}")["code"] == 422
    slow_sandbox.world.advance(131)
    told = kie(slow_sandbox, "GET", f"veo/record-info?taskId={task}")["data"]
    assert told["successFlag"] == 1 and json.loads(told["paramJson"]) == VEO
    with av.open(io.BytesIO(httpx2.get(told["response"]["resultUrls"][0], timeout=30).content), "r") as film:
        assert film.streams.video[0].frames == 8 * 24 and film.streams.audio
    assert kie(slow_sandbox, "GET", f"veo/get-1080p-video?taskId={task}")["code"] == 400
    slow_sandbox.world.advance(91)
    large = kie(slow_sandbox, "GET", f"veo/get-1080p-video?taskId={task}")["data"]["resultUrl"]
    assert large == kie(slow_sandbox, "GET", f"veo/get-1080p-video?taskId={task}")["data"]["resultUrl"]
    assert slow_sandbox.billed("kie") == 8 * 50_000


@pytest.mark.parametrize(("outcome", "flag"), [("failed", 3), ("aborted", 2)])
def test_veo_failures(sandbox: Sandbox, outcome: str, flag: int) -> None:
    control(sandbox, "/faults", {"faults": [{"outcome": outcome}]})
    task = create(sandbox, {**VEO, "aspect_ratio": "Auto"}, "veo/generate")
    told = until(
        lambda: (
            now
            if (now := kie(sandbox, "GET", f"veo/record-info?taskId={task}")["data"])["successFlag"]
            else None
        )
    )
    assert (told["successFlag"], told["errorCode"]) == (flag, 501) and told["errorMessage"]
    assert sandbox.billed() == 0


def test_veo_needs_pictures_where_its_type_says_so(sandbox: Sandbox) -> None:
    body = {**VEO, "generationType": "REFERENCE_2_VIDEO"}
    assert kie(sandbox, "POST", "veo/generate", body)["code"] == 422


def test_short_links_live_for_twenty_minutes(sandbox: Sandbox) -> None:
    url = json.loads(over(sandbox, create(sandbox))["resultJson"])["resultUrls"][0]
    link = kie(sandbox, "POST", "common/download-url", {"url": url})["data"]
    assert httpx2.get(link).status_code == 200
    sandbox.world.advance(1201)
    assert (httpx2.get(link).status_code, httpx2.get(url).status_code) == (404, 200)
    for other in ("http://192.0.2.1/x.mp4", f"{sandbox.url}/kie/files/none/x.mp4"):
        assert kie(sandbox, "POST", "common/download-url", {"url": other})["code"] == 422
