"""Ad money as whole minor units of the account's currency, so that no budget is ever a float.

The offset is the platform's: how many minor units make one major unit. It is not always the ISO exponent.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation

from kinoloop.core.errors import InputError

Minor = int
"""Minor units of a currency: cents of a dollar, whole yen."""
WHOLE = frozenset({"CLP", "COP", "CRC", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "TWD", "VND"})
"""Currencies whose budgets are written in whole units (Meta Marketing API, currencies)."""


@dataclass(frozen=True)
class Currency:
    """An ISO code and how many minor units make one major unit: 100, or 1."""

    code: str
    offset: int = 100

    def minor(self, major: str | int | Decimal) -> Minor:
        """`"12.34"` -> 1234. Raises InputError for what is no amount or is finer than a minor unit."""
        try:
            scaled = Decimal(major) * self.offset
            if scaled != scaled.to_integral_value():
                raise InputError(f"{major} is finer than {self.code} allows.", fix="Round it.")
        except InvalidOperation as error:
            raise InputError(
                f"'{major}' is not an amount of {self.code}.", fix="Write it like 12.50."
            ) from error
        return int(scaled)

    def rounded(self, major: str | Decimal) -> Minor:
        """The nearest minor unit (half to even) of a platform's own decimal string. Raises InputError."""
        try:
            return int((Decimal(major) * self.offset).quantize(Decimal(1), ROUND_HALF_EVEN))
        except InvalidOperation as error:
            raise InputError(f"'{major}' is not an amount of {self.code}.") from error

    def major(self, amount: Minor) -> Decimal:
        """1234 -> 12.34, exactly."""
        return Decimal(amount) / self.offset

    def show(self, amount: Minor) -> str:
        """`USD 1,234.50`, `JPY 1,200`."""
        digits = len(str(self.offset)) - 1
        return f"{self.code} {self.major(amount):,.{digits}f}"


def currency(code: str) -> Currency:
    """The currency with the offset that Meta uses for it. Raises InputError for what is no ISO code."""
    if len(code) != 3 or not code.isascii() or not code.isupper():
        raise InputError(f"'{code}' is not a currency.", fix="Use an ISO code such as USD.")
    return Currency(code, 1 if code in WHOLE else 100)
