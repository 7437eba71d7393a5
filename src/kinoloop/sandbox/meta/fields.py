"""What a caller wants to see: `id,name,campaign{id,name},ads.limit(5){id}` as a tree."""

import json
from dataclasses import dataclass, field

from kinoloop.sandbox.meta.errors import refuse

_OPEN, _CLOSE = "{(", "})"


@dataclass(frozen=True)
class Wanted:
    """One field, what is wanted inside it, and how many of a list."""

    name: str
    inside: tuple["Wanted", ...] = ()
    limit: int | None = None
    modifiers: dict[str, str] = field(default_factory=dict)


def wanted(text: str | None) -> tuple[Wanted, ...]:
    """Refuses what is no field expression."""
    if not text:
        return ()
    if text.startswith("["):
        return tuple(one for name in _listed(text) for one in wanted(name))
    return tuple(_one(part.strip()) for part in split(text) if part.strip())


def _listed(text: str) -> list[str]:
    """Fields may also come as a JSON list."""
    try:
        return [str(name) for name in json.loads(text)]
    except ValueError:
        raise refuse(100, None, "(#100) Param fields must be a list of names") from None


def split(text: str) -> list[str]:
    """At the commas outside all brackets."""
    parts, depth, start = [], 0, 0
    for place, letter in enumerate(text):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if depth < 0:
            break
        if letter == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    if depth != 0:
        raise refuse(2500, None, f'Syntax error "Expected end of string instead of "{text[-1]}"."')
    return [*parts, text[start:]]


def _one(text: str) -> Wanted:
    head, brace, rest = text.partition("{")
    inside = wanted(rest.removesuffix("}")) if brace else ()
    name, *modifiers = head.split(".")
    told = {key: value.rstrip(")") for key, _, value in (item.partition("(") for item in modifiers)}
    limit = int(told["limit"]) if told.get("limit", "").isdigit() else None
    return Wanted(name.strip(), inside, limit, told)
