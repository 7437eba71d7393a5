"""Reads a price list: the one that comes along, or a file of one's own."""

import tomllib
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.money import usd
from kinoloop.costs.records import Price, PriceTable, Unit

FORM = "Write [[price]] with provider, model, unit, usd and since, as in the list that comes along."


class _Listed(BaseModel):
    """One entry of a price file. `usd` is text, so that it stays exact; `per` counts the units it is for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    provider: str = Field(min_length=1)
    model: str | list[str]
    unit: Unit | list[Unit]
    usd: str
    since: date
    per: int = Field(default=1, ge=1)
    steps: list[int] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    version: str = Field(min_length=1)
    price: list[_Listed] = Field(min_length=1)


def load_prices(path: Path | None = None) -> PriceTable:
    """The price list of a TOML file (None: the one that comes along).

    Raises NotFoundError, and InputError naming the entry that cannot be used.
    """
    called = "prices.toml" if path is None else path.name
    try:
        listed = _File.model_validate(tomllib.loads(_text(path)))
        prices = tuple(price for entry in listed.price for price in _expanded(entry))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The price list {called} is no TOML.", why=f"{error}.", fix=FORM) from error
    except ValidationError as error:
        raise InputError(
            f"The price list {called} cannot be used.", why=f"{_told(error)}.", fix=FORM
        ) from error
    _check_once(prices, called)
    return PriceTable(listed.version, prices)


def _text(path: Path | None) -> str:
    if path is None:
        return files("kinoloop.costs").joinpath("prices.toml").read_text(encoding="utf-8")
    if not path.is_file():
        raise NotFoundError(f"There is no price list '{path}'.", fix="Check the path.")
    return path.read_text(encoding="utf-8")


def _expanded(entry: _Listed) -> Iterator[Price]:
    amount = usd(entry.usd)
    if amount < 0 or any(step < 1 for step in entry.steps):
        raise InputError(
            f"The price of {entry.provider} {entry.model} is below nothing.",
            fix="Amounts and steps count up.",
        )
    for model in [entry.model] if isinstance(entry.model, str) else entry.model:
        for unit in [entry.unit] if isinstance(entry.unit, str) else entry.unit:
            steps = tuple(sorted(entry.steps))
            yield Price(entry.provider, model, unit, amount, entry.since, steps, entry.per)


def _check_once(prices: tuple[Price, ...], called: str) -> None:
    seen = set[tuple[Any, ...]]()
    for price in prices:
        key = (price.provider, price.model, price.unit, price.since)
        if key in seen:
            raise InputError(
                f"{called} has two prices for {price.provider} {price.model} since {price.since}.",
                fix="Keep one of them; a new price gets a later day.",
            )
        seen.add(key)


def _told(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
