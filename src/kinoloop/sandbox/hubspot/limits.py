"""How often the account may be called: a rolling window, a day, and a second for searches."""

from datetime import datetime

from kinoloop.sandbox.hubspot.problems import throttled
from kinoloop.sandbox.limits import RollingLimit
from kinoloop.sandbox.wire import Answer

CALLS, SPAN = 110, 10.0
SEARCHES = 5
_DAY = 86_400.0


class Limits:
    """`daily` is None for an app with OAuth: it has no daily limit, and no headers of one."""

    def __init__(self, calls: int = CALLS, searches: int = SEARCHES, daily: int | None = None) -> None:
        self.calls = RollingLimit(calls, SPAN)
        self.searches = RollingLimit(searches, 1.0)
        self.day = RollingLimit(daily, _DAY) if daily is not None else None

    def admit(self, now: datetime, *, search: bool) -> Answer | None:
        """Count one call; the answer to give instead when it is one too many."""
        if self.day is not None and not self.day.take(now):
            return throttled("DAILY", {} if search else self.headers(now))
        if search:
            return None if self.searches.take(now) else throttled("SECONDLY")
        if not self.calls.take(now):
            return throttled("TEN_SECONDLY_ROLLING", self.headers(now))
        return None

    def headers(self, now: datetime) -> dict[str, str]:
        """What is left. Answers to searches go without."""
        told = {
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(int(SPAN * 1000)),
            "X-HubSpot-RateLimit-Max": str(self.calls.most),
            "X-HubSpot-RateLimit-Remaining": str(self.calls.remaining(now)),
        }
        if self.day is not None:
            told["X-HubSpot-RateLimit-Daily"] = str(self.day.most)
            told["X-HubSpot-RateLimit-Daily-Remaining"] = str(self.day.remaining(now))
        return told
