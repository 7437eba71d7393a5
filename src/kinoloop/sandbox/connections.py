"""Open connections by the caller's address, so that one can be dropped without an answer."""

import asyncio
from typing import Any

from starlette.types import Receive, Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

Ends = tuple[Any, Any]
_OPEN: dict[Ends, asyncio.Transport] = {}
"""By both ends: the caller's address and ours."""


class CuttableProtocol(H11Protocol):
    """HTTP as usual; remembers the transport of each caller."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as the parent
        super().connection_made(transport)
        _OPEN[(self.client, self.server)] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        _OPEN.pop((self.client, self.server), None)
        super().connection_lost(exc)


async def cut(scope: Scope, receive: Receive) -> None:
    """Reset the caller's connection; returns when it is gone."""
    transport = _OPEN.get((scope["client"], scope["server"]))
    if transport is None:
        raise RuntimeError("The connection to cut is not known.")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass
