"""Money's rows as records."""

from dataclasses import fields
from datetime import date
from typing import Any

from sqlalchemy import Row

from kinoloop.costs.records import Day, Entry, Hold

_HOLD = tuple(field.name for field in fields(Hold) if field.name != "crossed_soft")
_ENTRY = tuple(field.name for field in fields(Entry) if field.name != "crossed_soft")
_DAY = tuple(field.name for field in fields(Day))


def read_hold(row: Row[Any]) -> Hold:
    return Hold(**_values(row, _HOLD))


def read_entry(row: Row[Any]) -> Entry:
    return Entry(**_values(row, _ENTRY))


def read_day(row: Row[Any]) -> Day:
    return Day(**_values(row, _DAY))


def _values(row: Row[Any], names: tuple[str, ...]) -> dict[str, Any]:
    """The named columns, the day as a date."""
    return {name: row._mapping[name] for name in names} | {"day": date.fromisoformat(row._mapping["day"])}
