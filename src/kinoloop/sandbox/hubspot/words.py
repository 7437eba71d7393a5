"""How HubSpot writes values: everything is text, instants as Java prints them, or as milliseconds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLIS = re.compile(r"-?\d{1,15}")


def exact(at: datetime) -> datetime:
    """In UTC and to the millisecond, as finely as HubSpot keeps time."""
    there = at.astimezone(UTC)
    return there.replace(microsecond=there.microsecond // 1000 * 1000)


def stamp(at: datetime) -> str:
    """`2026-11-20T09:30:00.250Z`; whole seconds have no fraction."""
    there = exact(at)
    written = there.strftime("%Y-%m-%dT%H:%M:%S")
    return f"{written}.{there.microsecond // 1000:03d}Z" if there.microsecond else f"{written}Z"


def millis(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(milliseconds=1)


def instant(text: str) -> datetime | None:
    """Of ISO 8601 or milliseconds; a value without a zone is UTC. None when it is neither."""
    try:
        if _MILLIS.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(text))
        read = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return exact(read if read.tzinfo else read.replace(tzinfo=UTC))


def text_of(value: Any) -> str:
    """A value as text; an empty text stands for no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return stamp(value) if isinstance(value, datetime) else str(value)
