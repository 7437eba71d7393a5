"""How the report says amounts, parts and verdicts. Pure; the page, the terminal and the tests share these.

Amounts of 100 and more are rounded to whole units of the currency: `kinoloop demo --json` has them exactly.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from kinoloop.cli.demo.records import Who
from kinoloop.core.currency import Currency, Minor
from kinoloop.core.text import label
from kinoloop.web.pages.decide.words import STANDINGS, WORDS

HARD = "\u00a0"
"""A space at which no line is broken."""
SAMPLE = "SAMPLE: simulated account; nothing was spent"
ROUND_FROM = 100
SYMBOLS: Mapping[str, str] = {"USD": "$", "EUR": "€", "GBP": "£"}
NAMES: Mapping[Who, str] = {
    "ours": "Kinoloop",
    "seed": "Usual rule",
    "equal": "Equal split",
    "oracle": "Oracle",
}
MEANINGS: Mapping[Who, str] = {
    "ours": "Every change goes through the product's own decisions, its queue and its guards.",
    "seed": "Clicks first, return later; it stops an ad whose return is low so far, closed deals or not.",
    "equal": "Every ad gets the same money on every day.",
    "oracle": "It knows the truth of every ad, under the same limits: the bound to measure against.",
}
GUARD = 0.20
"""The velocity guard's bound on one change."""


def money(amount: Minor, currency: Currency, *, signed: bool = False) -> str:
    """`$84,210`, `$12.40`, `-$1,204`, `CHF 1,200`; with `signed`, gains carry a plus."""
    sign = "-" if amount < 0 else "+" if signed and amount else ""
    symbol = SYMBOLS.get(currency.code, f"{currency.code}{HARD}")
    value = currency.major(abs(amount))
    if value >= ROUND_FROM or value == value.to_integral_value():
        return f"{sign}{symbol}{value.quantize(Decimal(1), ROUND_HALF_EVEN):,}"
    return f"{sign}{symbol}{value:,.2f}"


def short(amount: Minor, currency: Currency) -> str:
    """For scales: `$50k`, `$1.2M`, `-$5k`; whole below ten thousand."""
    value = currency.major(abs(amount))
    power, unit = next(((10**n, u) for n, u in ((6, "M"), (3, "k")) if value >= 10**n), (1, ""))
    if value < 10_000 and not (value % 1000 == 0 and value):
        return money(amount, currency)
    sign, symbol = "-" if amount < 0 else "", SYMBOLS.get(currency.code, f"{currency.code}{HARD}")
    return f"{sign}{symbol}{(value / power).normalize():f}{unit}"


def share(part: float | None, digits: int = 0) -> str:
    """`96 %`; what is short of all or of nothing is never rounded to it; None is `not known`."""
    if part is None:
        return "not known"
    text = f"{100 * part:.{digits}f}"
    if not digits and 0 < part < 0.005:
        return f"under 1{HARD}%"
    if not digits and 0.995 <= part < 1:
        return f"over 99{HARD}%"
    return f"{text}{HARD}%"


def ratio(part: float, whole: float) -> float | None:
    """None where there is no whole to be a part of."""
    return part / whole if whole > 0 else None


def back(value: float | None) -> str:
    """A return: revenue per 1 spent."""
    return "not known" if value is None else f"{value:.2f}"


def count(number: float) -> str:
    """`12`, `1,240`, `3.4`: credited deals are parts of deals."""
    whole = float(number).is_integer()
    return f"{number:,.0f}" if whole else f"{number:,.1f}"


def verdict(word: str) -> str:
    """The product's word for a verdict; one that is not known is said as it is."""
    return next((said for key, said in WORDS.items() if key == word), label(word))


def standing(word: str) -> str:
    return next((said for key, said in STANDINGS.items() if key == word), label(word))


def sentence(text: str) -> str:
    """With a capital letter and an end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if text[-1:] in (".", "!", "?", "") else ".")


def listed(items: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(part for part in (", ".join(items[:-1]), items[-1] if items else "") if part)
