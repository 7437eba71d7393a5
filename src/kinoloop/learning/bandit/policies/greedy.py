"""All belief in the money received so far: the split that would earn most if every ad's cash ROAS were true.

No uncertainty, no delay, no kills. An ad without a result starts at the account's own average.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.policies.rounds import USUAL, Plan, cash, close
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Floats, Round
from kinoloop.learning.bandit.rules.allocation import water_fill


@dataclass(frozen=True)
class Greedy:
    """Cash received per money spent, drawn to the account's average by `days` of an ad's launch budget."""

    settings: BanditSettings = USUAL
    days: float = 2.0
    eta: float = 0.7
    name: str = "greedy"

    def decide(self, view: AccountView, seed: int) -> Round:
        returns = self.returns(view)
        alive = np.array([standing == "running" for standing in view.standing], dtype=np.bool_)
        target = np.zeros(view.count)
        if alive.any():
            filled = water_fill(returns[None, alive], float(view.launch), self.eta, float(view.total))
            target[alive] = filled[0]
        reasons = [f"It has returned about {one:.2f} per 1 spent so far." for one in returns]
        plan = Plan(target, np.zeros(view.count, dtype=np.bool_), reasons)
        return close(view, self.settings, f"{self.name} 1", seed, plan)

    def returns(self, view: AccountView) -> Floats:
        """Shrunk cash ROAS per ad, above zero."""
        spent, earned = view.spend.sum(axis=0).astype(np.float64), cash(view)
        usual = (earned.sum() + view.launch) / (spent.sum() + view.launch)
        added = self.days * view.launch
        shrunk: Floats = (earned + usual * added) / (spent + added)
        return shrunk
