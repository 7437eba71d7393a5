"""What search sees: each record as it was some seconds ago. One that has just changed is not there yet."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random

from kinoloop.sandbox.hubspot.properties import Kind
from kinoloop.sandbox.hubspot.records import Record

LAG = (1.0, 5.0)
"""Seconds, at the real vendor, until a change is found: between these, for each change its own."""


@dataclass(frozen=True)
class Seen:
    """A record as the index knows it."""

    id: str
    created_at: datetime
    updated_at: datetime
    values: Mapping[str, str]


@dataclass(order=True)
class _News:
    at: datetime
    number: int
    kind: Kind = field(compare=False)
    id: str = field(compare=False)
    seen: Seen | None = field(compare=False)


class Index:
    """Changes of one record are seen in their order; those of different records may overtake each other."""

    def __init__(self, seed: int, speed: float) -> None:
        self._seed, self._speed = seed, speed
        self.clear()

    def clear(self) -> None:
        self._random = Random(f"{self._seed}:index")
        self._numbers = count()
        self._news: list[_News] = []
        self._last: dict[str, datetime] = {}
        self._held: dict[Kind, dict[str, Seen]] = {"contacts": {}, "deals": {}}

    def note(self, record: Record, at: datetime) -> None:
        """The record has changed at `at`."""
        delay = self._random.uniform(*LAG) / self._speed
        due = max(at + timedelta(seconds=delay), self._last.get(record.id, at))
        self._last[record.id] = due
        seen = Seen(record.id, record.created_at, record.updated_at, dict(record.values))
        told = None if record.archived else seen
        heapq.heappush(self._news, _News(due, next(self._numbers), record.kind, record.id, told))

    def all(self, kind: Kind, now: datetime) -> Iterable[Seen]:
        """Everything that can be found now."""
        while self._news and self._news[0].at <= now:
            news = heapq.heappop(self._news)
            if news.seen is None:
                self._held[news.kind].pop(news.id, None)
            else:
                self._held[news.kind][news.id] = news.seen
        return self._held[kind].values()
