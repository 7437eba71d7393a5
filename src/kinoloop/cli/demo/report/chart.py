"""Cumulative true profit by day as geometry: paths, ticks, labels that do not lie on each other. Pure.

Places are per cent of the plot, from its upper left corner, so that the drawing fits any width.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from kinoloop.cli.demo.records import Contender, Who
from kinoloop.cli.demo.report import words
from kinoloop.core.currency import Currency, Minor
from kinoloop.web.pages.decide.scales import line

ROWS, COLUMNS = 5, 6
"""About how many numbers stand at the side and below."""
APART = 13.0
"""Per cent between two labels of lines: two rows of text in a drawing of 300 units."""


@dataclass(frozen=True)
class Tick:
    """A number of a scale and where it stands."""

    at: float
    label: str
    zero: bool = False


@dataclass(frozen=True)
class Curve:
    """One contender: its path, where it ends, and where its label stands."""

    who: Who
    name: str
    path: str
    end: float
    label_at: float
    profit: str


@dataclass(frozen=True)
class Day:
    """The sums of one day, in the order of the curves; None where a contender's game was shorter."""

    number: int
    sums: tuple[Minor | None, ...]


@dataclass(frozen=True)
class Chart:
    """The curves, both scales, where profit is nothing, and the table that says the same."""

    curves: tuple[Curve, ...]
    amounts: tuple[Tick, ...]
    days: tuple[Tick, ...]
    zero: float
    table: tuple[Day, ...]


def chart_of(contenders: Sequence[Contender], currency: Currency) -> Chart | None:
    """None where no day was played."""
    played = [one for one in contenders if one.profits]
    if not played:
        return None
    days = max(len(one.profits) for one in played)
    sums = [amount for one in played for amount in (0, *one.profits)]
    steps = _steps(min(sums), max(sums), currency.offset)
    low, high = steps[0], steps[-1]

    def down(amount: float) -> float:
        return round(100 * (high - amount) / (high - low), 2)

    labels = spread([down(one.profits[-1]) for one in played], APART)
    curves = tuple(
        Curve(
            who=one.who,
            name=words.NAMES[one.who],
            path=line(
                [(round(100 * day / days, 2), down(amount)) for day, amount in enumerate((0, *one.profits))]
            ),
            end=down(one.profits[-1]),
            label_at=place,
            profit=words.money(one.profits[-1], currency, signed=True),
        )
        for one, place in zip(played, labels, strict=True)
    )
    amounts = tuple(Tick(down(amount), words.short(amount, currency), amount == 0) for amount in steps)
    return Chart(curves, amounts, _days(days), down(0), _table(played, days))


def spread(places: Sequence[float], apart: float) -> list[float]:
    """Places moved as little as it takes to lie `apart` from each other, in their order, within 0 to 100."""
    order = sorted(range(len(places)), key=lambda number: places[number])
    moved, least = list(places), 0.0
    for number in order:
        moved[number] = max(places[number], least)
        least = moved[number] + apart
    most = 100.0
    for number in reversed(order):
        moved[number] = round(min(moved[number], most), 2)
        most = moved[number] - apart
    return moved


def _steps(low: Minor, high: Minor, offset: int) -> list[int]:
    """Round amounts from at most `low` to at least `high`, 0 among them."""
    rough = max(high - low, offset) / ROWS
    power = 10 ** floor(log10(rough))
    step = max(1, round(next(part * power for part in (1, 2, 5, 10) if part * power >= rough * 0.999)))
    first, last = floor(low / step), max(ceil(high / step), floor(low / step) + 1)
    return [number * step for number in range(first, last + 1)]


def _days(days: int) -> tuple[Tick, ...]:
    step = next((step for step in (1, 2, 5, 10, 20, 30, 50, 100) if days / step <= COLUMNS), days)
    return tuple(Tick(round(100 * day / days, 2), str(day)) for day in range(0, days + 1, step))


def _table(played: Sequence[Contender], days: int) -> tuple[Day, ...]:
    return tuple(
        Day(number, tuple(one.profits[number - 1] if number <= len(one.profits) else None for one in played))
        for number in range(1, days + 1)
    )
