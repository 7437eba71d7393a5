"""A common logarithmic scale of returns, and drawings of posteriors on it. Pure geometry in per cent.

Returns are revenue per unit of money. Twice as good lies as far to the right as half as good to the left, and
1, where an ad neither earns nor loses, is always in view.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log

TICKS = (0.1, 10.0, 0.5, 2.0, 0.2, 5.0, 0.05, 20.0, 0.02, 50.0, 0.01, 100.0, 200.0, 500.0)
"""Numbers of a scale beside 1, those that are wanted most first."""
EDGE = 0.14
"""Part of the drawing that stays empty at either end."""
WIDEST = log(10_000)
NARROWEST = log(4)
APART = 11.0
"""Per cent between two numbers of a scale."""
STEPS, TAIL, HALF = 24, 2.3, 11.0
"""Corners of one side of a hill, standard deviations to its end, half its height in drawing units."""


@dataclass(frozen=True)
class Tick:
    """A number of the scale and where it stands, in per cent."""

    at: float
    label: str


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`, logarithms of returns."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Where a return lies, 0 to 100; what is beyond an end lies on it."""
        place = (log(max(value, 1e-12)) - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, place)), 2)

    @property
    def one(self) -> float:
        return self.at(1.0)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The numbers that have room, 1 first of all."""
        kept = [1.0]
        for value in TICKS:
            inside = 3 <= self.at(value) <= 97
            if inside and all(abs(self.at(value) - self.at(other)) >= APART for other in kept):
                kept.append(value)
        return tuple(Tick(self.at(value), f"{value:g}") for value in sorted(kept))


@dataclass(frozen=True)
class Plot:
    """One ad's return: the 80 % interval, its mean, and the hill of the posterior as a path (24 high).

    `tone` is good above 1, bad below it, open where the interval holds 1.
    """

    low: float
    high: float
    mean: float
    one: float
    hill: str
    tone: str


def scale_of(ends: Iterable[tuple[float, float]]) -> Scale:
    """One that holds these intervals and 1; without any, from a quarter to four."""
    logs = [log(end) for pair in ends for end in pair if end > 0]
    low, high = min([*logs, 0.0]), max([*logs, 0.0])
    missing = max(0.0, NARROWEST - (high - low))
    low, high = low - missing / 2, high + missing / 2
    if high - low > WIDEST:
        low, high = max(low, -WIDEST / 2), min(high, WIDEST / 2)
    room = EDGE * (high - low)
    return Scale(low - room, high + room)


def plot_of(
    scale: Scale,
    mean: float | None,
    low: float | None,
    high: float | None,
    mu: float | None,
    sd: float | None,
) -> Plot | None:
    """None where no interval is known. `mu` and `sd` are of the logarithm of the return."""
    if mean is None or low is None or high is None or min(low, high) <= 0:
        return None
    tone = "good" if low >= 1 else "bad" if high <= 1 else "open"
    hill = "" if mu is None or not sd else _hill(scale, mu, sd)
    return Plot(scale.at(low), scale.at(high), scale.at(mean), scale.one, hill, tone)


def band(points: Sequence[tuple[float, float, float]]) -> str:
    """A closed path through (x, top, bottom): out along the tops, back along the bottoms; two at least."""
    if len(points) < 2:
        return ""
    out = [f"{x:g} {top:g}" for x, top, _ in points]
    back = [f"{x:g} {bottom:g}" for x, _, bottom in reversed(points)]
    return "M" + "L".join([*out, *back]) + "Z"


def line(points: Sequence[tuple[float, float]]) -> str:
    """An open path; empty for fewer than two points."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) if len(points) > 1 else ""


def _hill(scale: Scale, mu: float, sd: float) -> str:
    """The density of the posterior above and below the middle, as a violin."""
    far = [TAIL * (2 * n / STEPS - 1) for n in range(STEPS + 1)]
    points = [(scale.at(exp(min(mu + k * sd, 60.0))), round(HALF * exp(-k * k / 2), 2)) for k in far]
    return band([(x, 12 - high, 12 + high) for x, high in points])
