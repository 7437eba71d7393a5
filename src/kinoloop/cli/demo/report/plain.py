"""The report for a program: every field, money in minor units, floats rounded so that it is stable."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report import race, words

DIGITS = 6


def document(report: DemoReport) -> dict[str, Any]:
    """A JSON-ready mapping: the record's own names, and what is derived of the contenders.

    Amounts are minor units of `currency`; floats are rounded to six digits; paths are text.
    """
    standings = race.race(report.contenders)
    plain: dict[str, Any] = {"sample": True, "note": words.SAMPLE, "title": race.title(report)}
    plain |= asdict(report)
    for film in plain["made"]["films"]:
        del film["variant_id"]  # which film gets which id depends on which was ready first
    plain["contenders"] = [
        asdict(told.one)
        | {
            "profit": told.one.profit,
            "revenue_of_oracle": told.of_oracle,
            "profit_of_oracle": told.profit_of_oracle,
        }
        for told in standings
    ]
    plain["ahead_of_rivals"], _ = race.against_rivals(standings, report.currency)
    cleaned: dict[str, Any] = _stable(plain)
    return cleaned


def _stable(value: Any) -> Any:
    """Rounded floats, paths as text, tuples as lists."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, dict):
        return {key: _stable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_stable(one) for one in value]
    return value
