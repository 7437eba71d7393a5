"""Every request that arrived, in order, with what became of it. Keys are never written down."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

_SECRET_HEADERS = frozenset(
    {"authorization", "x-api-key", "x-goog-api-key", "xi-api-key", "api-key", "cookie", "proxy-authorization"}
)
_SECRET_FIELDS = frozenset(
    {"key", "api_key", "token", "access_token", "appsecret_proof", "input_token", "client_secret"}
)
_SECRET_TEXT = re.compile(rf"\b({'|'.join(sorted(_SECRET_FIELDS))})=[^&\s\"]*")
LONGEST_BODY = 64 * 1024


@dataclass
class Entry:
    """`status` stays None when the connection was dropped before an answer; `fault` says what was planned."""

    number: int
    at: datetime
    method: str
    path: str
    query: dict[str, str]
    vendor: str
    headers: dict[str, str]
    body: Any
    status: int | None = None
    handled: bool = False
    fault: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "at": self.at.isoformat()}


class Journal:
    """The list of requests since the start or the last reset."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def open(
        self,
        at: datetime,
        method: str,
        path: str,
        vendor: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes,
    ) -> Entry:
        entry = Entry(
            len(self._entries) + 1,
            at,
            method,
            path,
            {name: value for name, value in query.items() if name not in _SECRET_FIELDS},
            vendor,
            {name: value for name, value in headers.items() if name not in _SECRET_HEADERS},
            readable(body),
        )
        self._entries.append(entry)
        return entry

    def entries(
        self, *, vendor: str | None = None, method: str | None = None, path: str | None = None, after: int = 0
    ) -> tuple[Entry, ...]:
        """Those that fit; `path` is any part of the path, `after` a number."""
        return tuple(
            entry
            for entry in self._entries
            if entry.number > after
            and vendor in (None, entry.vendor)
            and method in (None, entry.method)
            and (path is None or path in entry.path)
        )

    def clear(self) -> None:
        self._entries.clear()


def readable(body: bytes) -> Any:
    """JSON as a value, other text as text (forms without keys), anything else or too long as its size."""
    if len(body) > LONGEST_BODY:
        return f"<{len(body)} bytes>"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return f"<{len(body)} bytes>"
    try:
        return json.loads(text) if text else None
    except ValueError:
        return _SECRET_TEXT.sub(r"\1=***", text)
