"""KIE's shapes: codes inside good answers, states and flags, results and requests as JSON inside JSON."""

import json
from typing import Any

import pytest

from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    PassingError,
    UnavailableError,
)
from kinoloop.vendors.kie.codes import data_of
from kinoloop.vendors.kie.models import SHAPES
from kinoloop.vendors.kie.translate import (
    api_of,
    join_id,
    prompt_in,
    request_for,
    split_id,
    state_of_job,
    state_of_veo,
)
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.makers import order

FILE = "https://tempfile.aiquickdraw.com/a.mp4"
KLING = "kling-2.6/text-to-video"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (400, InputError),
        (401, UnavailableError),
        (402, LimitError),
        (404, InputError),
        (422, InputError),
        (429, NotTakenError),
        (433, LimitError),
        (451, InputError),
        (455, NotTakenError),
        (500, PassingError),
        (501, NotTakenError),
        (505, UnavailableError),
        (599, PassingError),
    ],
)
def test_each_code_has_its_error(code: int, kind: type[KinoloopError]) -> None:
    with pytest.raises(kind) as caught:
        data_of({"code": code, "msg": "because token=abc123", "data": None})
    assert type(caught.value) is kind and f"Code {code}" in caught.value.why and caught.value.fix
    assert "abc123" not in str(caught.value)


def test_only_a_busy_service_tells_a_time_to_wait() -> None:
    for code, wait in ((429, 10.0), (455, None)):
        with pytest.raises(NotTakenError) as caught:
            data_of({"code": code, "msg": ""})
        assert caught.value.wait == wait


@pytest.mark.parametrize("answer", [None, [], "ok", {}, {"code": "200"}, {"data": {"taskId": "x"}}])
def test_an_answer_without_a_code_is_not_believed(answer: object) -> None:
    with pytest.raises(IntegrityError):
        data_of(answer)


def test_a_good_code_gives_the_data() -> None:
    assert data_of({"code": 200, "msg": "success", "data": {"taskId": "x"}}) == {"taskId": "x"}


def job(state: str, **more: Any) -> dict[str, Any]:
    return {"taskId": "t", "state": state, "resultJson": "", "failCode": None, "failMsg": None, **more}


@pytest.mark.parametrize(
    ("state", "ours"), [("waiting", "waiting"), ("queuing", "waiting"), ("generating", "running")]
)
def test_states_on_the_way(state: str, ours: str) -> None:
    told = state_of_job("job:t", job(state))
    assert (told.status, told.error, told.charged, told.external_id) == (ours, None, None, "job:t")


@pytest.mark.parametrize(
    "result",
    [
        json.dumps({"resultUrls": [FILE]}),
        json.dumps(json.dumps({"resultUrls": [FILE]})),
        {"resultUrls": [FILE, FILE]},
        json.dumps({"resultUrls": json.dumps([FILE])}),
    ],
)
def test_results_are_read_however_often_they_are_wrapped(result: object) -> None:
    told = state_of_job("job:t", job("success", resultJson=result))
    assert (told.status, told.urls, told.charged) == ("succeeded", (FILE,), True)


@pytest.mark.parametrize("result", [None, "", "not json", "[]", '{"resultUrls": []}', '{"resultUrls": [7]}'])
def test_success_without_a_result_is_none(result: object) -> None:
    told = state_of_job("job:t", job("success", resultJson=result))
    assert (told.status, told.error_code, told.charged) == ("failed", "no_output", True)


def test_a_failure_in_their_words() -> None:
    told = state_of_job("job:t", job("fail", failCode="501", failMsg="Internal error, please try again"))
    assert (told.status, told.error_code, told.passing, told.charged) == ("failed", "501", True, None)
    told = state_of_job("job:t", job("fail", failMsg="violates content policies", creditsConsumed=0))
    assert (told.passing, told.charged, told.error_code) == (False, False, None)
    told = state_of_job("job:t", job("fail", creditsConsumed=12.5))
    assert told.charged is True and told.error == "It gave no reason."


@pytest.mark.parametrize("state", ["failed", "", None])
def test_a_state_that_nobody_told_us_of_is_not_guessed(state: Any) -> None:
    with pytest.raises(PassingError, match="not known"):
        state_of_job("job:t", job(state))


def test_veo_has_flags() -> None:
    assert state_of_veo("veo:t", {"successFlag": 0}).status == "running"
    done = {"successFlag": 1, "response": {"resultUrls": [FILE]}}
    assert state_of_veo("veo:t", done).urls == (FILE,)
    assert state_of_veo("veo:t", {"successFlag": 1, "response": None}).error_code == "no_output"
    for flag in (2, 3):
        told = state_of_veo("veo:t", {"successFlag": flag, "errorCode": 501, "errorMessage": "flagged"})
        assert (told.status, told.error_code, told.passing) == ("failed", "501", False)
    for odd in (None, "1", 4):
        with pytest.raises(PassingError):
            state_of_veo("veo:t", {"successFlag": odd})


def test_the_prompt_is_found_behind_two_wrappings() -> None:
    inner = {"prompt": "a cat"}
    assert prompt_in({"param": json.dumps({"model": "m", "input": json.dumps(inner)})}) == "a cat"
    assert prompt_in({"param": json.dumps({"model": "m", "input": inner})}) == "a cat"
    assert prompt_in({"paramJson": json.dumps(inner)}) == "a cat"
    for odd in ({}, {"param": "x"}, {"param": "[1]"}, {"param": '{"input": "x"}'}, {"param": 7}):
        assert prompt_in(odd) is None


def test_ids_say_which_api_they_belong_to() -> None:
    assert split_id(join_id(api_of("veo3_fast"), "a:b")) == ("veo", "a:b")
    assert split_id(join_id(api_of(KLING), "t")) == ("job", "t")
    for odd in ("t", "job:", "run:t", ":t"):
        with pytest.raises(InputError):
            split_id(odd)


def test_a_task_in_the_models_own_words() -> None:
    asked = order(KLING, seconds=10, callback_url="https://us.example/callbacks/kie/t0k3n")
    assert request_for(asked, None) == {
        "model": KLING,
        "input": {"prompt": asked.prompt, "sound": False, "duration": "10", "aspect_ratio": "9:16"},
        "callBackUrl": "https://us.example/callbacks/kie/t0k3n",
    }


def test_veo_takes_its_inputs_beside_the_model() -> None:
    asked = order("veo3_fast", seconds=8, aspect="1:1")
    assert request_for(asked, None) == {
        "model": "veo3_fast",
        "prompt": asked.prompt,
        "aspect_ratio": "16:9",
        "seeds": 10_000 + 1234567 % 90_000,
        "generationType": "TEXT_2_VIDEO",
    }
    framed = request_for(asked, "https://us.example/a.jpg")
    assert framed["imageUrls"] == ["https://us.example/a.jpg"]
    assert framed["generationType"] == "FIRST_AND_LAST_FRAMES_2_VIDEO"


def test_every_model_of_the_table_can_be_asked() -> None:
    for name, shape in SHAPES.items():
        seconds = shape.lengths[-1] if shape.lengths else 0
        frame = "https://us.example/a.jpg" if shape.frame else None
        body = request_for(order(name, kind=shape.kind, seconds=seconds), frame)
        assert body["model"] == name and body.get("input", body)["prompt"]


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (KLING, {"seconds": 7}),
        (KLING, {"kind": "image"}),
        (KLING, {"aspect": "tall"}),
        (KLING, {"aspect": "0:1"}),
        (KLING, {"aspect": "-1:1"}),
        ("kling-2.6/image-to-video", {}),
        ("veo4", {}),
    ],
)
def test_what_a_model_cannot_do_is_said_before_it_is_paid(model: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        request_for(order(model, **changes), None)
    assert caught.value.fix


def test_a_frame_for_a_model_that_takes_none_is_refused() -> None:
    with pytest.raises(InputError, match="takes no picture"):
        request_for(order(KLING), "https://us.example/a.jpg")
