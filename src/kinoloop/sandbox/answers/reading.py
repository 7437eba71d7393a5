"""What an obedient reader gets out of a prompt: the data in it, its phrases, and the numbers it was told."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_FENCED = re.compile(
    r"^===[^\n]*===\n(.*?)\n===[^\n]*===$|<data>(.*?)</data>|```\w*\n(.*?)```", re.DOTALL | re.MULTILINE
)
_COUNT = re.compile(r"\b(?:exactly|each of the|of the) (\d+) (\w+)")
_SECONDS = re.compile(r"\b(\d+(?:\.\d+)?)\s*(?:seconds|s)\b(?! \w+ a)")
_CHARACTERS = re.compile(r"\b(\w+) has (\d+) to (\d+) characters")
_STANDS = re.compile(r"\bwith the (\w+) (\w+) also stands at (\d+)%")
_UNWANTED = ("do_not", "forbid", "avoid", "problems", "earlier")
_LONGEST_PHRASE = 8


@dataclass(frozen=True)
class Reading:
    """`data` is the JSON in the prompt; `phrases` are few words each; `counts` the numbers told by noun."""

    data: tuple[Any, ...]
    phrases: tuple[str, ...]
    counts: dict[str, int]
    seconds: float | None
    characters: dict[str, tuple[int, int]]
    stands: dict[str, tuple[str, float]]
    """By name: a value that also stands at a share of the whole."""

    def items_with(self, key: str, length: int) -> list[Any] | None:
        """That key's values in the first list of so many objects that all have it."""
        for items in _lists(self.data):
            if len(items) == length and all(isinstance(item, dict) and key in item for item in items):
                return [item[key] for item in items]
        return None


def read(prompt: str) -> Reading:
    """Read the last wish and everything fenced off in the prompt."""
    pieces = ["".join(match.groups(default="")) for match in _FENCED.finditer(prompt)]
    wish = _FENCED.sub(" ", prompt)
    data = [value for piece in pieces if (value := _json(piece)) is not None]
    loose = [piece for piece in pieces if _json(piece) is None]
    phrases = [*_said(data), *(loose if pieces else [wish])]
    seconds = _SECONDS.search(wish)
    shorts = list(dict.fromkeys(short for phrase in phrases for short in _short(phrase)))
    return Reading(
        tuple(data),
        tuple(short for short in shorts if " " in short) or tuple(shorts),
        {noun: int(count) for count, noun in _COUNT.findall(wish)},
        float(seconds[1]) if seconds else None,
        {noun: (int(low), int(high)) for noun, low, high in _CHARACTERS.findall(wish)},
        {name: (value, int(share) / 100) for name, value, share in _STANDS.findall(wish)},
    )


def _json(piece: str) -> Any:
    try:
        value = json.loads(piece)
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _said(value: Any, key: str = "") -> Iterator[str]:
    """The texts in a value, but none from under a key that forbids."""
    if any(word in key for word in _UNWANTED):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _said(inner, name.lower())
    elif isinstance(value, list):
        for inner in value:
            yield from _said(inner, key)


def _short(text: str) -> Iterator[str]:
    """Sentences and clauses of a text that are short enough to be said in one breath."""
    for part in re.split(r"(?<=[.!?])\s+|\s*[;:\n]\s*", text):
        words = part.strip(" .,-").split()
        if 0 < len(words) <= _LONGEST_PHRASE:
            yield " ".join(words)
        elif words:
            yield " ".join(words[:_LONGEST_PHRASE])


def _lists(values: Sequence[Any]) -> Iterator[list[Any]]:
    for value in values:
        if isinstance(value, list):
            yield value
            yield from _lists(value)
        elif isinstance(value, dict):
            yield from _lists(list(value.values()))
