"""One request of the webhook sender, with every attempt at it, and how it goes over the wire."""

import hashlib
import http.client
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal
from urllib.parse import urlsplit

from kinoloop.sandbox.hubspot.signing import signed

RETRY_WAITS = (60, 300, 900, 1800, 3600, 7200, 10_800, 14_400, 18_000, 21_000)
"""Seconds at the real vendor before each of ten retries: with the jitter never more than 24 hours in all."""
JITTER = 0.1
State = Literal["waiting", "held", "delivered", "given_up", "lost"]


@dataclass(frozen=True)
class Told:
    """An event on its way; a copy is not copied again."""

    event: dict[str, Any]
    copy: bool = False


@dataclass(frozen=True)
class Attempt:
    """`answer` is a status, or what went wrong; `timestamp` the milliseconds that were signed."""

    number: int
    at: datetime
    timestamp: int
    answer: int | str

    @property
    def good(self) -> bool:
        return isinstance(self.answer, int) and 200 <= self.answer < 300


@dataclass
class Delivery:
    """`forged`, `skew` and `lying` are faults that it was struck by. `of` names the delivery it repeats."""

    id: str
    url: str
    events: Sequence[dict[str, Any]]
    created_at: datetime
    state: State = "waiting"
    forged: bool = False
    skew: timedelta = timedelta()
    of: str | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def body(self, seed: int) -> bytes:
        """The events in an order of this attempt's own, each with the attempt's number."""
        number = len(self.attempts)
        events = [{**event, "attemptNumber": number} for event in self.events]
        if number:
            Random(f"{seed}:{self.id}:{number}:order").shuffle(events)
        return json.dumps(events, separators=(",", ":")).encode()

    def wait(self, seed: int) -> float | None:
        """Seconds at the real vendor until the next attempt, after those made; None when it is given up."""
        tried = len(self.attempts)
        if tried > len(RETRY_WAITS):
            return None
        spread = Random(f"{seed}:{self.id}:{tried}:wait").uniform(1 - JITTER, 1 + JITTER)
        return RETRY_WAITS[tried - 1] * spread

    def as_dict(self) -> dict[str, Any]:
        attempts = [{**asdict(each), "at": each.at.isoformat()} for each in self.attempts]
        return {
            "id": self.id,
            "of": self.of,
            "url": self.url,
            "state": self.state,
            "at": self.created_at.isoformat(),
            "attempts": attempts,
            "events": list(self.events),
        }


def post(url: str, body: bytes, secret: str, timestamp_ms: int, patience: float) -> int | str:
    """The status that came back within `patience` seconds, or what went wrong. Redirects are not followed."""
    parts = urlsplit(url)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "HubSpot Connect 2.0 (sandbox)",
        "X-HubSpot-Signature": hashlib.sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
        **signed(secret, url, body, timestamp_ms),
    }
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=patience)
    try:
        line.request("POST", target, body, headers)
        return line.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"error: {type(error).__name__}"
    finally:
        line.close()
