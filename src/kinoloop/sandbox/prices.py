"""The sandbox's own price table: what each vendor publishes, exact, in micro-dollars per unit."""

import tomllib
from decimal import Decimal
from fnmatch import fnmatchcase
from fractions import Fraction
from functools import cache
from importlib.resources import files
from math import floor

from kinoloop.core.money import MICROS_PER_DOLLAR, Micros

Table = dict[str, dict[str, dict[str, Fraction]]]


@cache
def price_table() -> Table:
    """Vendor -> model pattern -> unit -> micro-dollars, as exact fractions."""
    raw = tomllib.loads(files("kinoloop.sandbox").joinpath("prices.toml").read_text())
    return {
        vendor: {
            pattern: {unit: _price(text) for unit, text in units.items()} for pattern, units in models.items()
        }
        for vendor, models in raw.items()
    }


def _price(text: str) -> Fraction:
    """`0.30 / 1000` -> 300 micro-dollars."""
    amount, _, per = text.partition("/")
    return Fraction(amount.strip()) * MICROS_PER_DOLLAR / Fraction(per.strip() or 1)


def units_of(vendor: str, model: str) -> dict[str, Fraction]:
    """Prices by unit of the longest pattern that fits; {} when the vendor does not sell the model."""
    models = price_table()[vendor]
    fitting = [pattern for pattern in models if fnmatchcase(model, pattern)]
    return models[max(fitting, key=len)] if fitting else {}


def amount_of(vendor: str, model: str, unit: str, quantity: Decimal) -> Micros:
    """Quantity times price, rounded half up to a micro-dollar. Raises KeyError for what is not sold so."""
    return floor(units_of(vendor, model)[unit] * Fraction(quantity) + Fraction(1, 2))
