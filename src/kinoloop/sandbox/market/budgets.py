"""How daily budgets become spend: paced by the hour, a little over or under, shared inside a group, never
more than the platform's 1.75 budgets a day. Money is minor units; a group is whatever owns a budget.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Purse:
    """Budgets of all groups, and what was spent on the running day."""

    def __init__(self, seed: int, overspend_sd: float, most: float) -> None:
        self._seed, self._sd, self.most = seed, overspend_sd, most
        self.names: dict[str, int] = {}
        self._budget, self._today = np.zeros(0), np.zeros(0, dtype=np.int64)
        self._carry, self._over = np.zeros(0), np.zeros(0)
        self._day = -1

    def place(self, group: str) -> int:
        """The group's number; a new group starts without a budget."""
        if group not in self.names:
            self.names[group] = len(self.names)
            self._budget = np.append(self._budget, 0.0)
            self._today = np.append(self._today, 0)
            self._carry = np.append(self._carry, 0.0)
            self._over = self._overs()
        return self.names[group]

    def set(self, group: str, minor: int) -> None:
        place = self.place(group)  # first: it may put a longer array in place
        self._budget[place] = minor

    def budgets(self) -> dict[str, int]:
        return {name: int(self._budget[place]) for name, place in self.names.items()}

    def spend(self, day: int, pace: float, group: Ints, weight: Floats) -> Ints:
        """Minor units per ad in one step. `weight` is 0 for ads that do not run."""
        if day != self._day:
            self._day, self._today = day, np.zeros_like(self._today)
            self._over = self._overs()
        whole_weight = np.bincount(group, weight, minlength=len(self.names)).astype(np.float64)
        planned = np.where(whole_weight > 0, self._budget * self._over * pace, 0.0) + self._carry
        room = np.maximum(np.floor(self._budget * self.most) - self._today, 0)
        whole = np.where(whole_weight > 0, np.minimum(np.floor(planned), room), 0).astype(np.int64)
        self._carry = np.minimum(planned - whole, 1.0)
        self._today = self._today + whole
        return shared(whole, group, weight, whole_weight)

    def _overs(self) -> Floats:
        """How far each group runs over or under its budget today; 1 on average."""
        rng = np.random.default_rng([self._seed, 4, max(self._day, 0)])
        drawn = np.exp(self._sd * rng.standard_normal(len(self.names)) - self._sd**2 / 2)
        result: Floats = np.clip(drawn, 0.6, self.most)
        return result


def shared(whole: Ints, group: Ints, weight: Floats, whole_weight: Floats) -> Ints:
    """Split whole amounts of groups over their ads by weight, to the last unit (largest remainders)."""
    total = whole_weight[group]
    exact = np.divide(whole[group] * weight, total, out=np.zeros(len(group)), where=total > 0)
    given = np.floor(exact).astype(np.int64)
    left = whole - np.bincount(group, given, minlength=len(whole)).astype(np.int64)
    if not left.any():
        return given
    order = np.lexsort((-(exact - given), weight == 0, group))
    starts = np.searchsorted(group[order], group[order])
    rank = np.empty(len(group), dtype=np.int64)
    rank[order] = np.arange(len(group)) - starts
    return given + (rank < left[group])
