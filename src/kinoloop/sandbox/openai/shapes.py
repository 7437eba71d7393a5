"""Answers as OpenAI writes them in its two APIs, and its errors."""

from datetime import datetime
from typing import Any

from kinoloop.sandbox.answers.replying import Reply
from kinoloop.sandbox.wire import Answer

_WORDS = {
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    402: ("insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached. Please try again later."),
    500: ("server_error", None, "The server had an error while processing your request."),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}
_FINISHES = {"done": "stop", "length": "length", "refused": "content_filter"}


def error(status: int, message: str = "", param: str | None = None) -> Answer:
    kind, code, words = _WORDS.get(status, ("invalid_request_error", None, "The request failed."))
    return Answer(
        status, {"error": {"message": message or words, "type": kind, "param": param, "code": code}}
    )


def completion(id_: str, model: str, at: datetime, reply: Reply) -> dict[str, Any]:
    """A chat completion with one choice."""
    said: dict[str, Any] = {"role": "assistant", "content": reply.text, "refusal": None}
    finish = _FINISHES[reply.stop]
    if reply.stop == "refused":
        said |= {"content": None, "refusal": reply.text}
    elif reply.tool:
        call = {"name": reply.tool, "arguments": reply.text}
        said |= {
            "content": None,
            "tool_calls": [{"id": f"call_{id_}", "type": "function", "function": call}],
        }
        finish = "tool_calls" if reply.stop == "done" else finish
    return {
        "id": f"chatcmpl-{id_}",
        "object": "chat.completion",
        "created": int(at.timestamp()),
        "model": model,
        "choices": [{"index": 0, "message": said, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": reply.tokens_in,
            "completion_tokens": reply.tokens_out,
            "total_tokens": reply.tokens_in + reply.tokens_out,
        },
    }


def response(id_: str, model: str, at: datetime, reply: Reply, given: dict[str, Any]) -> dict[str, Any]:
    """An answer of the responses API with one item."""
    cut = reply.stop == "length"
    return {
        "id": f"resp_{id_}",
        "object": "response",
        "created_at": int(at.timestamp()),
        "status": "incomplete" if cut else "completed",
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": given.get("instructions"),
        "model": model,
        "output": [_item(id_, reply)],
        "parallel_tool_calls": True,
        "tool_choice": given.get("tool_choice", "auto"),
        "tools": given.get("tools", []),
        "temperature": given.get("temperature"),
        "top_p": None,
        "metadata": {},
        "usage": {
            "input_tokens": reply.tokens_in,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": reply.tokens_out,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": reply.tokens_in + reply.tokens_out,
        },
    }


def _item(id_: str, reply: Reply) -> dict[str, Any]:
    if reply.tool:
        return {
            "type": "function_call",
            "id": f"fc_{id_}",
            "call_id": f"call_{id_}",
            "name": reply.tool,
            "arguments": reply.text,
            "status": "incomplete" if reply.stop == "length" else "completed",
        }
    said: dict[str, Any] = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
    if reply.stop == "refused":
        said = {"type": "refusal", "refusal": reply.text}
    return {
        "type": "message",
        "id": f"msg_{id_}",
        "role": "assistant",
        "status": "incomplete" if reply.stop == "length" else "completed",
        "content": [said],
    }
