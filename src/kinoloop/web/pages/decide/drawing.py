"""Two drawings of rounds: how a return and a budget moved over time, and what a return is made of. Pure.

Drawing units are per cent of a width and a height; the tables beside them say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp

from kinoloop.learning.decisions.records import AdLine
from kinoloop.web.pages.decide.scales import Scale, Tick, band, line, scale_of
from kinoloop.web.pages.decide.words import part_words

SMALL = 0.005
"""A part of a logarithm below this changes nothing that is shown."""


@dataclass(frozen=True)
class Dot:
    """A round on the drawing, with the words that a pointer shows."""

    x: float
    y: float
    low: float
    high: float
    label: str


@dataclass(frozen=True)
class Course:
    """Returns over time: the band of 80 %, the means, break-even (`one`), numbers at the side (from above).

    `budget` is the path of the daily budget below it, against `most`.
    """

    band: str
    mean: str
    dots: tuple[Dot, ...]
    one: float
    ticks: tuple[Tick, ...]
    budget: str
    first: datetime
    last: datetime


@dataclass(frozen=True)
class Part:
    """One factor of a return: its bar from the middle (50) outwards, and by how much it multiplies."""

    name: str
    label: str
    size: float
    factor: float
    x: float
    width: float


@dataclass(frozen=True)
class Parts:
    """What an ad's return is made of. `usual` is what a usual ad returns, `factor` all parts together."""

    usual: float | None
    parts: tuple[Part, ...]
    factor: float


def course_of(lines: Sequence[AdLine]) -> Course | None:
    """Of rounds newest first; None for fewer than two with an interval."""
    told = [one for one in reversed(lines) if one.low is not None and one.high is not None and one.low > 0]
    if len(told) < 2:
        return None
    scale = scale_of((one.low or 1.0, one.high or 1.0) for one in told)
    first, last = told[0].at, told[-1].at
    seconds = max(1.0, (last - first).total_seconds())
    dots = tuple(_dot(one, scale, 100 * (one.at - first).total_seconds() / seconds) for one in told)
    return Course(
        band=band([(dot.x, dot.high, dot.low) for dot in dots]),
        mean=line([(dot.x, dot.y) for dot in dots]),
        dots=dots,
        one=round(100 - scale.one, 2),
        ticks=tuple(Tick(round(100 - tick.at, 2), tick.label) for tick in scale.ticks),
        budget=_steps([(dot.x, one.budget) for dot, one in zip(dots, told, strict=True)]),
        first=first,
        last=last,
    )


def parts_of(parts: Mapping[str, float]) -> Parts | None:
    """From named parts of the logarithm, the strongest first; None where the policy tells none."""
    if not parts:
        return None
    sizes = {name: size for name, size in parts.items() if name != "account" and abs(size) >= SMALL}
    most = max((abs(size) for size in sizes.values()), default=1.0)
    order = sorted(sizes, key=lambda name: (-abs(sizes[name]), name))
    usual = parts.get("account")
    return Parts(
        usual=None if usual is None else exp(usual),
        parts=tuple(_part(name, sizes[name], most) for name in order),
        factor=exp(sum(size for name, size in parts.items() if name != "account")),
    )


def _dot(one: AdLine, scale: Scale, x: float) -> Dot:
    low, high = one.low or 1.0, one.high or 1.0
    mean = one.mean or low
    label = f"{one.at:%Y-%m-%d %H:%M} UTC: {mean:.2f}, 80 % {low:.2f} to {high:.2f}"
    return Dot(round(x, 2), _down(scale, mean), _down(scale, low), _down(scale, high), label)


def _down(scale: Scale, value: float) -> float:
    return round(100 - scale.at(value), 2)


def _steps(points: Sequence[tuple[float, int]]) -> str:
    """A budget holds until the next round changes it."""
    most = max(1, *(amount for _, amount in points))
    corners = list[tuple[float, float]]()
    for place, (x, amount) in enumerate(points):
        y = round(100 - 92 * amount / most, 2)
        if place:
            corners.append((x, corners[-1][1]))
        corners.append((x, y))
    return line(corners)


def _part(name: str, size: float, most: float) -> Part:
    width = round(46 * abs(size) / most, 2)
    x = 50.0 if size > 0 else round(50 - width, 2)
    return Part(name, part_words(name), size, exp(size), x, width)
