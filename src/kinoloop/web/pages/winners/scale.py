"""A logarithmic line for ratios, 1 always on it: where values lie in per cent, and its marks. Pure."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

LEAST, MOST = 1 / 16, 16.0
"""Ratios beyond these are drawn at the edge; the words beside the drawing give them in full."""
MARGIN = 4.0
"""Per cent left free at either end."""
MARKS = 6


@dataclass(frozen=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True)
class Span:
    """An interval with its middle, in per cent of the line."""

    low: float
    middle: float
    high: float

    @property
    def width(self) -> float:
        return round(max(self.high - self.low, 0.6), 2)


@dataclass(frozen=True)
class Scale:
    """From `least` to `most`, both powers of two around 1."""

    least: float
    most: float

    def at(self, ratio: float) -> float:
        """Where a ratio above zero lies, in per cent."""
        held = min(max(ratio, self.least), self.most)
        part = math.log(held / self.least) / math.log(self.most / self.least)
        return round(MARGIN + (100 - 2 * MARGIN) * part, 2)

    def span(self, low: float, middle: float, high: float) -> Span:
        return Span(self.at(low), self.at(middle), self.at(high))

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Powers of two, every second one on a long line; 1 is always among them."""
        first, last = round(math.log2(self.least)), round(math.log2(self.most))
        step = 1 if last - first < MARKS else 2
        return tuple(
            Tick(self.at(2.0**power), _said(2.0**power))
            for power in range(first, last + 1)
            if power % step == 0
        )


def _said(ratio: float) -> str:
    return f"{ratio:g}" if ratio >= 0.25 else f"{ratio:.2f}"


def scale_of(ratios: Iterable[float]) -> Scale:
    """The shortest line that holds these ratios (above zero) and a factor of two on either side of 1."""
    held = [min(max(one, LEAST), MOST) for one in (*ratios, 0.5, 2.0)]
    return Scale(2.0 ** math.floor(math.log2(min(held))), 2.0 ** math.ceil(math.log2(max(held))))
