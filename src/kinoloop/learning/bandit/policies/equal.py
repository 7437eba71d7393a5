"""The same money for every ad that runs: what one does who looks at nothing."""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.policies.rounds import USUAL, Plan, close
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Round


@dataclass(frozen=True)
class Equal:
    """Equal split, no verdicts."""

    settings: BanditSettings = USUAL
    name: str = "equal"

    def decide(self, view: AccountView, seed: int) -> Round:
        nobody = np.zeros(view.count, dtype=np.bool_)
        plan = Plan(np.ones(view.count), nobody, ["Every running ad gets the same."] * view.count)
        return close(view, self.settings, f"{self.name} 1", seed, plan)
