"""A value that fits a JSON schema, made by seeded rules from what the prompt said.

The rules an obedient model would follow: as many items as were asked for, seconds that add up, a first and
a last of their kind, values copied from equal lists in the data, and words that stand in the request.
"""

import re
from collections.abc import Mapping
from random import Random
from typing import Any

from kinoloop.sandbox.answers.reading import Reading
from kinoloop.sandbox.answers.wording import Wording

Schema = Mapping[str, Any]
_DESCRIBED = re.compile(r"(minLength|maxLength|minItems|maxItems|minimum|maximum): (\d+(?:\.\d+)?)")
_FEW = 3
Place = tuple[int, int] | None
"""Which item of how many is being made."""


class Maker:
    """Makes one answer. Equal seed and prompt give an equal answer."""

    def __init__(self, schema: Schema, reading: Reading, random: Random) -> None:
        self._root, self._reading, self._random = schema, reading, random
        self._words = Wording(reading, random)

    def make(self) -> Any:
        return self._value(self._root, "", None)

    def _value(self, schema: Schema, name: str, place: Place) -> Any:
        schema = self._resolved(schema)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema["enum"], name, place)
        kinds = {
            "object": self._object,
            "array": self._array,
            "string": self._text,
            "integer": self._number,
            "number": self._number,
        }
        kind = self._kind(schema)
        if kind == "boolean":
            return bool(self._random.getrandbits(1))
        return kinds[kind](schema, name, place) if kind in kinds else None

    def _resolved(self, schema: Schema) -> Schema:
        """References followed, alternatives chosen (never null), described bounds read."""
        while True:
            if "$ref" in schema:
                schema = self._referred(str(schema["$ref"]))
            elif options := schema.get("anyOf") or schema.get("oneOf"):
                real = [one for one in options if one.get("type") != "null"]
                schema = {**{k: v for k, v in schema.items() if k not in ("anyOf", "oneOf")}, **real[0]}
            elif len(schema.get("allOf", ())) == 1:
                schema = schema["allOf"][0]
            else:
                told = _DESCRIBED.findall(str(schema.get("description", "")))
                return {**{key: float(value) for key, value in told}, **schema}

    def _referred(self, pointer: str) -> Schema:
        found: Any = self._root
        for part in pointer.removeprefix("#/").split("/"):
            found = found[part]
        return found  # type: ignore[no-any-return]  # a schema, by the pointer's meaning

    def _kind(self, schema: Schema) -> str:
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = next(one for one in kind if one != "null")
        return str(kind).lower()

    def _object(self, schema: Schema, _name: str, place: Place) -> dict[str, Any]:
        return {key: self._value(inner, key, place) for key, inner in schema.get("properties", {}).items()}

    def _array(self, schema: Schema, name: str, _place: Place) -> list[Any]:
        least, most = int(schema.get("minItems", 0)), int(schema.get("maxItems", 10**6))
        inner = self._resolved(schema.get("items", {"type": "string"}))
        wanted = self._reading.counts.get(name, _FEW)
        if self._kind(inner) == "object" and name not in self._reading.counts:
            wanted = max(self._reading.counts.values(), default=_FEW)
        count = max(least, min(most, wanted))
        return [self._value(inner, name, (number, count)) for number in range(count)]

    def _choice(self, options: list[Any], name: str, place: Place) -> Any:
        """As in the data's own list; else the first for the first, the last for the last, others between."""
        if place is None or place[1] < 2:
            return options[0]
        number, count = place
        told = self._reading.items_with(name, count)
        if told is not None and told[number] in options:
            return told[number]
        if number in (0, count - 1):
            return options[0] if number == 0 else options[-1]
        also, share = self._reading.stands.get(name, (None, 0.0))
        if also in options and number == int(count * share):
            return also
        between = options[1:-1] or options
        return between[min(len(between) - 1, (number - 1) * len(between) // max(1, count - 2))]

    def _number(self, schema: Schema, name: str, place: Place) -> Any:
        low = float(schema.get("minimum", schema.get("exclusiveMinimum", 0)))
        high = float(schema.get("maximum", schema.get("exclusiveMaximum", max(low + 10, 10))))
        whole = self._kind(schema) == "integer"
        if "second" in name and self._reading.seconds:
            share = self._reading.seconds / (place[1] if place else 1)
            return int(share) if whole else round(share, 3)
        value = low + (high - low) * (0.3 + 0.4 * self._random.random())
        return round(value) if whole else round(value, 2)

    def _text(self, schema: Schema, name: str, _place: Place) -> str:
        low, high = int(schema.get("minLength", 0)), int(schema.get("maxLength", 10_000))
        asked = self._reading.characters.get(name)
        if asked:
            low, high = max(low, asked[0]), min(high, asked[1])
        return self._words.text(name, low, high)
