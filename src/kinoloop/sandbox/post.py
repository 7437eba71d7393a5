"""Webhooks: signed and sent from a background thread, retried, and under faults doubled, late, lost or lying.

Only loopback is ever called. The signature is made afresh for each attempt; the delivery's id stays.
"""

import heapq
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import httpx2

ATTEMPTS = 4
FIRST_WAIT = 5.0
"""Seconds before the first retry of a real vendor; doubled each time."""
PATIENCE = 5.0
ELSEWHERE = "refused: not on loopback"
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
Sign = Callable[[str, bytes], Mapping[str, str]]
"""The signing headers for a delivery id and a body, made at the time of sending."""


@dataclass
class Delivery:
    """One webhook. `answers` holds a status or an error per attempt; `group` is the job it tells of."""

    id: str
    vendor: str
    group: str
    event: str
    url: str
    body: bytes
    sign: Sign
    answers: list[int | str] = field(default_factory=list)

    @property
    def delivered(self) -> bool:
        return any(isinstance(answer, int) and 200 <= answer < 300 for answer in self.answers)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "vendor": self.vendor,
            "job": self.group,
            "event": self.event,
            "url": self.url,
            "answers": self.answers,
            "delivered": self.delivered,
        }


class PostRoom:
    """Sends deliveries in their order, each group's late ones after the next. `speed` divides retry waits."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._queue: list[tuple[float, int, int, Delivery]] = []
        self._numbers = count()
        self._wake = threading.Condition()
        self._held: dict[str, list[Delivery]] = {}
        self._busy = False
        self._closed = False
        self.deliveries: list[Delivery] = []
        self._thread = threading.Thread(target=self._work, name="sandbox-post", daemon=True)
        self._thread.start()

    def send(self, delivery: Delivery, *, copies: int = 1, hold: bool = False, last: bool = False) -> None:
        """Send it so many times. `hold` keeps it back until the group's next; `last` lets nothing wait on."""
        with self._wake:
            self.deliveries.append(delivery)
            late = self._held.pop(delivery.group, [])
            if hold and not last:
                self._held[delivery.group] = [*late, delivery]
                return
            for item in [*[delivery] * copies, *late]:
                self._put(item, 1, 0)

    def again(self, delivery: Delivery) -> None:
        """The same delivery once more, with its id, as a fresh first attempt."""
        with self._wake:
            self._put(delivery, 1, 0)

    def idle(self, timeout: float = 5.0) -> bool:
        """Wait until nothing is queued or on its way; False when that took too long."""
        until = time.monotonic() + timeout
        with self._wake:
            while self._queue or self._busy:
                if not self._wake.wait(max(0.0, until - time.monotonic())) and time.monotonic() >= until:
                    return False
        return True

    def clear(self) -> None:
        with self._wake:
            self._queue.clear()
            self._held.clear()
            self.deliveries.clear()

    def close(self) -> None:
        """Stop; what was not sent stays unsent."""
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        self._thread.join(PATIENCE + 1)

    def _put(self, delivery: Delivery, attempt: int, wait: float) -> None:
        heapq.heappush(self._queue, (time.monotonic() + wait, next(self._numbers), attempt, delivery))
        self._wake.notify_all()

    def _work(self) -> None:
        with httpx2.Client(timeout=PATIENCE, trust_env=False) as client:
            while (item := self._next()) is not None:
                delivery, attempt = item
                answer = _post(client, delivery)
                with self._wake:
                    delivery.answers.append(answer)
                    good = isinstance(answer, int) and 200 <= answer < 300
                    final = answer in (410, ELSEWHERE)
                    if not good and not final and attempt < ATTEMPTS:
                        self._put(delivery, attempt + 1, FIRST_WAIT * 2 ** (attempt - 1) / self._speed)
                    self._busy = False
                    self._wake.notify_all()

    def _next(self) -> tuple[Delivery, int] | None:
        with self._wake:
            while not self._closed:
                now = time.monotonic()
                if self._queue and self._queue[0][0] <= now:
                    _, _, attempt, delivery = heapq.heappop(self._queue)
                    self._busy = True
                    return delivery, attempt
                self._wake.wait(self._queue[0][0] - now if self._queue else None)
        return None


def on_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def _post(client: httpx2.Client, delivery: Delivery) -> int | str:
    if not on_loopback(delivery.url):
        return ELSEWHERE
    headers = {"content-type": "application/json", **delivery.sign(delivery.id, delivery.body)}
    try:
        return client.post(delivery.url, content=delivery.body, headers=headers).status_code
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return f"error: {type(error).__name__}"
