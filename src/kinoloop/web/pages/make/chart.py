"""Money by day as bars under the budget lines, in per cent of the drawing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.core.money import Micros, show_usd
from kinoloop.costs.records import Day

GAP = 0.25
"""Share of a day's width that stays empty."""


@dataclass(frozen=True)
class DayBar:
    """`spent` and `held` heights and `top` places in per cent from above; `label` says it in words."""

    x: float
    width: float
    spent_top: float
    spent_height: float
    held_top: float
    held_height: float
    label: str
    name: str | None


@dataclass(frozen=True)
class DayChart:
    """`soft` and `hard` are the places of the budget lines, None where they lie above the drawing."""

    bars: tuple[DayBar, ...]
    soft: float | None
    hard: float | None
    highest: Micros


def day_chart(days: Sequence[Day]) -> DayChart:
    """Scaled to the largest day; the budget is drawn once a day comes within a fifth of it."""
    largest = max((one.spent + one.held for one in days), default=0)
    hard = max((one.hard for one in days), default=0)
    soft = max((one.soft for one in days), default=0)
    highest = _round_up(largest) if largest * 5 < soft else round(max(largest, hard) * 1.08)
    step = 100 / max(1, len(days))
    bars = tuple(_bar(one, place * step, step, highest, place) for place, one in enumerate(days))
    return DayChart(bars, _place(soft, highest), _place(hard, highest), highest)


def _bar(one: Day, x: float, step: float, highest: Micros, place: int) -> DayBar:
    spent, held = 100 * one.spent / highest, 100 * one.held / highest
    label = f"{one.day.isoformat()}: {show_usd(one.spent)} spent"
    return DayBar(
        x=round(x + step * GAP / 2, 2),
        width=round(step * (1 - GAP), 2),
        spent_top=round(100 - spent, 2),
        spent_height=round(spent, 2),
        held_top=round(100 - spent - held, 2),
        held_height=round(held, 2),
        label=label + (f", {show_usd(one.held)} set aside" if one.held else ""),
        name=one.day.strftime("%d %b") if place % 7 == 1 else None,
    )


def _place(amount: Micros, highest: Micros) -> float | None:
    return None if amount > highest or highest == 0 else round(100 - 100 * amount / highest, 2)


def _round_up(amount: Micros) -> Micros:
    """The next 1, 2 or 5 times a power of ten, one cent at least."""
    scale = 10_000
    while scale * 10 <= amount:
        scale *= 10
    return next(scale * step for step in (1, 2, 5, 10) if scale * step >= amount)
