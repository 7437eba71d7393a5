"""A video job as a row and back.

Costs rest twice: exact micro-dollars, and dollars as the seed names them.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any

from sqlalchemy import Row

from kinoloop.core.money import MICROS_PER_DOLLAR, Micros
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plain import from_json, to_json
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Storyboard
from kinoloop.creative.videos.records import Progress, Video

Values = dict[str, Any]


def changed_values(before: Video, after: Video) -> Values:
    """The columns that must be written to turn one into the other."""
    names = [field.name for field in fields(Video)]
    return {
        column: value
        for name in names
        if getattr(before, name) != getattr(after, name)
        for column, value in _columns(name, getattr(after, name)).items()
    }


def all_values(video: Video) -> Values:
    """Every column of a job."""
    return {
        column: value
        for field in fields(Video)
        for column, value in _columns(field.name, getattr(video, field.name)).items()
    }


def read_video(row: Row[Any]) -> Video:
    """A job from a row that holds all columns of the table."""
    values = dict(row._mapping)
    board, notes = values.pop("storyboard_data"), values.pop("storyboard_notes")
    del values["estimated_cost"], values["actual_cost"]
    return Video(
        video_id=values.pop("id"),
        brief=from_json(Brief, values.pop("brief")),
        plan=_read(Plan, values.pop("plan")),
        script=_read(Script, values.pop("script")),
        storyboard=None if notes is None else from_json(Storyboard, {**notes, "panels": board}),
        progress=from_json(Progress, values.pop("progress") or {}),
        estimated_cost=values.pop("estimated_micros"),
        actual_cost=values.pop("actual_micros"),
        **values,
    )


def _read(kind: type[Any], value: object) -> Any:
    return None if value is None else from_json(kind, value)


def _columns(name: str, value: Any) -> Values:
    if name in _AS_COLUMNS:
        return _AS_COLUMNS[name](value)
    return {name: to_json(value) if name in _JSON and value is not None else value}


def _storyboard(board: Storyboard | None) -> Values:
    """The seed's column is the list of scenes; what belongs to the whole rests beside it."""
    if board is None:
        return {"storyboard_data": None, "storyboard_notes": None}
    notes = to_json(board)
    return {"storyboard_data": notes.pop("panels"), "storyboard_notes": notes}


def _money(name: str) -> Callable[[Micros], Values]:
    return lambda amount: {f"{name}_micros": amount, f"{name}_cost": amount / MICROS_PER_DOLLAR}


_JSON = frozenset({"brief", "plan", "script", "progress"})
_AS_COLUMNS: Mapping[str, Callable[[Any], Values]] = MappingProxyType(
    {
        "video_id": lambda video_id: {"id": video_id},
        "storyboard": _storyboard,
        "estimated_cost": _money("estimated"),
        "actual_cost": _money("actual"),
    }
)
