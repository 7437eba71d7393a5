"""The sandbox's own time: a base clock plus what it was told to skip; and work that falls due."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from kinoloop.core.clock import Clock

Work = Callable[[], None]


class SandboxClock:
    """Runs with `base`, ahead by the seconds skipped so far."""

    def __init__(self, base: Clock) -> None:
        self.base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self.base.now() + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass(order=True)
class _Item:
    at: datetime
    number: int
    work: Work = field(compare=False)


class Agenda:
    """Work by the instant it falls due; equal instants in the order they were written down."""

    def __init__(self) -> None:
        self._items: list[_Item] = []
        self._numbers = count()

    def add(self, at: datetime, work: Work) -> None:
        heapq.heappush(self._items, _Item(at, next(self._numbers), work))

    def take_due(self, now: datetime) -> tuple[datetime, Work] | None:
        """The earliest work that is due, taken off the list."""
        if self._items and self._items[0].at <= now:
            item = heapq.heappop(self._items)
            return item.at, item.work
        return None

    def next_at(self) -> datetime | None:
        return self._items[0].at if self._items else None

    def clear(self) -> None:
        self._items.clear()
