"""Answers written beforehand: the next call that fits gets the next script, in order."""

from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict


class Script(BaseModel):
    """`answer` is a text, or a value given as the structured answer. `contains` must stand in the request."""

    model_config = ConfigDict(extra="forbid")

    vendor: str = "*"
    contains: str = ""
    answer: Any


def take(scripts: list[Script], vendor: str, asked: str) -> Script | None:
    """The first script that fits, taken off the list."""
    for place, script in enumerate(scripts):
        if fnmatchcase(vendor, script.vendor) and script.contains in asked:
            return scripts.pop(place)
    return None
