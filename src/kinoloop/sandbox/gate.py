"""The door every request comes through: written into the journal, and struck by the faults in force."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinoloop.sandbox.connections import cut
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.journal import Entry
from kinoloop.sandbox.wire import Answer, ErrorShape
from kinoloop.sandbox.world import World

CONTROL = "__sandbox"


@dataclass
class _Heard:
    """An answer of the inner application, held back."""

    start: Message | None = None
    body: bytes = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    @property
    def status(self) -> int:
        return int(self.start["status"]) if self.start else 500


@dataclass
class _Visit:
    scope: Scope
    receive: Receive
    send: Send
    body: bytes
    entry: Entry
    heard: _Heard = field(default_factory=_Heard)


class Gate:
    """Wraps the application. `shapes` words a bare status as each vendor would."""

    def __init__(self, inner: ASGIApp, world: World, shapes: Mapping[str, ErrorShape]) -> None:
        self._inner, self._world, self._shapes = inner, world, shapes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        vendor, _, rest = scope["path"].lstrip("/").partition("/")
        if vendor == CONTROL:
            await self._inner(scope, receive, send)
            return
        visit = await self._note(scope, receive, send, vendor)
        fault = self._struck(vendor, scope["method"], "/" + rest)
        if fault is None:
            await self._handle(visit)
            await _give(visit)
        else:
            visit.entry.fault = str(fault)
            await self._strike(visit, fault)

    async def _note(self, scope: Scope, receive: Receive, send: Send, vendor: str) -> _Visit:
        body = await _read(receive)
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        with self._world.lock:
            entry = self._world.journal.open(
                self._world.now(), scope["method"], scope["path"], vendor, query, headers, body
            )
        return _Visit(scope, receive, send, body, entry)

    def _struck(self, vendor: str, method: str, path: str) -> Fault | None:
        with self._world.lock:
            return next(iter(self._world.faults.strike("request", vendor, method, path)), None)

    async def _handle(self, visit: _Visit) -> None:
        await self._inner(visit.scope, _once(visit.body, visit.receive), visit.heard.send)
        visit.entry.handled, visit.entry.status = True, visit.heard.status

    async def _strike(self, visit: _Visit, fault: Fault) -> None:
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.cut is not None:
            await self._cut(visit, fault)
        elif fault.status is not None or fault.code is not None:
            answer = self._worded(visit.entry.vendor, fault)
            visit.entry.status = answer.status
            await answer.response()(visit.scope, visit.receive, visit.send)
        else:
            await self._handle(visit)
            await _give(visit)

    async def _cut(self, visit: _Visit, fault: Fault) -> None:
        if fault.cut != "before":
            await self._handle(visit)
        if fault.cut == "midway" and visit.heard.start is not None:
            await visit.send(visit.heard.start)
            half = visit.heard.body[: len(visit.heard.body) // 2]
            await visit.send({"type": "http.response.body", "body": half, "more_body": True})
            await asyncio.sleep(0.01)  # let the half arrive
        visit.entry.status = None
        await cut(visit.scope, visit.receive)

    def _worded(self, vendor: str, fault: Fault) -> Answer:
        """The fault's own body, or the vendor's words for the status."""
        if fault.body is not None:
            body = fault.body.encode() if isinstance(fault.body, str) else fault.body
            return Answer(fault.status or 200, body, fault.headers)
        if fault.code is not None:
            told = {"code": fault.code, "msg": fault.error or f"Code {fault.code}", "data": None}
            return Answer(fault.status or 200, told, fault.headers)
        status = fault.status or 500
        shape = self._shapes.get(vendor)
        answer = shape(status, fault.error or "") if shape else Answer(status, {"error": fault.error})
        return Answer(answer.status, answer.body, {**answer.headers, **fault.headers}, answer.media_type)


async def _give(visit: _Visit) -> None:
    if visit.heard.start is not None:
        await visit.send(visit.heard.start)
        await visit.send({"type": "http.response.body", "body": visit.heard.body})


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.request":
            parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _once(body: bytes, receive: Receive) -> Receive:
    """A receive that gives the body read before, then what the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again
