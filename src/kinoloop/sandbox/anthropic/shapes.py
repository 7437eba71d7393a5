"""Messages as Anthropic writes them: one body, or the events of a stream; and its errors."""

import json
from typing import Any

from kinoloop.sandbox.answers.arguments import as_object
from kinoloop.sandbox.answers.replying import Reply
from kinoloop.sandbox.wire import Answer

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_WORDS = {401: "invalid x-api-key", 529: "Overloaded", 429: "This request would exceed your rate limit."}
_STOPS = {"done": "end_turn", "length": "max_tokens", "refused": "refusal"}


def error(status: int, message: str = "") -> Answer:
    kind = _KINDS.get(status, "api_error")
    told = {"type": kind, "message": message or _WORDS.get(status, kind.replace("_", " "))}
    return Answer(status, {"type": "error", "error": told, "request_id": "req_sandbox"})


def message(id_: str, model: str, reply: Reply) -> dict[str, Any]:
    tool = reply.tool if reply.stop != "refused" else None
    return {
        "id": f"msg_{id_}",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [_tool_block(id_, tool, reply) if tool else {"type": "text", "text": reply.text}],
        "stop_reason": "tool_use" if tool and reply.stop == "done" else _STOPS[reply.stop],
        "stop_sequence": None,
        "usage": {"input_tokens": reply.tokens_in, "output_tokens": reply.tokens_out},
    }


def _tool_block(id_: str, tool: str, reply: Reply) -> dict[str, Any]:
    return {"type": "tool_use", "id": f"toolu_{id_}", "name": tool, "input": as_object(reply.text)}


def stream(id_: str, model: str, reply: Reply) -> bytes:
    """The same as server-sent events: start, one block in pieces, stop."""
    whole = message(id_, model, reply)
    block = whole["content"][0]
    if block["type"] == "tool_use":
        empty, kind, key = {**block, "input": {}}, "input_json_delta", "partial_json"
    else:
        empty, kind, key = {**block, "text": ""}, "text_delta", "text"
    start = {**whole, "content": [], "stop_reason": None, "usage": {**whole["usage"], "output_tokens": 1}}
    ending = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": start},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": kind, key: piece}}
            for piece in _pieces(reply.text)
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ending, "usage": {"output_tokens": reply.tokens_out}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()


def _pieces(text: str, size: int = 200) -> list[str]:
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]
