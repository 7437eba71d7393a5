"""Whether an answer is a failure: by its status, by an `error` inside it, or by its being no answer."""

from collections.abc import Mapping
from json import JSONDecodeError
from json import loads as read_json
from typing import Any

from kinoloop.core.errors import InputError, KinoloopError, NotFoundError, PassingError, UnavailableError
from kinoloop.vendors.http import PASSING, Reply
from kinoloop.vendors.meta.faults import fault_of
from kinoloop.vendors.meta.usage import usage_of
from kinoloop.vendors.refusals import NotTakenError

TRACE = "x-fb-trace-id"
BUSY_WAIT = 60.0
"""Seconds when a server before Meta's has too many requests and does not say for how long."""


def fault_in(
    reply: Reply, writing: bool, told_wait: float | None, secrets: tuple[str, ...]
) -> KinoloopError | None:
    """The failure that a reply tells of. A status of 200 may carry one too."""
    body = _read(reply.body)
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return fault_of(error, reply.status, told_wait=told_wait, secrets=secrets)
    if 200 <= reply.status < 300:
        return _unreadable(writing) if body is None else None
    return _of_status(reply)


def fault_in_item(item: object, writing: bool, secrets: tuple[str, ...]) -> KinoloopError | None:
    """As `fault_in` for one item of a batch; null in its place means that it was cut off: unknown."""
    if not isinstance(item, dict) or not isinstance(item.get("code"), int):
        return PassingError(
            "Meta gave no answer to this part of the batch.",
            why="It ran out of time there.",
            fix="It may have been done: read before anything else.",
        )
    headers = headers_of(item)
    reply = Reply(item["code"], headers, str(item.get("body") or "").encode())
    return fault_in(reply, writing, usage_of(headers).told_wait, secrets)


def told_by(item: Mapping[str, Any]) -> dict[str, Any]:
    """The object inside an item that is no failure."""
    told = _read(str(item["body"]).encode())
    return traced(told if isinstance(told, dict) else {"result": told}, headers_of(item))


def headers_of(item: object) -> dict[str, str]:
    """Those of one item, by name in lower case."""
    listed = item.get("headers") if isinstance(item, dict) else None
    named = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
    return {str(each.get("name")).lower(): str(each.get("value")) for each in named}


def traced(told: dict[str, Any], headers: Mapping[str, str]) -> dict[str, Any]:
    """A success with the trace id by which Meta knows it; failures carry theirs in the body."""
    trace = headers.get(TRACE)
    return {**told, "fbtrace_id": trace} if trace else told


def _of_status(reply: Reply) -> KinoloopError:
    why = f"HTTP {reply.status}, without Meta's own reason."
    if reply.status == 429:
        wait = reply.headers.get("retry-after", "")
        seconds = float(wait) if wait.isdigit() else BUSY_WAIT
        return NotTakenError(
            "Meta takes no more requests now.", why=why, fix="Try again later.", wait=seconds
        )
    if reply.status in PASSING or reply.status >= 500:
        return PassingError("Meta is not able to answer now.", why=why, fix="Try again later.")
    if reply.status in {401, 403}:
        return UnavailableError("Meta refused our key.", why=why, fix="Check the token and its rights.")
    if reply.status in {404, 410}:
        return NotFoundError("Meta does not have this.", why=why, fix="Check the address.")
    return InputError("Meta refused the request.", why=why)


def _unreadable(writing: bool) -> PassingError:
    fix = "It may have been done: read before anything else." if writing else "Try again later."
    return PassingError("Meta answered in a way that cannot be read.", why="The body is not JSON.", fix=fix)


def _read(body: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return read_json(body)
    except (JSONDecodeError, UnicodeDecodeError):
        return None
