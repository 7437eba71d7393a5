"""What a step is expected to bring a day, with an interval, and what it puts at risk. Pure.

A decision tells an ad's return at its new budget; what another budget would return follows from the usual
concavity of ad auctions (`bandit.rules.concavity`, exponent USUAL_ETA). The ends of the interval take all ads
of a step at their low or high ends together, so they are wide rather than narrow.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, expm1, log1p

from kinoloop.core.currency import Minor
from kinoloop.delivery.changes.records import Expected
from kinoloop.delivery.guards.rules.exposure import OVERSPEND
from kinoloop.learning.bandit.records import AdDecision
from kinoloop.learning.bandit.rules.concavity import USUAL_ETA

Pick = Callable[[AdDecision], float | None]


@dataclass(frozen=True)
class Shift:
    """One ad's daily money before and after a step, and the decision that tells what it returns."""

    told: AdDecision
    before: float
    after: float


def expected(shifts: Sequence[Shift], scale: Minor, effect: str, spent: Minor, risked: Minor) -> Expected:
    """Profit a day of these shifts together. None where the return of any is not known.

    `scale` is the account's usual first budget, `spent` what the step spends more a day. `risked` may be lost
    if it earns nothing; a day may run over its budget by OVERSPEND.
    """
    middle = _profit(shifts, scale, spent, lambda one: one.mean)
    ends = [_profit(shifts, scale, spent, pick) for pick in (lambda one: one.low, lambda one: one.high)]
    known = [one for one in ends if one is not None]
    low, high = (min(known), max(known)) if len(known) == len(ends) else (None, None)
    return Expected(effect, middle, low, high, ceil(max(0, risked) * OVERSPEND))


def revenue(told: AdDecision, mean: float, budget: float, scale: Minor) -> float:
    """Revenue a day at a budget, from the return at the decision's own budget. Minor units."""
    if budget <= 0:
        return 0.0
    return mean * budget * thinned(budget, scale) / thinned(told.budget, scale)


def thinned(budget: float, scale: Minor) -> float:
    """What a unit of a daily budget buys, relative to the first one: K ((1 + b/K)^eta - 1) / (eta b)."""
    much = max(budget, 1.0) / max(scale, 1)
    return expm1(USUAL_ETA * log1p(much)) / (USUAL_ETA * much)


def _profit(shifts: Sequence[Shift], scale: Minor, spent: Minor, pick: Pick) -> Minor | None:
    gained = 0.0
    for one in shifts:
        mean = pick(one.told)
        if mean is None:
            return None
        gained += revenue(one.told, mean, one.after, scale) - revenue(one.told, mean, one.before, scale)
    return round(gained - spent)
