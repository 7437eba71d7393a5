"""Our policy: belief from everything known, Thompson draws into budgets, verdicts that can be taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.core.currency import Currency
from kinoloop.learning.bandit.policies.rounds import USUAL
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Belief, Round
from kinoloop.learning.bandit.rules.belief import believe
from kinoloop.learning.bandit.rules.telling import Told, tell
from kinoloop.learning.bandit.rules.verdicts import Case

USD = Currency("USD")


@dataclass(frozen=True)
class Ours:
    """`currency` is for sentences only: amounts are minor units everywhere else."""

    settings: BanditSettings = USUAL
    currency: Currency = USD
    name: str = "ours"

    def decide(self, view: AccountView, seed: int) -> Round:
        return self.conclude(view, believe(view, self.settings), seed)

    def conclude(self, view: AccountView, belief: Belief, seed: int) -> Round:
        """The round that follows from a belief."""
        noun = "lead" if view.mode == "pipeline" else "sale"
        told = Told(noun, self.currency.show, _frequency(view))
        return tell(case_of(view), belief, self.settings, seed, told, policy=f"{self.name} 1")


def case_of(view: AccountView) -> Case:
    """What is left of the view once there is a belief."""
    return Case(
        ad_ids=view.ad_ids,
        age_days=np.maximum(view.hours - view.launched_at, 0) / 24,
        spend=view.spend.sum(axis=0),
        budgets=view.budgets,
        standing=view.standing,
        total=view.total,
        launch=view.launch,
        hours=view.hours,
        step_hours=view.step_hours,
    )


def _frequency(view: AccountView) -> Sequence[float | None]:
    """The newest known frequency of each ad."""
    if not len(view.frequency):
        return [None] * view.count
    return [None if np.isnan(value) else float(value) for value in view.frequency[-1]]
