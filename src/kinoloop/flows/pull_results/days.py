"""Which days of an account are asked for, in its own time zone. Pure."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kinoloop.core.errors import IntegrityError

MOST_HOURLY = 7
LATE_HOURS = 3
"""So long after midnight the hours of the day before are still asked for: the last ones come late."""


def local(now: datetime, timezone: str) -> datetime:
    """The instant on the account's own clock. Raises IntegrityError for what is no time zone."""
    try:
        return now.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise IntegrityError(
            f"'{timezone}' is no time zone.",
            why="The platform's days cannot be told without it.",
            fix="Install the package tzdata, or look at the account at the platform.",
        ) from error


def whole_days(now: datetime, timezone: str, days: int) -> tuple[date, date]:
    """The last so many days, today among them: (first, last)."""
    today = local(now, timezone).date()
    return today - timedelta(days=days - 1), today


def hourly_days(now: datetime, timezone: str, last: datetime | None = None) -> tuple[date, ...]:
    """The days that are asked for by the hour, each by itself: today, and all since the `last` pull, or the
    rest of its day would never be told; early in the morning yesterday, too. At most MOST_HOURLY back.
    """
    at = local(now, timezone)
    today = at.date()
    first = today - timedelta(days=1) if at.hour < LATE_HOURS else today
    if last is not None:
        first = min(first, local(last, timezone).date())
    first = max(first, today - timedelta(days=MOST_HOURLY))
    return tuple(first + timedelta(days=ahead) for ahead in range((today - first).days + 1))
