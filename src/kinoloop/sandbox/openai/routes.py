"""POST /v1/chat/completions, /v1/responses and /v1/audio/speech."""

import json
from collections.abc import Mapping
from functools import partial, wraps
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.answers.replying import Asked, reply_to
from kinoloop.sandbox.openai.shapes import completion, error, response
from kinoloop.sandbox.openai.speech import speech
from kinoloop.sandbox.wire import Answer, Call, Handler, route
from kinoloop.sandbox.world import World


def routes(world: World) -> list[Route]:
    return [
        route("POST", "/openai/v1/chat/completions", _guarded(world, partial(_chat, world))),
        route("POST", "/openai/v1/responses", _guarded(world, partial(_responses, world))),
        route("POST", "/openai/v1/audio/speech", _guarded(world, partial(speech, world))),
    ]


def _guarded(world: World, handler: Handler) -> Handler:
    @wraps(handler)
    def checked(call: Call) -> Answer:
        if call.bearer != world.keys.openai:
            return error(401)
        given = call.json()
        if not isinstance(given, dict) or not isinstance(given.get("model"), str):
            return error(400, "you must provide a model parameter")
        left = world.ledger.left("openai")
        if left is not None and left <= 0:
            told = error(402)
            return Answer(429, told.body)
        return handler(call)

    return checked


def _chat(world: World, call: Call) -> Answer:
    given = call.json()
    if not isinstance(given.get("messages"), list) or not given["messages"]:
        return error(400, "Missing required parameter: 'messages'.", "messages")
    if given.get("stream"):
        return error(400, "The sandbox does not stream chat completions.", "stream")
    reply = reply_to(world, chat_asked(given))
    return Answer(200, completion(world.new_token(12), given["model"], world.now(), reply))


def _responses(world: World, call: Call) -> Answer:
    given = call.json()
    if not given.get("input"):
        return error(400, "Missing required parameter: 'input'.", "input")
    if given.get("stream"):
        return error(400, "The sandbox does not stream responses.", "stream")
    reply = reply_to(world, responses_asked(given))
    return Answer(200, response(world.new_token(12), given["model"], world.now(), reply, given))


def chat_asked(given: Mapping[str, Any]) -> Asked:
    tools = [tool["function"] for tool in given.get("tools") or [] if tool.get("type") == "function"]
    tool = _forced(tools, given.get("tool_choice"))
    form = (given.get("response_format") or {}).get("json_schema") or {}
    return Asked(
        "openai",
        given["model"],
        "/v1/chat/completions",
        "\n".join(_text(one.get("content")) for one in given["messages"] if one.get("role") == "user"),
        json.dumps(given),
        tool["name"] if tool else None,
        tool.get("parameters", {}) if tool else form.get("schema"),
    )


def responses_asked(given: Mapping[str, Any]) -> Asked:
    tools = [tool for tool in given.get("tools") or [] if tool.get("type") == "function"]
    tool = _forced(tools, given.get("tool_choice"))
    form = (given.get("text") or {}).get("format") or {}
    said = given["input"]
    if not isinstance(said, str):
        said = "\n".join(_text(one.get("content")) for one in said if one.get("role") == "user")
    return Asked(
        "openai",
        given["model"],
        "/v1/responses",
        said,
        json.dumps(given),
        tool["name"] if tool else None,
        tool.get("parameters", {}) if tool else form.get("schema"),
    )


def _forced(tools: list[dict[str, Any]], choice: Any) -> dict[str, Any] | None:
    """The tool that must be called: any when one is required, or the one named."""
    if choice == "required":
        return tools[0] if tools else None
    if isinstance(choice, dict):
        name = choice.get("name") or (choice.get("function") or {}).get("name")
        return next((tool for tool in tools if tool["name"] == name), None)
    return None


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content)
    return str(content or "")
