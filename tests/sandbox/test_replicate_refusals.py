"""Each refusal of Replicate in its own words: keys, credit, limits, inputs, versions."""

from typing import Any

import pytest

from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import FLUX, SHOE, call, done, predict

CREATE = f"/replicate/v1/models/{FLUX}/predictions"


def test_a_wrong_key_is_told_in_problem_json(sandbox: Sandbox) -> None:
    answer = call(sandbox, "GET", "/replicate/v1/predictions", authorization="Bearer other")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json() == {
        "title": "Unauthenticated",
        "detail": "You did not pass a valid authentication token",
        "status": 401,
    }
    answer = call(sandbox, "GET", "/replicate/v1/account", authorization=f"Token {sandbox.keys.replicate}")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"prompt": ""}, "Must be greater than or equal to 1"),
        ({}, "prompt is required"),
        ({**SHOE, "aspect_ratio": "7:5"}, "must be one of the following"),
        ({**SHOE, "num_outputs": 9}, "Must be less than or equal to 4"),
        ({**SHOE, "num_outputs": True}, "Invalid type. Expected: integer, given: boolean"),
        ({**SHOE, "seed": "7"}, "Expected: integer, given: string"),
        ({**SHOE, "style": "hd"}, "Additional property style is not allowed"),
    ],
)
def test_inputs_that_break_the_schema(sandbox: Sandbox, given: dict[str, Any], told: str) -> None:
    answer = call(sandbox, "POST", CREATE, {"input": given})
    body = answer.json()
    assert answer.status_code == 422 and body["title"] == "Input validation failed"
    assert told in body["detail"] and told in body["invalid_fields"][0]["description"]
    assert not sandbox.world.agenda.next_at()


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ({"input": SHOE, "signal": {}}, {}),
        ({"input": SHOE, "webhook": "ftp://x"}, {}),
        ({"input": SHOE, "webhook_events_filter": ["done"]}, {}),
        ({"input": "text"}, {}),
        ({"input": SHOE}, {"cancel_after": "1s"}),
        ({"input": SHOE}, {"cancel_after": "soon"}),
        ({"input": SHOE}, {"prefer": "wait=90"}),
    ],
)
def test_requests_that_cannot_be_used(sandbox: Sandbox, body: Any, headers: dict[str, str]) -> None:
    assert call(sandbox, "POST", CREATE, body, **headers).status_code == 422


def test_models_and_versions_that_are_not_there(sandbox: Sandbox) -> None:
    for path in ("nobody/nothing", "kinoloop-lab/slow-pan"):
        answer = call(sandbox, "POST", f"/replicate/v1/models/{path}/predictions", {"input": {}})
        assert answer.status_code == 404
    for version in ("0" * 64, "kinoloop-lab/slow-pan", f"{FLUX}:{'1' * 64}"):
        answer = call(sandbox, "POST", "/replicate/v1/predictions", {"version": version, "input": SHOE})
        assert answer.json()["title"] == "Invalid version or not permitted"
    assert call(sandbox, "POST", "/replicate/v1/predictions", {"input": SHOE}).status_code == 422
    assert call(sandbox, "POST", "/replicate/v1/predictions", [1]).status_code == 400
    assert call(sandbox, "GET", "/replicate/v1/models/a/b").status_code == 404
    assert call(sandbox, "POST", "/replicate/v1/files", {}).status_code == 400
    assert call(sandbox, "GET", "/replicate/v1/files/none").status_code == 404


def test_credit_runs_out() -> None:
    with running_sandbox(credit={"replicate": 3000}) as sandbox:
        done(sandbox, predict(sandbox)["id"])
        answer = call(sandbox, "POST", CREATE, {"input": SHOE})
        assert answer.status_code == 402 and answer.json()["title"] == "Insufficient credit"


def test_six_hundred_creates_a_minute(sandbox: Sandbox) -> None:
    first = call(sandbox, "POST", CREATE, {"input": {}})
    assert first.headers["ratelimit-remaining"] == "599"
    limit_full = [call(sandbox, "POST", CREATE, {"input": {}}) for _ in range(2)][-1]
    assert limit_full.headers["ratelimit-remaining"] == "597"
