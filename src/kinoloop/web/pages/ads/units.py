"""How limits are read from a form and said in it: plain numbers, per cent, seconds, money in major units.

Every reader takes the text and the account's currency, and raises InputError with what to write instead.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from kinoloop.core.currency import Currency
from kinoloop.core.errors import InputError

Say = Callable[[Any, Currency], str]
Read = Callable[[str, Currency], Any]


def number(text: str) -> Decimal:
    """A plain number. Raises InputError."""
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        raise InputError(f"'{text}' is not a number.", fix="Write it like 20 or 2.5.") from None
    if not found.is_finite() or abs(found) > 10**12:
        raise InputError(f"'{text}' is not a usable number.", fix="Write it like 20 or 2.5.")
    return found


def whole(text: str, _: Currency) -> int:
    found = number(text)
    if found != found.to_integral_value():
        raise InputError(f"'{text}' is not a whole number.", fix="Write it like 15.")
    return int(found)


def between(low: float, high: float, unit: str) -> Callable[[str], Decimal]:
    def check(text: str) -> Decimal:
        found = number(text)
        if not low <= found <= high:
            raise InputError(f"It must be {low:g} to {high:g}{unit}.")
        return found

    return check


def percent(low: float, high: float) -> Read:
    check = between(low, high, " per cent")
    return lambda text, _: float(check(text) / 100)


def amount(low: float, high: float, unit: str) -> Read:
    check = between(low, high, unit)
    return lambda text, _: float(check(text))


def milliseconds(text: str, _: Currency) -> int:
    return round(between(0, 3600, " seconds")(text) * 1000)


def money(text: str, currency: Currency) -> int:
    return currency.minor(number(text))


def money_or_none(text: str, currency: Currency) -> int | None:
    return money(text, currency) if text else None


def say_money(value: Any, currency: Currency) -> str:
    digits = len(str(currency.offset)) - 1
    return "" if value is None else f"{currency.major(value):.{digits}f}"


def say(value: Any, _: Currency) -> str:
    return _short(Decimal(str(value)))


def say_percent(value: Any, _: Currency) -> str:
    return _short(Decimal(str(value)) * 100)


def say_seconds(value: Any, _: Currency) -> str:
    return _short(Decimal(str(value)) / 1000)


def _short(value: Decimal) -> str:
    """Without zeros behind the point, never as a power of ten."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
