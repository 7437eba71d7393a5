"""POST /v1/messages."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.answers.replying import Asked, reply_to
from kinoloop.sandbox.anthropic.shapes import error, message, stream
from kinoloop.sandbox.wire import Answer, Call, route
from kinoloop.sandbox.world import World


def routes(world: World) -> list[Route]:
    return [route("POST", "/anthropic/v1/messages", partial(_messages, world))]


def _messages(world: World, call: Call) -> Answer:
    if world.keys.anthropic not in (call.headers.get("x-api-key"), call.bearer):
        return error(401)
    if "anthropic-version" not in call.headers:
        return error(400, "anthropic-version: header is required")
    given = call.json()
    if problem := _problem(given):
        return error(400, problem)
    left = world.ledger.left("anthropic")
    if left is not None and left <= 0:
        return error(400, "Your credit balance is too low to access the Anthropic API.")
    reply = reply_to(world, asked_of(given))
    id_ = world.new_token(12)
    if given.get("stream"):
        return Answer(200, stream(id_, given["model"], reply), {}, "text/event-stream")
    return Answer(200, message(id_, given["model"], reply))


def _problem(given: Any) -> str | None:
    if not isinstance(given, dict):
        return "The body is not a JSON object"
    for name, kind in (("model", str), ("max_tokens", int), ("messages", list)):
        if not isinstance(given.get(name), kind):
            return f"{name}: Field required"
    return None if given["messages"] else "messages: at least one message is required"


def asked_of(given: Mapping[str, Any]) -> Asked:
    """The last words of the user, and the shape wanted: the forced tool's, or the output format's."""
    tools, choice = given.get("tools") or [], given.get("tool_choice") or {}
    tool = None
    if tools and choice.get("type") in ("any", "tool"):
        tool = next((one for one in tools if one["name"] == choice.get("name")), tools[0])
    form = (given.get("output_config") or {}).get("format") or {}
    return Asked(
        "anthropic",
        str(given["model"]),
        "/v1/messages",
        "\n".join(_text(one["content"]) for one in given["messages"] if one.get("role") == "user"),
        json.dumps(given),
        tool["name"] if tool else None,
        tool["input_schema"] if tool else form.get("schema"),
    )


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(str(part["text"]) for part in content if part.get("type") == "text")
