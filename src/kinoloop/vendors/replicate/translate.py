"""Replicate's shapes and ours: an order as a request, a prediction as a state. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from kinoloop.core.errors import PassingError
from kinoloop.creative.visuals.records import VisualOrder, VisualState, VisualStatus
from kinoloop.vendors.failure_words import worth_another_try
from kinoloop.vendors.model_shapes import inputs_for, known_shape
from kinoloop.vendors.replicate.models import SHAPES, full_name

STATUSES: dict[str, VisualStatus] = {
    "starting": "waiting",
    "processing": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "canceled",
    "aborted": "canceled",
}
_CHARGED = {"succeeded": True, "canceled": True, "aborted": False}
"""Canceled ran until then and is billed; aborted never began. Failures are billed by some models only."""
_CODE = re.compile(r"\bE\d{3,5}\b|\bcode: ([A-Z]{2,4})\b")
_PERCENT = re.compile(r"(\d{1,3})%\|")


def path_of(model: str) -> str:
    """Official models have an address of their own; a fixed version goes to the common one."""
    name, _, version = full_name(model).partition(":")
    return "/v1/predictions" if version else f"/v1/models/{name}/predictions"


def inputs_of(order: VisualOrder, frame: str | None) -> dict[str, Any]:
    """Raises InputError for an unknown model, and for what the model cannot do."""
    name = full_name(order.model).partition(":")[0]
    return inputs_for(known_shape(SHAPES, name, "Replicate"), order, frame)


def request_for(order: VisualOrder, frame: str | None) -> dict[str, Any]:
    """The body of the create call. Raises InputError."""
    body: dict[str, Any] = {"input": inputs_of(order, frame)}
    version = full_name(order.model).partition(":")[2]
    if version:
        body["version"] = version
    if order.callback_url:
        body |= {"webhook": order.callback_url, "webhook_events_filter": ["completed"]}
    return body


def state_of(prediction: Mapping[str, Any]) -> VisualState:
    """Raises PassingError for a status that nobody has told us of."""
    status, external_id = prediction.get("status"), prediction.get("id")
    if status not in STATUSES or not isinstance(external_id, str):
        raise PassingError(
            "Replicate tells of a prediction in a way that is not known.",
            why=f"Its status is {status!r}.",
            fix="Look at the prediction there.",
        )
    error = prediction.get("error")
    error = None if error is None else str(error)
    state = VisualState(
        external_id,
        STATUSES[status],
        error=error or _said_of(status),
        error_code=_code_in(error),
        passing=status == "failed" and worth_another_try(error),
        charged=_CHARGED.get(status),
        progress=_progress(prediction.get("logs")),
    )
    return _with_result(state, prediction) if status == "succeeded" else state


def urls_in(output: object) -> tuple[str, ...]:
    """Every address in an output, which is text, a list, an object, or nothing, as the model likes it."""
    return tuple(dict.fromkeys(_addresses(output)))


def is_answer_to(prediction: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """True when a prediction was asked for in the same words and numbers. Files are not compared."""
    asked = prediction.get("input")
    if not isinstance(asked, Mapping):
        return False
    return all(
        asked.get(name) == value
        for name, value in inputs.items()
        if not isinstance(value, list) and not str(value).startswith(("data:", "http:", "https:"))
    )


def made_at(prediction: Mapping[str, Any]) -> datetime:
    """Raises ValueError, TypeError or KeyError when it is not told."""
    at = datetime.fromisoformat(prediction["created_at"])
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def _with_result(state: VisualState, prediction: Mapping[str, Any]) -> VisualState:
    urls = urls_in(prediction.get("output"))
    if urls:
        return VisualState(state.external_id, "succeeded", urls, charged=True, progress=1.0)
    gone = bool(prediction.get("data_removed"))
    error = "Its output was removed, as Replicate does after an hour." if gone else "It has no output."
    code = "expired" if gone else "no_output"
    return VisualState(state.external_id, "failed", error=error, error_code=code, passing=True, charged=True)


def _addresses(output: object) -> Iterator[str]:
    if isinstance(output, str) and output.startswith(("http://", "https://", "data:")):
        yield output
    elif isinstance(output, Mapping):
        for value in output.values():
            yield from _addresses(value)
    elif isinstance(output, list):
        for value in output:
            yield from _addresses(value)


def _said_of(status: str) -> str | None:
    if status == "aborted":
        return "It did not begin before its deadline."
    if status == "canceled":
        return "It was canceled."
    return "It gave no reason." if status == "failed" else None


def _code_in(error: str | None) -> str | None:
    found = _CODE.search(error or "")
    return (found.group(1) or found.group(0)) if found else None


def _progress(logs: object) -> float | None:
    """The last percentage of a progress bar in the logs, 0 to 1."""
    found = _PERCENT.findall(logs) if isinstance(logs, str) else []
    return min(1.0, int(found[-1]) / 100) if found else None
