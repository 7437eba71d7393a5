"""The reliability diagram: predicted against seen rates with Wilson's bounds, in units of a drawing. Pure.

Both scales are logarithmic: click rates of one account lie a factor of thirty apart.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.learning.predictor.records import Bin
from kinoloop.web.pages.models.measures import percent

SIDE, LEFT, TOP = 280.0, 60.0, 10.0
"""The square of the plot, and where it stands in the drawing."""
WIDE, HIGH = LEFT + SIDE + 14.0, TOP + SIDE + 44.0
SMALL, LARGE = 2.5, 5.0
LEAST = 1e-4
"""No scale begins lower."""
SERIES = (*(round(one * 10.0**power, 8) for power in range(-4, 0) for one in (1, 2, 5)), 1.0)
MARKS = 7


@dataclass(frozen=True)
class Tick:
    """`at` from the left of the plot; `down` from the top of the drawing."""

    at: float
    down: float
    label: str


@dataclass(frozen=True)
class Dot:
    """One bin: its place, its bounds from top to bottom, a size by its impressions, whether it is off."""

    x: float
    y: float
    top: float
    bottom: float
    size: float
    off: bool
    label: str


@dataclass(frozen=True)
class Diagram:
    """`bins` in the order of `dots`, for the table beside."""

    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    bins: tuple[Bin, ...]
    wide: float = WIDE
    high: float = HIGH
    left: float = LEFT
    top: float = TOP
    side: float = SIDE


def diagram_of(bins: Sequence[Bin]) -> Diagram | None:
    """None without a bin."""
    if not bins:
        return None
    marks = marks_of(bins)
    most = max(one.impressions for one in bins)
    return Diagram(
        dots=tuple(_dot(one, marks, most) for one in bins),
        ticks=_ticks(marks),
        bins=tuple(bins),
    )


def off(one: Bin) -> bool:
    """Whether what was said lies outside of what chance allows around what was seen."""
    return not one.low <= one.predicted <= one.high


def marks_of(bins: Sequence[Bin]) -> tuple[float, ...]:
    """The marks of both scales, 1, 2 or 5 times a power of ten: from the one at or below all rates on."""
    rates = [rate for one in bins for rate in (one.predicted, one.observed, one.low, one.high)]
    least = min(max(min((rate for rate in rates if rate > 0), default=LEAST), LEAST), 0.5)
    first = max(one for one in SERIES if one <= least * (1 + 1e-9))
    last = min(one for one in SERIES if one >= max(rates) * (1 - 1e-9) and one > first)
    return tuple(one for one in SERIES if first <= one <= last)


def _ticks(marks: Sequence[float]) -> tuple[Tick, ...]:
    """All marks, or powers of ten only where they would stand too close."""
    shown = marks if len(marks) <= MARKS else [one for one in marks if SERIES.index(one) % 3 == 0]
    return tuple(Tick(_across(one, marks), _down(one, marks), f"{100 * one:g} %") for one in shown)


def _dot(one: Bin, marks: Sequence[float], most: int) -> Dot:
    said = f"said {percent(one.predicted, 2)}, seen {percent(one.observed, 2)}"
    return Dot(
        x=_across(one.predicted, marks),
        y=_down(one.observed, marks),
        top=_down(one.high, marks),
        bottom=_down(one.low, marks),
        size=round(SMALL + (LARGE - SMALL) * math.sqrt(one.impressions / most), 1),
        off=off(one),
        label=f"{said} ({percent(one.low, 2)} to {percent(one.high, 2)})",
    )


def _across(rate: float, marks: Sequence[float]) -> float:
    return round(LEFT + SIDE * _part(rate, marks), 1)


def _down(rate: float, marks: Sequence[float]) -> float:
    return round(TOP + SIDE * (1 - _part(rate, marks)), 1)


def _part(rate: float, marks: Sequence[float]) -> float:
    """0 to 1 along the scale; rates below the first mark (a bin without a click) lie on it."""
    held = min(max(rate, marks[0]), marks[-1])
    return math.log(held / marks[0]) / math.log(marks[-1] / marks[0])
