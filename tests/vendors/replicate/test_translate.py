"""Replicate's shapes: every status, every kind of output, requests of official and fixed models."""

from typing import Any

import pytest

from kinoloop.core.errors import InputError, PassingError
from kinoloop.vendors.replicate.models import SHAPES, full_name
from kinoloop.vendors.replicate.translate import (
    inputs_of,
    is_answer_to,
    made_at,
    path_of,
    request_for,
    state_of,
    urls_in,
)
from tests.vendors.makers import FLUX, VEO, order

FILE = "https://replicate.delivery/x/out.mp4"


def prediction(status: str, **more: Any) -> dict[str, Any]:
    return {"id": "p1", "status": status, "output": None, "error": None, "logs": "", **more}


@pytest.mark.parametrize(
    ("status", "ours", "charged"),
    [
        ("starting", "waiting", None),
        ("processing", "running", None),
        ("failed", "failed", None),
        ("canceled", "canceled", True),
        ("aborted", "canceled", False),
    ],
)
def test_every_status_has_a_meaning(status: str, ours: str, charged: bool | None) -> None:
    state = state_of(prediction(status))
    assert (state.status, state.charged, state.urls) == (ours, charged, ())
    assert state.over == (ours in ("failed", "canceled"))
    assert (state.error is not None) == state.over


def test_success_is_an_address_that_is_there() -> None:
    state = state_of(prediction("succeeded", output=FILE))
    assert (state.status, state.urls, state.charged, state.progress) == ("succeeded", (FILE,), True, 1.0)
    none = state_of(prediction("succeeded", output=None))
    assert (none.status, none.error_code, none.charged) == ("failed", "no_output", True)
    gone = state_of(prediction("succeeded", output=None, data_removed=True))
    assert (gone.status, gone.error_code) == ("failed", "expired") and "after an hour" in str(gone.error)


@pytest.mark.parametrize(
    ("output", "urls"),
    [
        (None, ()),
        (FILE, (FILE,)),
        ([FILE, FILE + "2", FILE], (FILE, FILE + "2")),
        ({"video": FILE, "seed": 3, "more": [FILE + "2"]}, (FILE, FILE + "2")),
        ("data:image/png;base64,AA", ("data:image/png;base64,AA",)),
        ("some text", ()),
        (7, ()),
    ],
)
def test_outputs_of_every_kind_give_their_addresses(output: object, urls: tuple[str, ...]) -> None:
    assert urls_in(output) == urls


@pytest.mark.parametrize("told", [prediction("running"), {"status": "succeeded"}, prediction("", id=None)])
def test_what_nobody_told_us_of_is_not_guessed(told: dict[str, Any]) -> None:
    with pytest.raises(PassingError, match="not known"):
        state_of(told)


@pytest.mark.parametrize(
    ("error", "code", "passing"),
    [
        ("Prediction interrupted; please retry (code: PA)", "PA", True),
        ("E1001: out of memory", "E1001", True),
        ("The input was flagged as sensitive. (E005)", "E005", False),
        ("NSFW content detected", None, False),
        ("Input validation failed: image is invalid", None, False),
        (None, None, True),
    ],
)
def test_failures_keep_their_words_and_their_code(error: str | None, code: str | None, passing: bool) -> None:
    state = state_of(prediction("failed", error=error))
    assert (state.error_code, state.passing) == (code, passing)
    assert state.error == (error or "It gave no reason.")


def test_progress_comes_from_the_bar_in_the_logs() -> None:
    logs = " 10%|#         | 1/10\r 60%|######    | 6/10"
    assert state_of(prediction("processing", logs=logs)).progress == 0.6
    assert state_of(prediction("processing", logs="Using seed: 7")).progress is None
    assert state_of(prediction("processing", logs=None)).progress is None


def test_an_official_model_is_asked_at_its_own_address() -> None:
    assert path_of(VEO) == "/v1/models/google/veo-3.1-fast/predictions"
    assert path_of("veo-3.1-fast") == path_of(VEO) and full_name("flux-schnell:abc") == f"{FLUX}:abc"
    fixed = order(f"{FLUX}:" + "a" * 64, kind="image")
    assert path_of(fixed.model) == "/v1/predictions"
    assert request_for(fixed, None)["version"] == "a" * 64


def test_a_request_in_the_models_own_words() -> None:
    asked = order(VEO, seconds=6, callback_url="https://us.example/callbacks/replicate/t0k3n")
    assert request_for(asked, "https://us.example/frame.jpg") == {
        "input": {
            "prompt": asked.prompt,
            "resolution": "1080p",
            "generate_audio": False,
            "duration": 6,
            "aspect_ratio": "9:16",
            "seed": 1234567,
            "negative_prompt": "text, watermark",
            "image": "https://us.example/frame.jpg",
        },
        "webhook": "https://us.example/callbacks/replicate/t0k3n",
        "webhook_events_filter": ["completed"],
    }
    picture = request_for(order(FLUX, kind="image", aspect="4:5"), None)
    assert picture == {
        "input": {
            "prompt": asked.prompt,
            "output_format": "png",
            "num_outputs": 1,
            "aspect_ratio": "4:5",
            "seed": 1234567,
        }
    }


def test_every_model_of_the_table_can_be_asked() -> None:
    for name, shape in SHAPES.items():
        seconds = shape.lengths[0] if shape.lengths else 0
        frame = "https://us.example/a.jpg" if shape.frame else None
        inputs = inputs_of(order(name, kind=shape.kind, seconds=seconds), frame)
        assert inputs["prompt"] and (shape.seed is None or inputs[shape.seed] == 1234567)


def test_the_same_words_and_numbers_are_the_same_order() -> None:
    inputs = inputs_of(order(VEO, seconds=4), "https://us.example/a.jpg")
    echoed = {**inputs, "image": "https://replicate.delivery/moved.jpg", "last_frame": None}
    assert is_answer_to({"input": echoed}, inputs)
    assert not is_answer_to({"input": {**echoed, "seed": 1}}, inputs)
    assert not is_answer_to({"input": {**echoed, "prompt": "else"}}, inputs)
    assert not is_answer_to({"input": {}}, inputs) and not is_answer_to({}, inputs)


def test_a_time_without_a_zone_is_no_time() -> None:
    assert made_at({"created_at": "2026-01-01T12:00:00.123456Z"}).year == 2026
    with pytest.raises(ValueError, match="zone"):
        made_at({"created_at": "2026-01-01T12:00:00"})


def test_a_model_we_do_not_know_is_not_guessed_at() -> None:
    with pytest.raises(InputError, match="not known"):
        inputs_of(order("somebody/model"), None)
