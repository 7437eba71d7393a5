"""HubSpot's ways to say no, as ours: which wait, how long, and which are nobody's fault. Pure.

Statuses from HubSpot's pages on usage and error handling.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from kinoloop.core.errors import KinoloopError, PassingError
from kinoloop.vendors.refusals import NotTakenError

ROLLING_SECONDS, SECONDLY_SECONDS = 10.0, 1.0
LOCKED_SECONDS = 2.0
MIGRATING_SECONDS = 3600.0
"""How long to leave an account alone that moves and does not say for how long (it may take a day)."""
DAILY_SECONDS = 3600.0
"""The day's calls come back at midnight of the account's time zone, which is not known: asked each hour."""
PASSING = frozenset({500, 502, 503, 504, 520, 521, 522, 523, 524, 525, 526, 530})
LOCKED, MIGRATING, TOO_MANY = 423, 477, 429


class DailyLimitError(NotTakenError):
    """The account has used up the calls of its day."""

    code: ClassVar[str] = "daily_limit"


@dataclass(frozen=True)
class Limits:
    """What the last answer told of the limits; None where it told nothing."""

    remaining: int | None = None
    interval_seconds: float | None = None
    daily_remaining: int | None = None

    @property
    def wait(self) -> float | None:
        """Seconds to leave HubSpot alone before the next call; None when there is no need."""
        if self.daily_remaining == 0:
            return DAILY_SECONDS
        return (self.interval_seconds or ROLLING_SECONDS) if self.remaining == 0 else None


def limits_of(headers: Mapping[str, str]) -> Limits:
    """The rate limits in an answer's headers. `Daily*` are absent for OAuth apps, all of them for search."""
    low = {name.lower(): value for name, value in headers.items()}

    def number(name: str) -> int | None:
        text = low.get(f"x-hubspot-ratelimit-{name}", "").strip()
        return int(text) if text.isascii() and text.isdigit() else None

    interval = number("interval-milliseconds")
    seconds = None if interval is None else interval / 1000
    return Limits(number("remaining"), seconds, number("daily-remaining"))


def refusal(status: int, headers: Mapping[str, str], quoted: str, wish: float | None) -> KinoloopError | None:
    """The error for a status that HubSpot uses in its own way; None for those that mean what they always do.

    `quoted` is the beginning of the body, `wish` what it asked to wait in seconds.
    """
    why = f"HTTP {status}. {quoted}".strip()
    if status == TOO_MANY:
        return _too_many(limits_of(headers), quoted.upper(), why, wish)
    if status == LOCKED:
        return _later("HubSpot is changing this record.", why, max(LOCKED_SECONDS, wish or 0.0))
    if status == MIGRATING:
        return _later("HubSpot is moving this account.", why, wish or MIGRATING_SECONDS)
    if status in PASSING:
        return PassingError("HubSpot is not able to answer now.", why=why, fix="Try again later.")
    return None


def _too_many(limits: Limits, quoted: str, why: str, wish: float | None) -> NotTakenError:
    if "DAILY" in quoted or limits.daily_remaining == 0:
        return DailyLimitError(
            "HubSpot's calls of the day are used up.",
            why=why,
            fix="They come back at midnight of the account's time zone.",
            wait=max(DAILY_SECONDS, wish or 0.0),
        )
    rolling = "TEN_SECONDLY" in quoted or "SECONDLY" not in quoted
    own = (limits.interval_seconds or ROLLING_SECONDS) if rolling else SECONDLY_SECONDS
    return _later("HubSpot has too many requests now.", why, max(own, wish or 0.0))


def _later(what: str, why: str, wait: float) -> NotTakenError:
    return NotTakenError(what, why=why, fix=f"Wait {wait:g} s.", wait=wait)
