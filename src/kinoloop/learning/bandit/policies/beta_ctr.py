"""Thompson sampling on the click rate alone, as many optimisers do: Beta(1 + clicks, 1 + views without one).

An ad's share is how often its drawn rate is the highest. What a click is worth does not enter.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.policies.rounds import USUAL, Plan, close, running
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Round
from kinoloop.learning.bandit.rules.allocation import by_name, generator


@dataclass(frozen=True)
class BetaCtr:
    """`count` joint draws a round."""

    settings: BanditSettings = USUAL
    count: int = 200
    name: str = "beta_ctr"

    def decide(self, view: AccountView, seed: int) -> Round:
        clicks = view.clicks.sum(axis=0)
        missed = np.maximum(view.impressions.sum(axis=0) - clicks, 0)
        order = by_name(view.ad_ids)
        drawn = np.full((self.count, view.count), -1.0)
        chance = generator(seed, view.hours)
        drawn[:, order] = chance.beta(1 + clicks[order], 1 + missed[order], (self.count, view.count))
        drawn[:, ~running(view)] = -1.0
        wins = np.bincount(drawn.argmax(axis=1), minlength=view.count) if view.count else np.zeros(0)
        shares = wins / self.count
        reasons = [f"In {share:.0%} of draws its click rate is the highest." for share in shares]
        plan = Plan(shares, np.zeros(view.count, dtype=np.bool_), reasons)
        return close(view, self.settings, f"{self.name} 1", seed, plan)
