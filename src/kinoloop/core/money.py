"""Money as whole numbers. What providers charge is counted in millionths of a dollar, so $0.003 is exact."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from kinoloop.core.errors import InputError

Micros = int
"""Millionths of a US dollar."""
MICROS_PER_DOLLAR = 1_000_000


def usd(text: str | int | Decimal) -> Micros:
    """`"0.003"` -> 3000. Raises InputError for what is no amount or is finer than a millionth."""
    try:
        scaled = Decimal(text) * MICROS_PER_DOLLAR
        if scaled != scaled.to_integral_value():
            raise InputError(f"'{text}' is finer than a millionth of a dollar.", fix="Round it.")
    except InvalidOperation as error:
        raise InputError(f"'{text}' is not an amount of dollars.", fix="Write it like 0.25.") from error
    return int(scaled)


def times(price: Micros, quantity: Decimal | int) -> Micros:
    """Price times quantity, rounded half up to a millionth."""
    return int((Decimal(price) * Decimal(quantity)).quantize(Decimal(1), ROUND_HALF_UP))


def dollars(amount: Micros) -> Decimal:
    """The amount as an exact decimal number of dollars."""
    return Decimal(amount) / MICROS_PER_DOLLAR


def show_usd(amount: Micros) -> str:
    """`$3.02`; below ten cents with the digits that matter, as `$0.003`."""
    value = dollars(amount)
    if amount and abs(value) < Decimal("0.1"):
        return f"{'-' if value < 0 else ''}${abs(value).normalize():f}"
    return f"{'-' if value < 0 else ''}${abs(value).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
