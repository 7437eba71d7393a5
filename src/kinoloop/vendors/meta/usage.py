"""How much of Meta's allowances is used, as its answers tell in their headers, and how long to rest for it.

The numbers are percent of an allowance, not counts. One header tells its wait in minutes, another in seconds.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from json import JSONDecodeError
from json import loads as read_json
from typing import Any

APP, ACCOUNT = "x-app-usage", "x-ad-account-usage"
BUSINESS, INSIGHTS = "x-business-use-case-usage", "x-fb-ads-insights-throttle"
SPENT_WAIT = 300.0
"""Seconds to rest at 100 % when none are told: an account's score falls back within so many."""
NEAR = ((100.0, SPENT_WAIT), (95.0, 30.0), (90.0, 5.0))
"""From how many percent on how many seconds are rested after a call (ours; Meta advises no numbers)."""


@dataclass(frozen=True)
class Meter:
    """One allowance: `name` such as `ads_management`, percent used, seconds until it is free."""

    name: str
    percent: float
    free_in: float | None = None


@dataclass(frozen=True)
class Usage:
    """All allowances that one answer told of; `tier` is `development_access` or `standard_access`."""

    meters: tuple[Meter, ...] = ()
    tier: str | None = None

    @property
    def percent(self) -> float | None:
        """Of the allowance nearest to its end."""
        return max((meter.percent for meter in self.meters), default=None)

    @property
    def told_wait(self) -> float | None:
        """The longest wait in seconds that is told of a spent allowance."""
        waits = (meter.free_in for meter in self.meters if meter.free_in and meter.percent >= 100)
        return max(waits, default=None)

    @property
    def rest(self) -> float:
        """Seconds to leave Meta alone now; 0 while there is room."""
        return max(map(_rest, self.meters), default=0.0)


def usage_of(headers: Mapping[str, str]) -> Usage:
    """What these headers tell; a header that cannot be read tells nothing. Names in lower case."""
    told = {name: _object(headers.get(name)) for name in (APP, ACCOUNT, BUSINESS, INSIGHTS)}
    meters = (
        *_app(told[APP]),
        *_account(ACCOUNT, told[ACCOUNT]),
        *(meter for kind in _kinds(told[BUSINESS]) for meter in _business(kind)),
        *_account(INSIGHTS, told[INSIGHTS]),
    )
    tiers = (
        each.get("ads_api_access_tier") for each in (*_kinds(told[BUSINESS]), told[ACCOUNT], told[INSIGHTS])
    )
    return Usage(meters, next((tier for tier in tiers if isinstance(tier, str)), None))


def _rest(meter: Meter) -> float:
    rest = next((seconds for percent, seconds in NEAR if meter.percent >= percent), 0.0)
    return meter.free_in if meter.percent >= 100 and meter.free_in else rest


def _app(told: Mapping[str, Any]) -> Iterator[Meter]:
    percent = _worst(told, "call_count", "total_time", "total_cputime")
    if percent is not None:
        yield Meter(APP, percent)


def _business(told: Mapping[str, Any]) -> Iterator[Meter]:
    percent = _worst(told, "call_count", "total_time", "total_cputime")
    minutes = _number(told.get("estimated_time_to_regain_access"))
    if percent is not None or minutes:
        # A wait is told only of an allowance that is spent, whatever its percentages have come to.
        known = 100.0 if minutes else (percent or 0.0)
        yield Meter(
            str(told.get("type") or BUSINESS), max(known, percent or 0.0), (minutes or 0) * 60 or None
        )


def _account(name: str, told: Mapping[str, Any]) -> Iterator[Meter]:
    percent = _worst(told, "acc_id_util_pct", "app_id_util_pct")
    if percent is not None:
        yield Meter(name, percent, _number(told.get("reset_time_duration")) or None)


def _kinds(told: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for kinds in told.values():
        yield from (kind for kind in kinds if isinstance(kind, dict)) if isinstance(kinds, list) else ()


def _worst(told: Mapping[str, Any], *names: str) -> float | None:
    numbers = (_number(told.get(name)) for name in names)
    return max((number for number in numbers if number is not None), default=None)


def _number(told: object) -> float | None:
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None


def _object(header: str | None) -> Mapping[str, Any]:
    try:
        told = read_json(header) if header else {}
    except JSONDecodeError:
        return {}
    return told if isinstance(told, dict) else {}
