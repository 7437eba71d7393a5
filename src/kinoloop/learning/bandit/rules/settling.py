"""One round as arrays: belief and standing budgets in; verdicts, chances and new budgets out.

Money follows drawn returns, each draw's best split, averaged over draws: an ad that may be the best gets its
share before anybody is sure. Then floor, velocity and total are kept.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import BanditSettings, Belief, Flags, Floats, Ints
from kinoloop.learning.bandit.rules.allocation import (
    average_gain,
    by_name,
    draws,
    flood,
    limits,
    spread,
    step_velocity,
)
from kinoloop.learning.bandit.rules.verdicts import (
    Case,
    Odds,
    Standings,
    contenders,
    odds,
    over_chance,
    stand,
)


@dataclass(frozen=True)
class Settled:
    """`standing` and `budgets` from now on; paused ads keep their budget. `kept` run only so that enough do.

    `over` is the chance that an ad's next unit of money beats `marginal`, what the last unit earns elsewhere
    (revenue per money, the median draw). `log_roas` is of the average unit at the new budget.
    """

    odds: Odds
    over: Floats
    marginal: float
    standing: Standings
    kept: Flags
    budgets: Ints
    log_roas: Floats

    @property
    def running(self) -> Flags:
        runs: Flags = self.standing == "running"
        return runs


def settle(case: Case, belief: Belief, settings: BanditSettings, seed: int) -> Settled:
    """Decide for a whole account; the same arguments give the same bits.

    An ad that never had a budget starts at half of the usual first one.
    """
    found = odds(case, belief, settings)
    may = contenders(case, found, settings)
    wanted, marginal = _wanted(case, belief, may, settings, seed)
    over = over_chance(belief, marginal)
    before = np.where(case.budgets > 0, case.budgets, round(case.launch / 2))
    speed = step_velocity(settings.velocity, case.step_hours, settings.velocity_hours)
    low, high = limits(before, settings.floor_budget, speed)
    standing, kept = stand(case, belief, found, over, high, settings)
    budgets = _budgets(case, wanted, standing == "running", low, high)
    return Settled(
        odds=found,
        over=over,
        marginal=float(np.exp(np.median(marginal))),
        standing=standing,
        kept=kept,
        budgets=budgets,
        log_roas=belief.mu + np.log(average_gain(budgets.astype(np.float64), belief.scale, belief.eta)),
    )


def _wanted(
    case: Case, belief: Belief, may: Flags, settings: BanditSettings, seed: int
) -> tuple[Floats, Floats]:
    """The mean of the draws' best splits, and per draw the log return of the last unit of money.

    Ads are taken by name, so each keeps its draws however they are listed.
    """
    wanted = np.zeros(len(case.ad_ids))
    if not may.any():
        return wanted, np.zeros(1)
    rows = by_name(case.ad_ids, may)
    logs = draws(settings.draws, len(rows), seed, case.hours)
    logs *= settings.temperature * np.sqrt(belief.var[rows])
    logs += belief.mu[rows]
    split, marginal = flood(logs, belief.scale, belief.eta[rows], float(case.total))
    wanted[rows] = split.mean(axis=0)
    return wanted, marginal


def _budgets(case: Case, wanted: Floats, runs: Flags, low: Ints, high: Ints) -> Ints:
    """New budgets of those that run; the others keep theirs."""
    rows = by_name(case.ad_ids, runs)
    budgets = case.budgets.copy()
    if len(rows):
        budgets[rows] = spread(wanted[rows], low[rows], high[rows], case.total)
    return budgets
