"""A budget policy on the rounds of another: the same account as it was known then, decided anew.

Shares of the money are the propensities; a round is a cluster. It takes what a unit of money earned in an ad
as it was, so it says little of budgets far from those that were tried: the weights' effective sample tells.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from kinoloop.learning.bandit.records import Policy, Round
from kinoloop.learning.trials.records import Log, LoggedRound

SPENDING = ("running",)


def shares(decided: Round) -> Mapping[str, float]:
    """Every running ad's part of the round's money; empty when there is none."""
    budgets = {one.ad_id: one.budget for one in decided.decisions if one.standing in SPENDING}
    total = sum(budgets.values())
    return {ad_id: budget / total for ad_id, budget in budgets.items()} if total else {}


def log_of(rounds: Sequence[LoggedRound], candidate: Policy) -> Log:
    """What was tried, with the shares that the candidate would have given on the same knowledge.

    Ads that spent without a share of their own (somebody else's budget) are left out.
    """
    rows: list[tuple[float, float, float, float, int]] = []
    for number, one in enumerate(rounds):
        done, wanted = shares(one.done), shares(candidate.decide(one.view, one.seed))
        rows += [
            (float(one.earned.get(ad_id, 0)), float(spent), done[ad_id], wanted.get(ad_id, 0.0), number)
            for ad_id, spent in sorted(one.spent.items())
            if spent > 0 and done.get(ad_id, 0.0) > 0
        ]
    table = np.array(rows, dtype=np.float64).reshape(-1, 5)
    return Log(table[:, 0], table[:, 1], table[:, 2], table[:, 3], table[:, 4].astype(np.int64))
