"""What a finished game was really worth, from the hidden truth: one `Score` per game.

A winner is an ad that, fresh and at the average budget, returns 1.5 or more; a loser returns less than 1.
Money is minor units; revenue is expected (what the spend is worth on average), not what chance made of it.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.sandbox.market.game import Played

WINNER, LOSER = 1.5, 1.0


@dataclass(frozen=True)
class Score:
    """Sums of one game. `wrongly_stopped` are ads stopped for good while they would still have won at the
    average budget (parked ones are not stopped for good). `kills_right` are those that lost money then.
    """

    seed: int
    revenue: float
    spend: float
    on_losers: float
    winners: int
    wrongly_stopped: int
    kills: int
    kills_right: int
    refused: float

    @property
    def profit(self) -> float:
        return self.revenue - self.spend

    @property
    def waste(self) -> float:
        """Share of the spend on ads whose true return at their budget was below 1."""
        return self.on_losers / self.spend if self.spend else 0.0


def score(played: Played) -> Score:
    """Read the truth of a game."""
    losing = np.nan_to_num(played.roas, nan=np.inf) < LOSER
    launched = (played.budgets > 0).any(axis=0)
    wrongly = {ad for _, ad, worth in played.kills if worth >= WINNER}
    return Score(
        played.seed,
        float(played.expected.sum()),
        float(played.spend.sum()),
        float(played.spend[losing].sum()),
        int((played.fresh[launched] >= WINNER).sum()),
        len(wrongly),
        len(played.kills),
        sum(worth < LOSER for _, _, worth in played.kills),
        played.refused,
    )
