"""How many calls a vendor takes in a stretch of time: a rolling window."""

from collections import deque
from datetime import datetime, timedelta


class RollingLimit:
    """At most `most` calls in any `seconds`. A refused call is not counted."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most, self._span = most, timedelta(seconds=seconds)
        self._taken: deque[datetime] = deque()

    def take(self, now: datetime) -> bool:
        """Count one call, unless the window is full."""
        self._forget(now)
        if len(self._taken) >= self.most:
            return False
        self._taken.append(now)
        return True

    def remaining(self, now: datetime) -> int:
        self._forget(now)
        return self.most - len(self._taken)

    def seconds_to_wait(self, now: datetime) -> float:
        """Until the oldest call counted leaves the window; 0 when none is counted."""
        self._forget(now)
        return (self._taken[0] + self._span - now).total_seconds() if self._taken else 0.0

    def _forget(self, now: datetime) -> None:
        while self._taken and self._taken[0] + self._span <= now:
            self._taken.popleft()
