"""Whether what a policy says of its ads is true: how often its 80 % interval holds the true return, and how
far its chance to lose money is from how often that is so. Read once a day, over ads that run.
"""

from dataclasses import dataclass, field

import numpy as np

from kinoloop.learning.bandit.records import AdDecision, Round
from kinoloop.sandbox.market.game import Game, Turn
from kinoloop.sandbox.market.score import LOSER

BINS = 10
_STEPS_A_DAY = 4


@dataclass(frozen=True)
class Said:
    """Counts of one game: intervals stated and right, and per tenth of the stated chance to lose money how
    many there were, their summed chance, and how many did lose.
    """

    intervals: int = 0
    right: int = 0
    chances: tuple[int, ...] = (0,) * BINS
    claimed: tuple[float, ...] = (0.0,) * BINS
    lost: tuple[int, ...] = (0,) * BINS


@dataclass
class Listener:
    """Collects during one game. Give `hear` to the player, then ask for `said`."""

    game: Game
    _intervals: int = 0
    _right: int = 0
    _bins: list[list[float]] = field(default_factory=lambda: [[0.0, 0.0, 0.0] for _ in range(BINS)])

    def hear(self, turn: Turn, answer: Round) -> None:
        """Compare one round with the truth."""
        if self.game.market.cohorts.steps % _STEPS_A_DAY:
            return
        lines = answer.decisions
        budgets = np.array([max(line.budget, 1) for line in lines], dtype=np.float64)
        standing, average = self.game.returns(budgets), np.full(len(lines), float(turn.rules.average))
        usual = self.game.returns(average)
        for line, at_budget, at_average in zip(lines, standing, usual, strict=True):
            if line.standing == "running":
                self._take(line, float(at_budget), float(at_average))

    def said(self) -> Said:
        """What was collected."""
        counts = [tuple(column) for column in zip(*self._bins, strict=True)]
        return Said(
            self._intervals,
            self._right,
            tuple(int(count) for count in counts[0]),
            tuple(counts[1]),
            tuple(int(count) for count in counts[2]),
        )

    def _take(self, line: AdDecision, at_budget: float, at_average: float) -> None:
        if line.low is not None and line.high is not None:
            self._intervals += 1
            self._right += line.low <= at_budget <= line.high
        if line.chance_loser is not None:
            tenth = self._bins[min(int(line.chance_loser * BINS), BINS - 1)]
            tenth[0] += 1
            tenth[1] += line.chance_loser
            tenth[2] += at_average < LOSER


def coverage(all_said: list[Said]) -> float | None:
    """Share of intervals that held the truth, None when none was stated."""
    stated = sum(said.intervals for said in all_said)
    return sum(said.right for said in all_said) / stated if stated else None


def calibration_error(all_said: list[Said]) -> float | None:
    """Expected calibration error of the chance to lose money over ten equal bins, None when none was said."""
    counts, claimed, lost = (
        np.sum([getattr(said, name) for said in all_said], axis=0) for name in ("chances", "claimed", "lost")
    )
    total = float(np.sum(counts))
    return float(np.abs(claimed - lost).sum() / total) if total else None
