"""What anybody may do with budgets in one step: 20 % up or down, a floor, pausing at once, a return at half
of an average budget, never more than the total. Answers outside of that become the nearest one inside.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.settings import Setting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
UNIT = 100.0
"""Minor units per dollar."""


@dataclass(frozen=True)
class Rules:
    """What anybody may do. Money is minor units a day; `velocity` is the most a budget moves in one step.

    `average` is the total shared out evenly at the start; an ad that comes back (or is new) starts at
    `relaunch`.
    """

    total: int
    average: int
    relaunch: int
    floor: int = 500
    velocity: float = 0.20

    @classmethod
    def of(cls, setting: Setting) -> "Rules":
        average = setting.average_budget * UNIT
        return cls(round(setting.daily_budget * UNIT), round(average), round(average / 2))


def bounds(before: Ints, rules: Rules) -> tuple[Floats, Floats]:
    """The least and the most that each budget may become in this step, whole minor units."""
    low = np.maximum(np.ceil(before * (1 - rules.velocity) - 1e-6), rules.floor)
    high = np.maximum(np.floor(before * (1 + rules.velocity) + 1e-6), rules.floor)
    return low, high


def legal(wish: Ints, before: Ints, running: Flags, rules: Rules) -> Ints:
    """The nearest budgets that the rules allow; what is allowed already stays as it is. Zero for who rests.

    Else all wishes are multiplied by one factor and cut to their bounds until they sum to the wish (at most
    the total); where even the lowest bounds are more than the total, those shrink alike.
    """
    low, high = (np.where(running, bound, 0.0) for bound in bounds(before, rules))
    asked = np.where(running, np.maximum(wish, 0), 0).astype(np.float64)
    if asked.sum() <= rules.total and ((asked >= low) & (asked <= high)).all():
        return asked.astype(np.int64)
    target = min(float(rules.total), asked.sum())
    if low.sum() >= target:
        return _whole(low * min(1.0, rules.total / max(low.sum(), 1.0)), high, rules.total)
    if high.sum() <= target:
        return high.astype(np.int64)
    return _whole(_scaled(np.maximum(asked, 1.0) * running, low, high, target), high, int(target))


def _scaled(asked: Floats, low: Floats, high: Floats, target: float) -> Floats:
    """`clip(asked * factor)` with the factor that makes the sum `target`, by bisection of its logarithm."""
    below, above = -40.0, 40.0
    for _ in range(70):
        middle = (below + above) / 2
        if np.clip(asked * np.exp(middle), low, high).sum() < target:
            below = middle
        else:
            above = middle
    result: Floats = np.clip(asked * np.exp(above), low, high)
    return result


def _whole(exact: Floats, high: Floats, most: int) -> Ints:
    """Rounded down, then the largest remainders get one unit each, while there is any left to give."""
    given = np.floor(exact + 1e-9)
    left = int(min(round(exact.sum()), most) - given.sum())
    order = np.argsort(-(exact - given) + (given >= high) * 10.0, kind="stable")
    given[order[: max(left, 0)]] += 1
    return np.minimum(given, np.maximum(high, 0)).astype(np.int64)
