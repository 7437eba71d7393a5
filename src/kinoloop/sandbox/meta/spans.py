"""What an insights request asks for: days, slices of them, level, windows; read once, refused when
malformed.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kinoloop.sandbox.meta.asking import Ask
from kinoloop.sandbox.meta.errors import refuse
from kinoloop.sandbox.meta.fields import wanted

HOURLY = "hourly_stats_aggregated_by_advertiser_time_zone"
LEVELS = ("account", "campaign", "adset", "ad")
WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view", "1d_ev")
DEAD_WINDOWS = ("7d_view", "28d_view")
"""Still accepted, no longer answered (since January 2026)."""
_PRESETS = {"today": (0, 0), "yesterday": (1, 1), "maximum": (1125, 0)}
_LONGEST = 1125


@dataclass(frozen=True)
class Span:
    """Days inclusive, cut into slices; each slice is first and last day."""

    since: date
    until: date
    slices: tuple[tuple[date, date], ...]


@dataclass(frozen=True)
class Query:
    """`windows` are those asked for; empty means the default value only."""

    span: Span
    level: str
    hourly: bool
    windows: tuple[str, ...]
    fields: tuple[str, ...]
    filtering: Any
    by_conversion: bool


def query_of(ask: Ask, level: str, today: date) -> Query:
    breakdowns = _words(ask.value("breakdowns"))
    if any(word != HOURLY for word in breakdowns):
        raise refuse(100, None, f"(#100) breakdowns {breakdowns} are not known to the sandbox")
    windows = _words(ask.value("action_attribution_windows"))
    if unknown := set(windows) - {*WINDOWS, *DEAD_WINDOWS, "default", "dda"}:
        raise refuse(100, None, f"(#100) action_attribution_windows {sorted(unknown)} are not valid")
    asked = ask.text("level") or level
    if asked not in LEVELS:
        raise refuse(100, None, f"(#100) Param level must be one of {{{', '.join(LEVELS)}}}")
    return Query(
        _span(ask, today),
        asked,
        bool(breakdowns),
        tuple(word for word in windows if word in WINDOWS),
        tuple(field.name for field in wanted(ask.text("fields"))),
        ask.value("filtering"),
        ask.text("action_report_time") == "conversion",
    )


def _span(ask: Ask, today: date) -> Span:
    since, until = _days(ask, today)
    if since > until or (today - since).days > _LONGEST:
        words = "(#3018) The start date of the time range cannot be beyond 37 months from the current date"
        raise refuse(3018, None, words)
    increment = ask.text("time_increment") or "all_days"
    if increment == "all_days":
        return Span(since, until, ((since, until),))
    if increment == "monthly":
        return Span(since, until, tuple(_months(since, until)))
    if not increment.isdigit() or not 1 <= int(increment) <= 90:
        raise refuse(100, None, "(#100) Param time_increment must be 1 to 90, monthly or all_days")
    return Span(since, until, tuple(_chunks(since, until, int(increment))))


def _days(ask: Ask, today: date) -> tuple[date, date]:
    given = ask.value("time_range")
    if given is None:
        return _preset(ask.text("date_preset") or "last_30d", today)
    try:
        return date.fromisoformat(str(given["since"])), date.fromisoformat(str(given["until"]))
    except (TypeError, KeyError, ValueError):
        raise refuse(100, None, "(#100) time_range needs since and until as YYYY-MM-DD") from None


def _preset(name: str, today: date) -> tuple[date, date]:
    """`last_Nd` leaves today out."""
    if name == "this_month":
        return today.replace(day=1), today
    if match := re.fullmatch(r"last_(\d+)d", name):
        return today - timedelta(days=int(match[1])), today - timedelta(days=1)
    if name not in _PRESETS:
        raise refuse(100, None, f"(#100) Param date_preset: {name} is not known")
    first, last = _PRESETS[name]
    return today - timedelta(days=first), today - timedelta(days=last)


def _chunks(since: date, until: date, days: int) -> list[tuple[date, date]]:
    starts = range(since.toordinal(), until.toordinal() + 1, days)
    return [
        (date.fromordinal(start), date.fromordinal(min(start + days - 1, until.toordinal())))
        for start in starts
    ]


def _months(since: date, until: date) -> list[tuple[date, date]]:
    found, start = [], since
    while start <= until:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        found.append((start, min(following - timedelta(days=1), until)))
        start = following
    return found


def _words(value: Any) -> list[str]:
    if value is None:
        return []
    return [str(item) for item in value] if isinstance(value, list) else str(value).split(",")
