"""A request and an answer as plain values, and how a plain function becomes a route.

Handlers are synchronous and run in threads; one that cannot go on raises `Refusal` with the answer to give.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


@dataclass(frozen=True)
class Call:
    """One request. `base` is the URL of the sandbox's root; header names are lower case."""

    method: str
    path: str
    base: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    parts: Mapping[str, str] = field(default_factory=dict)
    upload: tuple[str, str, bytes] | None = None
    """Name, type and bytes of the first file of a form."""

    def json(self) -> Any:
        """The body as JSON; None when it is not."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def bearer(self) -> str:
        """The key of an authorization header, `Bearer` or the old `Token`."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() in ("bearer", "token") else ""


@dataclass(frozen=True)
class Answer:
    """`body` is bytes, or a value to be written as JSON."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = "application/json"

    def response(self) -> Response:
        data = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return Response(data, self.status, dict(self.headers), self.media_type)


class Refusal(Exception):  # noqa: N818  # not a fault of the program: it carries the answer a vendor would give
    """The handler stops here and answers so."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


Handler = Callable[[Call], Answer]
ErrorShape = Callable[[int, str], Answer]
"""A vendor's own words for a status, given a short message."""


async def read_call(request: Request) -> Call:
    """The whole request. A form's first file is unpacked."""
    upload = None
    body = await request.body()
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            for value in form.values():
                if not isinstance(value, str):
                    upload = (value.filename or "file", value.content_type or "", await value.read())
                    break
    return Call(
        request.method,
        request.url.path,
        f"{request.url.scheme}://{request.url.netloc}",
        dict(request.query_params),
        {name.lower(): value for name, value in request.headers.items()},
        body,
        dict(request.path_params),
        upload,
    )


def route(method: str, path: str, handler: Handler) -> Route:
    """A route whose handler runs in a thread."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(request)
        try:
            answer = await run_in_threadpool(handler, call)
        except Refusal as refusal:
            answer = refusal.answer
        return answer.response()

    return Route(path, endpoint, methods=[method])
