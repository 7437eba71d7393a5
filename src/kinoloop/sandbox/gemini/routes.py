"""POST /{version}/models/{model}:generateContent."""

import json
from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.answers.arguments import as_object
from kinoloop.sandbox.answers.replying import Asked, Reply, reply_to
from kinoloop.sandbox.wire import Answer, Call, route
from kinoloop.sandbox.world import World

_STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_WORDS = {
    429: "You exceeded your current quota, please check your plan and billing details.",
    503: "The model is overloaded. Please try again later.",
}
_FINISHES = {"done": "STOP", "length": "MAX_TOKENS", "refused": "SAFETY"}


def error(status: int, message: str = "") -> Answer:
    words = message or _WORDS.get(status, "The request failed.")
    return Answer(
        status, {"error": {"code": status, "message": words, "status": _STATUSES.get(status, "UNKNOWN")}}
    )


def routes(world: World) -> list[Route]:
    return [
        route("POST", f"/gemini/{version}/models/{{call}}", partial(_generate, world))
        for version in ("v1beta", "v1")
    ]


def _generate(world: World, call: Call) -> Answer:
    model, _, verb = call.parts["call"].partition(":")
    if world.keys.gemini not in (call.headers.get("x-goog-api-key"), call.query.get("key")):
        return error(400, "API key not valid. Please pass a valid API key.")
    if verb != "generateContent":
        return error(404, f"models/{model} is not found for API version, or does not support {verb}.")
    given = call.json()
    if not isinstance(given, dict) or not given.get("contents"):
        return error(400, "* GenerateContentRequest.contents: contents is not specified")
    left = world.ledger.left("gemini")
    if left is not None and left <= 0:
        return error(429)
    return Answer(200, _told(world, model, reply_to(world, asked_of(model, given))))


def asked_of(model: str, given: Mapping[str, Any]) -> Asked:
    """The user's words, and the shape wanted: a function that must be called, or a response schema."""
    tools = [one for group in given.get("tools") or [] for one in group.get("functionDeclarations") or []]
    calling = (given.get("toolConfig") or {}).get("functionCallingConfig") or {}
    tool = tools[0] if tools and calling.get("mode") == "ANY" else None
    config = given.get("generationConfig") or {}
    schema = config.get("responseJsonSchema") or config.get("responseSchema")
    return Asked(
        "gemini",
        model,
        "/generateContent",
        "\n".join(_text(one) for one in given["contents"] if one.get("role", "user") == "user"),
        json.dumps(given),
        tool["name"] if tool else None,
        _parameters(tool) if tool else schema,
    )


def _parameters(tool: Mapping[str, Any]) -> Mapping[str, Any]:
    """Under whichever of its names the client put them."""
    names = ("parametersJsonSchema", "parameters_json_schema", "parameters")
    found: Mapping[str, Any] = next((tool[name] for name in names if tool.get(name)), {})
    return found


def _text(content: Mapping[str, Any]) -> str:
    return "\n".join(str(part["text"]) for part in content.get("parts", []) if "text" in part)


def _told(world: World, model: str, reply: Reply) -> dict[str, Any]:
    part: dict[str, Any] = {"text": reply.text}
    if reply.tool:
        part = {"functionCall": {"name": reply.tool, "args": as_object(reply.text)}}
    candidate = {
        "content": {"parts": [] if reply.stop == "refused" else [part], "role": "model"},
        "finishReason": _FINISHES[reply.stop],
        "index": 0,
    }
    return {
        "candidates": [candidate],
        "usageMetadata": {
            "promptTokenCount": reply.tokens_in,
            "candidatesTokenCount": reply.tokens_out,
            "totalTokenCount": reply.tokens_in + reply.tokens_out,
        },
        "modelVersion": model,
        "responseId": world.new_token(12),
    }
