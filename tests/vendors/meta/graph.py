"""A strict Graph server on loopback: it refuses a token in an address, a missing proof, unscripted calls."""

import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import PassingError
from kinoloop.vendors.http import Patience, Reply, Retries
from kinoloop.vendors.meta.adapter import MetaPlatform
from kinoloop.vendors.meta.client import GraphClient
from kinoloop.vendors.meta.wire import GraphHttp
from tests.vendors.server import Seen, serving

TOKEN, SECRET = "EAAB-very-secret-token", "app-secret-0123456789"
PROOF = hmac.new(SECRET.encode(), TOKEN.encode(), sha256).hexdigest()
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
VERSION = "v26.0"


@dataclass
class Call:
    """One request as the server understood it."""

    method: str
    path: str
    params: dict[str, str]
    body: bytes = b""

    def json(self, name: str) -> Any:
        return json.loads(self.params[name])


Answer = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]
Rule = Callable[[Call], Answer | None]


@dataclass
class Graph:
    """Answers by `rules`, the first that knows; `calls` is what arrived."""

    rules: list[Rule] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    url: str = ""

    def on(self, method: str, path: str, *answers: Any, **headers: str) -> "Graph":
        """Give these answers one after the other (the last one for ever) for `path`, which leaves out the
        version. An answer is a body (200), or a status and a body; a callable gets the call.
        """
        left = list(answers)

        def rule(call: Call) -> Answer | None:
            if (call.method, call.path) != (method, path):
                return None
            answer = left.pop(0) if len(left) > 1 else left[0]
            answer = answer(call) if callable(answer) else answer
            status, body = answer if isinstance(answer, tuple) else (200, answer)
            return status, body, headers

        self.rules.append(rule)
        return self

    def behave(self, seen: Seen) -> None:
        address = urlsplit(seen.path)
        query = {name: values[0] for name, values in parse_qs(address.query, keep_blank_values=True).items()}
        assert TOKEN not in seen.path and "access_token" not in query
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        is_form = "urlencoded" in seen.headers.get("content-type", "")
        form = (
            {name: values[0] for name, values in parse_qs(seen.body.decode(), keep_blank_values=True).items()}
            if is_form
            else {}
        )
        _, version, path = address.path.split("/", 2)
        assert version == VERSION
        params = {**query, **form}
        call = Call(seen.method, path, params, b"" if is_form else seen.body)
        proof = params.pop("appsecret_proof", None)
        assert proof == PROOF or PROOF.encode() in seen.body, "no proof"
        self.calls.append(call)
        status, body, headers = self._answer(call)
        if status == 0:
            seen.handler.close_connection = True
            seen.handler.connection.close()
            return
        seen.answer(status, body if isinstance(body, bytes) else json.dumps(body).encode(), **headers)

    def _answer(self, call: Call) -> tuple[int, Any, Mapping[str, str]]:
        for rule in self.rules:
            answer = rule(call)
            if answer is not None:
                return answer[0], answer[1], answer[2] if len(answer) == 3 else {}
        return 400, error(2500, message=f"Unknown path {call.method} {call.path}"), {}

    def made(self, method: str = "POST") -> list[Call]:
        return [call for call in self.calls if call.method == method]


CUT = (0, b"")
"""The server hangs up without an answer."""


def error(code: int, subcode: int | None = None, *, message: str = "No.", **more: Any) -> dict[str, Any]:
    """An error body as Graph writes it."""
    told = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "AbCdEf123", **more}
    return {"error": told | ({} if subcode is None else {"error_subcode": subcode})}


class Turns:
    """A pace that counts turns and keeps closures."""

    def __init__(self) -> None:
        self.taken, self.closed = 0, list[float]()
        self.full: PassingError | None = None

    def take(self) -> None:
        if self.full is not None:
            raise self.full
        self.taken += 1

    def close_for(self, seconds: float) -> None:
        self.closed.append(seconds)


class Calls:
    """A breaker that lets everything through and counts what it would count."""

    def __init__(self) -> None:
        self.faults = 0

    def call(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except PassingError:
            self.faults += 1
            raise


@dataclass
class House:
    """A platform in front of a graph, with everything that may be looked at."""

    graph: Graph
    platform: MetaPlatform
    client: GraphClient
    turns: Turns
    breaker: Calls
    clock: ManualClock
    sleeps: list[float]
    rests: list[float]
    warnings: list[str]


def graph_http(rests: list[float]) -> GraphHttp:
    return GraphHttp(
        "Meta",
        random=Random(1),
        patience=Patience(10.0, 30.0, 60.0),
        retries=Retries(3, 0.01, 2.0),
        trust_env=False,
        sleep=rests.append,
    )


@contextmanager
def standing(graph: Graph, **options: Any) -> Iterator[House]:
    turns, breaker, clock = Turns(), Calls(), ManualClock(NOW)
    sleeps, rests, warnings = list[float](), list[float](), list[str]()
    with serving(graph.behave) as server, graph_http(rests) as http:
        graph.url = server.url
        platform = MetaPlatform(
            server.url,
            TOKEN,
            SECRET,
            http,
            breaker,
            turns,
            clock=clock,
            on_warning=warnings.append,
            sleep=sleeps.append,
            **options,
        )
        client = GraphClient(server.url, TOKEN, SECRET, http, breaker, turns, on_warning=warnings.append)
        yield House(graph, platform, client, turns, breaker, clock, sleeps, rests, warnings)


def answered(status: int, body: Any, **headers: str) -> Reply:
    return Reply(status, headers, json.dumps(body).encode())
