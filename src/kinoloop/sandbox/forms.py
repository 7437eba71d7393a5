"""What a model takes: named fields with types and bounds, and every way a given input breaks them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "integer", "number", "boolean", "strings"]
_TYPES: dict[Kind, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "strings": (list,),
}


@dataclass(frozen=True)
class Field:
    """One input. `least` and `most` bound a number, the length of a text, or how many strings."""

    kind: Kind
    required: bool = False
    choices: tuple[Any, ...] = ()
    least: float | None = None
    most: float | None = None
    default: Any = None


@dataclass(frozen=True)
class Problem:
    """`kind` in the words of JSON schema checkers: required, invalid_type, enum, ..."""

    kind: str
    field: str
    told: str


Form = Mapping[str, Field]


def check(form: Form, given: Mapping[str, Any]) -> list[Problem]:
    """All problems, unknown fields included."""
    problems = [
        Problem("required", name, f"{name} is required")
        for name, field in form.items()
        if field.required and given.get(name) is None
    ]
    for name, value in given.items():
        if name not in form:
            told = f"Additional property {name} is not allowed"
            problems.append(Problem("additional_property_not_allowed", name, told))
        elif value is not None:
            problems.extend(_check_one(name, form[name], value))
    return problems


def filled(form: Form, given: Mapping[str, Any]) -> dict[str, Any]:
    """The input with the model's own defaults."""
    defaults = {name: field.default for name, field in form.items() if field.default is not None}
    return {**defaults, **{name: value for name, value in given.items() if value is not None}}


def _check_one(name: str, field: Field, value: Any) -> list[Problem]:
    if not _is(field.kind, value):
        return [Problem("invalid_type", name, f"Invalid type. Expected: {field.kind}, given: {_word(value)}")]
    if field.choices and value not in field.choices:
        told = ", ".join(f'"{choice}"' for choice in field.choices)
        return [Problem("enum", name, f"{name} must be one of the following: {told}")]
    size = value if field.kind in ("integer", "number") else len(value) if hasattr(value, "__len__") else 0
    if field.least is not None and size < field.least:
        return [Problem("number_gte", name, f"Must be greater than or equal to {field.least:g}")]
    if field.most is not None and size > field.most:
        return [Problem("number_lte", name, f"Must be less than or equal to {field.most:g}")]
    return []


def _is(kind: Kind, value: Any) -> bool:
    if isinstance(value, bool):
        return kind == "boolean"
    if kind == "strings":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, _TYPES[kind])


def _word(value: Any) -> str:
    words = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return words.get(type(value), "null")
