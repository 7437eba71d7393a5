"""MABWiser's Thompson sampling as a player, for comparison only: its library is a development dependency.

An arm is an ad, a trial is a click, a success is a conversion with a click id (a purchase or a lead). An ad's
share of the money is how often its draw was the best of `draws`.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from kinoloop.core.errors import UnavailableError
from kinoloop.learning.bandit.records import AccountView, AdDecision, Floats, Ints, Round

NAME = "mabwiser"


def available() -> bool:
    """Whether the library is installed."""
    return find_spec("mabwiser") is not None


class MabwiserThompson:
    """Learns on as the game goes, as the library does; one object plays one game."""

    name = NAME

    def __init__(self, draws: int = 48) -> None:
        if not available():
            raise UnavailableError(
                "MABWiser is not installed.",
                why="It is only compared with, so the product does not bring it.",
                fix="Install mabwiser, or leave 'mabwiser' out of --policy.",
            )
        self._draws = draws
        self._fed = np.zeros((2, 0), dtype=np.int64)
        self._bandit: Any = None

    def decide(self, view: AccountView, seed: int) -> Round:
        """Feed what is new, draw, share out. The referee keeps the moves legal."""
        self._learn(view, seed)
        best = [self._bandit.predict() for _ in range(self._draws)]
        shares: Floats = np.bincount(best, minlength=view.count) / self._draws
        wish = np.floor(shares * view.total).astype(np.int64)
        wish[int(shares.argmax())] += view.total - int(wish.sum())
        lines = zip(view.ad_ids, view.budgets, wish, shares, strict=True)
        decisions = tuple(
            AdDecision(ad, "keep", "running", int(before), int(budget), f"Best in {share:.0%} of draws.")
            for ad, before, budget, share in lines
        )
        return Round(NAME, seed, view.total, decisions)

    def _learn(self, view: AccountView, seed: int) -> None:
        known = self._fed.shape[1]
        fed = np.pad(self._fed, ((0, 0), (0, view.count - known)))
        new = np.maximum(_trials(view) - fed, 0)
        self._fed = fed + new
        arms = np.tile(np.arange(view.count), 2)
        decisions = np.repeat(arms, new.ravel())
        rewards = np.repeat([1, 0], new.sum(axis=1))
        if self._bandit is None:
            self._bandit = _bandit(view.count, seed)
            self._bandit.fit(decisions, rewards)
            return
        for arm in range(known, view.count):
            self._bandit.add_arm(arm)
        if len(decisions):
            self._bandit.partial_fit(decisions, rewards)


def _bandit(arms: int, seed: int) -> Any:
    mab = import_module("mabwiser.mab")  # heavy, untyped, and only where it was asked for
    return mab.MAB(list(range(arms)), mab.LearningPolicy.ThompsonSampling(), seed=seed % 2**31)


def _trials(view: AccountView) -> Ints:
    """Successes and failures until now, rows by ads."""
    told = view.outcomes.by_id
    won = np.bincount(told[told >= 0], minlength=view.count)
    return np.stack([won, np.maximum(view.clicks.sum(axis=0) - won, 0)]).astype(np.int64)
