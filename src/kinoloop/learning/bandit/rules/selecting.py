"""A split of a day's money from totals alone, which really sums to it.

The cap on changes holds between ads: what each has now, scaled to the total, moves by so much at most. It
gives way only where paused ads leave more money than the others could take inside it.
"""

from dataclasses import dataclass, replace

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import BanditSettings, Belief, Floats, Ints, Round, Standing
from kinoloop.learning.bandit.rules.allocation import spread
from kinoloop.learning.bandit.rules.telling import Told, tell
from kinoloop.learning.bandit.rules.totals import Totals, believe_totals
from kinoloop.learning.bandit.rules.verdicts import Case
from kinoloop.learning.bandit.rules.wording import Show

POLICY = "ours from totals 1"
RUNS: Standing = "running"


@dataclass(frozen=True)
class Selection:
    """The round with the belief it rests on. `current` is what each ad has now (minor units a day)."""

    round: Round
    belief: Belief
    current: Ints


def select(
    ad_ids: tuple[str, ...], told: Totals, total: Minor, settings: BanditSettings, seed: int, show: Show
) -> Selection:
    """Running ads get the whole total, to the minor unit (at least one for each ad)."""
    belief, current = believe_totals(told), np.rint(told.pace).astype(np.int64)
    even = np.full(len(ad_ids), total)
    case = Case(
        ad_ids=ad_ids,
        age_days=told.age_days,
        spend=np.rint(told.spend).astype(np.int64),
        budgets=spread(_weights(told.pace), np.zeros_like(even), even, total),
        standing=tuple(RUNS for _ in ad_ids),
        total=total,
        launch=max(total // len(ad_ids), 1),
        hours=0.0,
        step_hours=settings.velocity_hours,
    )
    fitting = replace(settings, floor_budget=min(settings.floor_budget, total // len(ad_ids)))
    words = Told(None, show, [None] * len(ad_ids))
    found = tell(case, belief, fitting, seed, words, policy=POLICY)
    while found.notes:
        fitting = replace(fitting, velocity=2 * fitting.velocity + 0.1)
        found = tell(case, belief, fitting, seed, words, policy=POLICY)
    return Selection(found, belief, current)


def _weights(pace: Floats) -> Floats:
    return pace if pace.sum() > 0 else np.ones_like(pace)
