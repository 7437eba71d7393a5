"""The clairvoyant: knows every ad's truth and how tired its audience is, and has everybody's actions.

Each step it earns the most that this step allows: the water level over all true returns within the bounds,
resting whoever earns less per unit of money than the level pays. It does not save audiences for later.
"""

import numpy as np

from kinoloop.sandbox.market.game import Game, Move, Played, Turn
from kinoloop.sandbox.market.referee import UNIT, Flags, Floats, Ints, bounds
from kinoloop.sandbox.market.settings import Setting

_HALVINGS = 50


class Oracle:
    """Decides one game that it sees through."""

    def __init__(self, game: Game) -> None:
        self._game = game

    def __call__(self, turn: Turn) -> Move:
        curves = Curves.of(self._game, turn)
        runs = curves.chosen(turn.running)
        budgets = np.where(runs, curves.filled(runs)[0], turn.budgets).astype(np.int64)
        nobody = np.zeros(len(runs), dtype=bool)
        return Move(budgets, nobody, ~runs)


class Curves:
    """True dollars a day as concave functions of the daily budget (minor units), with this step's bounds."""

    def __init__(self, rate: Floats, eta: Floats, scale: float, low: Floats, high: Floats, total: float):
        self.rate, self.eta, self.scale = rate, eta, scale
        self.low, self.high, self.total = low, high, total

    @classmethod
    def of(cls, game: Game, turn: Turn) -> "Curves":
        truth, count = game.market.truth, len(turn.seen.ads)
        rate = truth.per_dollar * truth.ctr * game.tired() * truth.cvr * truth.worth
        low, high = bounds(turn.budgets, turn.rules)
        scale = game.setting.average_budget * UNIT
        return cls(rate[:count], truth.eta[:count], scale, low, high, float(turn.rules.total))

    def earned(self, budgets: Floats) -> Floats:
        result: Floats = self.rate * self.scale * ((1 + budgets / self.scale) ** self.eta - 1) / self.eta
        return result

    def filled(self, runs: Flags) -> tuple[Ints, float]:
        """The best budgets within the bounds for those who run, and the level: what the last unit earns."""
        low, high = np.where(runs, self.low, 0.0), np.where(runs, self.high, 0.0)
        below, above = -12.0, 12.0
        for _ in range(_HALVINGS):
            middle = (below + above) / 2
            if self._at(middle, low, high).sum() > self.total:
                below = middle
            else:
                above = middle
        budgets = self._at(above, low, high)
        if budgets.sum() > self.total:
            budgets = budgets * (self.total / budgets.sum())
        return np.floor(budgets).astype(np.int64), float(np.exp(above))

    def chosen(self, runs: Flags) -> Flags:
        """Who should run: nobody who earns less per unit than the level, as long as the rest can spend it."""
        each = self.earned(self.low) / self.low
        runs = runs.copy()
        for _ in range(2 * len(runs)):
            level = self.filled(runs)[1]
            spare = self.high[runs].sum() - self.total
            poor = np.flatnonzero(runs & (each < level) & (self.high <= spare))
            rich = np.flatnonzero(~runs & (each > level * 1.02))
            if len(poor):
                runs[poor[np.argmin(each[poor])]] = False
            elif len(rich):
                runs[rich[np.argmax(each[rich])]] = True
            else:
                break
        return runs

    def _at(self, level: float, low: Floats, high: Floats) -> Floats:
        wished = self.scale * ((self.rate / np.exp(level)) ** (1 / (1 - self.eta)) - 1)
        result: Floats = np.clip(wished, low, high)
        return result


def play_oracle(setting: Setting, seed: int, *, days: int | None = None) -> Played:
    """The clairvoyant's game on a seed: what all others are measured by."""
    game = Game(setting, seed, days=days)
    return game.play(Oracle(game))
