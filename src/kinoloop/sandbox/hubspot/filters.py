"""Whether a record fits a search's filters, by HubSpot's rules, and by what the found ones are sorted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from kinoloop.sandbox.hubspot.properties import Property
from kinoloop.sandbox.hubspot.words import instant, millis

Comparison = Callable[[Property, str, tuple[str, ...]], bool]


@dataclass(frozen=True)
class Filter:
    """One comparison. `values` hold what is compared with, as text."""

    known: Property
    operator: str
    values: tuple[str, ...]

    def fits(self, held: Mapping[str, str]) -> bool:
        """A property without a value fits nothing but `NOT_HAS_PROPERTY`."""
        value = held.get(self.known.name) or ""
        if self.operator in ("HAS_PROPERTY", "NOT_HAS_PROPERTY"):
            return bool(value) == (self.operator == "HAS_PROPERTY")
        return bool(value) and _COMPARE[self.operator](self.known, value, self.values)


def sortable(known: Property, value: str) -> Any:
    """A value by which two can be put in order: a number, milliseconds or text."""
    return _sortable(known.type, value)


@lru_cache(maxsize=65_536)
def _sortable(type_: str, value: str) -> Any:
    if type_ in ("datetime", "date"):
        at = instant(value)
        return millis(at) if at is not None else 0
    if type_ == "number":
        try:
            return Decimal(value)
        except InvalidOperation:
            return Decimal(0)
    return value.casefold() if type_ == "string" else value


def _equal(known: Property, value: str, wanted: tuple[str, ...]) -> bool:
    return bool(sortable(known, value) == sortable(known, wanted[0]))


def _among(known: Property, value: str, wanted: tuple[str, ...]) -> bool:
    """Of texts only the stored one is put into small letters, so the wanted ones must be so already."""
    if known.type == "string":
        return value.lower() in wanted
    return any(_equal(known, value, (each,)) for each in wanted)


def _between(known: Property, value: str, wanted: tuple[str, ...]) -> bool:
    low, high = (sortable(known, each) for each in wanted)
    return bool(low <= sortable(known, value) <= high)


def _tokens(known: Property, value: str, wanted: tuple[str, ...]) -> bool:
    """Whole words, or parts of them with `*`."""
    pattern = wanted[0].casefold()
    words = value.casefold().replace("@", " ").replace(".", " ").split()
    return any(fnmatchcase(word, pattern) for word in (*words, value.casefold()))


def _ordered(better: Callable[[Any, Any], bool]) -> Comparison:
    return lambda known, value, wanted: better(sortable(known, value), sortable(known, wanted[0]))


_COMPARE: dict[str, Comparison] = {
    "EQ": _equal,
    "NEQ": lambda known, value, wanted: not _equal(known, value, wanted),
    "IN": _among,
    "NOT_IN": lambda known, value, wanted: not _among(known, value, wanted),
    "BETWEEN": _between,
    "CONTAINS_TOKEN": _tokens,
    "NOT_CONTAINS_TOKEN": lambda known, value, wanted: not _tokens(known, value, wanted),
    "LT": _ordered(lambda one, other: one < other),
    "LTE": _ordered(lambda one, other: one <= other),
    "GT": _ordered(lambda one, other: one > other),
    "GTE": _ordered(lambda one, other: one >= other),
}
PRESENCE = ("HAS_PROPERTY", "NOT_HAS_PROPERTY")
OPERATORS = (*_COMPARE, *PRESENCE)
