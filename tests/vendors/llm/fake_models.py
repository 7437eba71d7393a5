"""A strict stand-in for three vendors' model: real HTTP, refuses unknown keys, says what it is told."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.vendors.server import LocalServer, Seen, serving

KEY = "sk-test-not-a-real-key"
Kind = Literal["say", "raw", "fail", "refuse", "cut", "hang", "html", "bare", "block"]
Json = dict[str, Any]
_FIELDS = {
    "anthropic": {
        "model", "max_tokens", "messages", "system", "stream", "temperature", "tools", "tool_choice",
    },
    "google": {"contents", "systemInstruction", "generationConfig"},
    "openai": {
        "model", "messages", "stream", "temperature", "max_completion_tokens", "response_format",
    },
}  # fmt: skip
_PATHS = {
    "/anthropic/v1/messages": "anthropic",
    "/gemini/v1beta/models/small-3:generateContent": "google",
    "/openai/v1/chat/completions": "openai",
}


@dataclass(frozen=True)
class Turn:
    """What one request gets: a value in the wanted form, raw text, or trouble."""

    kind: Kind = "say"
    value: Any = None
    text: str = ""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    code: str = ""


def say(value: Any) -> Turn:
    return Turn("say", value=value)


def fail(status: int, code: str = "", **headers: str) -> Turn:
    return Turn("fail", status=status, code=code, headers=tuple(headers.items()))


@dataclass
class FakeModels:
    """Where it listens; `turns` are taken in order, the last one stays; `asked` is (vendor, body)."""

    server: LocalServer
    turns: dict[str, list[Turn]]
    asked: list[tuple[str, Json]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def url(self, vendor: str) -> str:
        return f"{self.server.url}/{ {'google': 'gemini', 'openai': 'openai/v1'}.get(vendor, vendor) }"

    def vendors(self) -> list[str]:
        return [vendor for vendor, _ in self.asked]


@contextmanager
def fake_models(**turns: list[Turn]) -> Iterator[FakeModels]:
    """Serve on loopback until the block ends."""
    holder: list[FakeModels] = []
    with serving(lambda seen: _answer(holder[0], seen)) as server:
        holder.append(FakeModels(server, turns))
        try:
            yield holder[0]
        finally:
            holder[0].closing.set()


def _answer(fake: FakeModels, seen: Seen) -> None:
    vendor = _PATHS.get(seen.path)
    if seen.method != "POST" or vendor is None:
        return _send(seen, 404, {"error": {"message": f"no route {seen.method} {seen.path}"}})
    body = json.loads(seen.body)
    if problem := _strictly(vendor, seen, body):
        return _send(seen, problem[0], {"error": {"message": problem[1]}})
    fake.asked.append((vendor, body))
    left = fake.turns[vendor]
    turn = left.pop(0) if len(left) > 1 else left[0]
    if turn.kind == "hang":
        fake.closing.wait(10)
    elif turn.kind == "html":
        seen.answer(200, b"<html>gateway</html>", content_type="text/html")
    elif turn.kind == "bare":
        _send(seen, 200, {})
    elif turn.kind == "fail":
        error = {"message": f"not now, {KEY}", "code": turn.code or None, "type": turn.code or "error"}
        _send(seen, turn.status, {"type": "error", "error": error}, **dict(turn.headers))
    else:
        _send(seen, 200, _FORMS[vendor](turn))
    return None


def _strictly(vendor: str, seen: Seen, body: Json) -> tuple[int, str] | None:
    """What a real endpoint refuses: wrong key, unknown fields, an empty conversation."""
    sent = seen.headers.get("x-goog-api-key") or seen.headers.get("authorization", "").removeprefix("Bearer ")
    if sent != KEY:
        return 401, f"incorrect key {sent}"
    if unknown := set(body) - _FIELDS[vendor]:
        return 400, f"unknown fields {sorted(unknown)}"
    if vendor == "anthropic" and body["tools"][0]["input_schema"]["additionalProperties"] is not False:
        return 400, "the schema is open"
    return None


def _send(seen: Seen, status: int, body: Json, **headers: str) -> None:
    seen.answer(status, json.dumps(body).encode(), content_type="application/json", **headers)


def _text(turn: Turn) -> str:
    return turn.text if turn.kind != "say" else json.dumps(turn.value)


def _anthropic(turn: Turn) -> Json:
    use = {"type": "tool_use", "id": "toolu_1", "name": "final_result", "input": turn.value}
    content = [use] if turn.kind == "say" else [{"type": "text", "text": turn.text}]
    stop = {"say": "tool_use", "refuse": "refusal", "cut": "max_tokens"}.get(turn.kind, "end_turn")
    return {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "small-1", "content": content,
        "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 100, "output_tokens": 10},
    }  # fmt: skip


def _google(turn: Turn) -> Json:
    reason = {"refuse": "SAFETY", "cut": "MAX_TOKENS"}.get(turn.kind, "STOP")
    if turn.kind == "block":
        return {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 200}}
    content = {"role": "model", "parts": [{"text": _text(turn)}]}
    usage = {"promptTokenCount": 200, "candidatesTokenCount": 20, "totalTokenCount": 220}
    made = {"content": content, "finishReason": reason, "index": 0}
    return {"candidates": [made], "usageMetadata": usage, "modelVersion": "small-3", "responseId": "r1"}


def _openai(turn: Turn) -> Json:
    reason = "length" if turn.kind == "cut" else "stop"
    message = {"role": "assistant", "content": _text(turn), "refusal": None}
    if turn.kind == "refuse":
        message |= {"content": None, "refusal": turn.text}
    usage = {"prompt_tokens": 300, "completion_tokens": 30, "total_tokens": 330}
    return {
        "id": "c1", "object": "chat.completion", "created": 1, "model": "small-2", "usage": usage,
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
    }  # fmt: skip


_FORMS = {"anthropic": _anthropic, "google": _google, "openai": _openai}
