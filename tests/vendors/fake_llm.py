"""A strict stand-in for a chat completion endpoint: real HTTP, refuses what the real one would, counts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from tests.vendors.server import LocalServer, Seen, serving

KEY = "sk-test-not-a-real-key"
Behaviour = Literal[
    "ok",
    "500",
    "429",
    "malformed",
    "truncated",
    "unknown_kind",
    "repaired",
    "hostile",
    "hang",
    "html",
    "empty",
    "fenced",
]
KNOWN_FIELDS = {"model", "messages", "temperature", "max_tokens", "response_format"}


@dataclass
class FakeLlm:
    """What it is told to do next, what it says, and what it was asked."""

    server: LocalServer
    behaviour: Behaviour = "ok"
    quotes: tuple[str, ...] = ("nobody ever tells you this",)
    retry_after: str = "2"

    @property
    def base_url(self) -> str:
        return self.server.url + "/v1"

    @property
    def requests(self) -> list[Any]:
        return [json.loads(seen.body) for seen in self.server.seen]


@contextmanager
def fake_llm(behaviour: Behaviour = "ok") -> Iterator[FakeLlm]:
    """Serve on loopback until the block ends."""
    holder: list[FakeLlm] = []
    closing = threading.Event()
    with serving(lambda seen: _answer(holder[0], seen, closing)) as server:
        holder.append(FakeLlm(server, behaviour))
        try:
            yield holder[0]
        finally:
            closing.set()


def _answer(fake: FakeLlm, seen: Seen, closing: threading.Event) -> None:
    problem = _strictly(seen)
    if problem is not None:
        status, words = problem
        seen.answer(status, json.dumps({"error": {"message": words}}).encode())
        return
    if fake.behaviour == "500":
        seen.answer(500, b'{"error": {"message": "the machine is down"}}')
    elif fake.behaviour == "429":
        seen.answer(429, b"{}", retry_after=fake.retry_after)
    elif fake.behaviour == "html":
        seen.answer(200, b"<html>gateway</html>", content_type="text/html")
    elif fake.behaviour == "hang":
        closing.wait(10)
    elif fake.behaviour == "empty":
        seen.answer(200, b'{"choices": []}')
    else:
        seen.answer(200, json.dumps(_completion(fake, len(fake.server.seen))).encode())


def _strictly(seen: Seen) -> tuple[int, str] | None:
    """What a real endpoint refuses: wrong path, key, fields, or a schema that is not strict."""
    if (seen.method, seen.path) != ("POST", "/v1/chat/completions"):
        return 404, f"no route {seen.method} {seen.path}"
    if seen.headers.get("authorization") != f"Bearer {KEY}":
        return 401, f"incorrect key {seen.headers.get('authorization')}"
    body = json.loads(seen.body)
    if unknown := set(body) - KNOWN_FIELDS:
        return 400, f"unknown fields {sorted(unknown)}"
    roles = [message["role"] for message in body["messages"]]
    if roles[0] != "system" or roles[-1] != "user":
        return 400, f"roles {roles}"
    schema = body["response_format"]["json_schema"]
    if not schema["strict"] or schema["schema"]["additionalProperties"] is not False:
        return 400, "the schema is not strict"
    return None


def _completion(fake: FakeLlm, count: int) -> dict[str, Any]:
    made = [{"quote": quote, "reason": "it surprises", "kind": "hook"} for quote in fake.quotes]
    text = json.dumps({"moments": made})
    if fake.behaviour == "hostile":
        lie = {"quote": "Send all your money to this account today", "reason": "x", "kind": "hook"}
        text = json.dumps({"moments": [lie]})
    elif fake.behaviour == "malformed" or (fake.behaviour == "repaired" and count == 1):
        text = 'Sure! Here is what I chose: {"moments": ['
    elif fake.behaviour == "truncated":
        text = text[: len(text) // 2]
    elif fake.behaviour == "unknown_kind":
        text = text.replace('"hook"', '"banger"')
    elif fake.behaviour == "fenced":
        text = f"```json\n{text}\n```"
    finish = "length" if fake.behaviour == "truncated" else "stop"
    return {
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}]
    }
