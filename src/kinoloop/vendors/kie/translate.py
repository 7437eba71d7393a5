"""KIE's shapes and ours: an order as a request, a record of either API as a state. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from kinoloop.core.errors import InputError, PassingError
from kinoloop.creative.visuals.records import VisualOrder, VisualState, VisualStatus
from kinoloop.vendors.failure_words import worth_another_try
from kinoloop.vendors.kie.models import SHAPES, is_veo
from kinoloop.vendors.model_shapes import inputs_for, known_shape

Api = Literal["job", "veo"]
STATES: dict[str, VisualStatus] = {
    "waiting": "waiting",
    "queuing": "waiting",
    "generating": "running",
    "success": "succeeded",
    "fail": "failed",
}
FLAGS: dict[int, VisualStatus] = {0: "running", 1: "succeeded", 2: "failed", 3: "failed"}


def api_of(model: str) -> Api:
    return "veo" if is_veo(model) else "job"


def join_id(api: Api, task_id: str) -> str:
    """`job:ID` or `veo:ID`, so that a task is asked of the API that made it."""
    return f"{api}:{task_id}"


def split_id(external_id: str) -> tuple[Api, str]:
    """Raises InputError for an id of neither API."""
    api, _, task_id = external_id.partition(":")
    if api == "job" and task_id:
        return "job", task_id
    if api == "veo" and task_id:
        return "veo", task_id
    raise InputError("That is not the id of a task at KIE.", fix="It begins with job: or veo:.")


def request_for(order: VisualOrder, frame: str | None) -> dict[str, Any]:
    """The body of the create call. Raises InputError for what is unknown or cannot be done."""
    inputs = inputs_for(known_shape(SHAPES, order.model, "KIE"), order, frame)
    body: dict[str, Any] = {"model": order.model}
    if is_veo(order.model):
        mode = "FIRST_AND_LAST_FRAMES_2_VIDEO" if frame else "TEXT_2_VIDEO"
        body |= {**inputs, "generationType": mode}
    else:
        body["input"] = inputs
    return body | ({"callBackUrl": order.callback_url} if order.callback_url else {})


def state_of_job(external_id: str, record: Mapping[str, Any]) -> VisualState:
    """Raises PassingError for a state that nobody has told us of."""
    status = STATES.get(str(record.get("state")))
    if status is None:
        raise _unknown(record.get("state"))
    if status == "succeeded":
        return _succeeded(external_id, _decoded(record.get("resultJson")).get("resultUrls"))
    error = record.get("failMsg") if status == "failed" else None
    return _other(external_id, status, error, record.get("failCode"), record)


def state_of_veo(external_id: str, record: Mapping[str, Any]) -> VisualState:
    """Raises PassingError for a flag that nobody has told us of."""
    flag = record.get("successFlag")
    if not isinstance(flag, int) or flag not in FLAGS:
        raise _unknown(flag)
    if FLAGS[flag] == "succeeded":
        response = record.get("response")
        urls = response.get("resultUrls") if isinstance(response, Mapping) else None
        return _succeeded(external_id, _list(urls))
    return _other(external_id, FLAGS[flag], record.get("errorMessage"), record.get("errorCode"), record)


def prompt_in(record: Mapping[str, Any]) -> str | None:
    """The prompt a task was asked with; KIE writes the request as JSON inside JSON, sometimes once more."""
    asked = _decoded(record.get("param") or record.get("paramJson"))
    inputs = _decoded(asked.get("input")) if "input" in asked else asked
    prompt = inputs.get("prompt")
    return prompt if isinstance(prompt, str) else None


def _succeeded(external_id: str, urls: object) -> VisualState:
    addresses = tuple(dict.fromkeys(url for url in _list(urls) if isinstance(url, str) and url))
    if addresses:
        return VisualState(external_id, "succeeded", addresses, charged=True, progress=1.0)
    error, code = "It has no result.", "no_output"
    return VisualState(external_id, "failed", error=error, error_code=code, passing=True, charged=True)


def _other(
    external_id: str, status: VisualStatus, error: object, code: object, record: Mapping[str, Any]
) -> VisualState:
    if status != "failed":
        return VisualState(external_id, status)
    said = str(error) if error else None
    return VisualState(
        external_id,
        status,
        error=said or "It gave no reason.",
        error_code=None if code in (None, "") else str(code),
        passing=worth_another_try(said),
        charged=_charged(record.get("creditsConsumed")),
    )


def _charged(credits_used: object) -> bool | None:
    """Told only where the record counts credits."""
    if isinstance(credits_used, bool) or not isinstance(credits_used, int | float):
        return None
    return credits_used > 0


def _decoded(told: object) -> Mapping[str, Any]:
    """A JSON object that may be text, or text inside text; empty when it is neither."""
    for _layer in range(3):
        if isinstance(told, Mapping):
            return told
        if not isinstance(told, str):
            break
        try:
            told = json.loads(told)
        except ValueError:
            break
    return {}


def _list(told: object) -> list[Any]:
    """A list that may be JSON text."""
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return [told]
    return told if isinstance(told, list) else []


def _unknown(state: object) -> PassingError:
    return PassingError(
        "KIE tells of a task in a way that is not known.",
        why=f"Its state is {state!r}.",
        fix="Look the task up in the logs of your account.",
    )
