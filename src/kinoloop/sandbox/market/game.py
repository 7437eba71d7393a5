"""Deciding as a game: every six hours a policy sees what an account would show and answers with budgets.

The referee gives everybody the same actions. The truth is read afterwards, from `Played`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.referee import UNIT, Rules, legal
from kinoloop.sandbox.market.response import tired
from kinoloop.sandbox.market.seen import Seen
from kinoloop.sandbox.market.settings import Setting

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
STEP_HOURS = 6.0


@dataclass(frozen=True)
class Turn:
    """What a policy gets: the account's tables, what stands, and a number to draw from.

    Arrays have an entry per ad in `seen.ads`. `budgets` stand now (of a paused ad: what it would start with).
    """

    seen: Seen
    rules: Rules
    budgets: Ints
    killed: Flags
    parked: Flags
    seed: int

    @property
    def running(self) -> Flags:
        return ~(self.killed | self.parked)


@dataclass(frozen=True)
class Move:
    """What a policy wants, per ad: a daily budget (minor units; of no matter for paused ads), and who rests.

    `killed` means judged a loser, `parked` only outcompeted; either may be taken back later.
    """

    budgets: Ints
    killed: Flags
    parked: Flags


Decide = Callable[[Turn], Move]


@dataclass(frozen=True)
class Played:
    """A finished game and its truth. Tables are steps by ads, minor units; `budgets` is 0 where an ad rests.

    `roas` is the true return at the standing budget in an average market, NaN where an ad rests; `fresh` per
    ad that at the average budget before anybody saw it. `kills` are (step, ad, true return at the average
    budget then). `refused` is the share of budgets that the referee had to change.
    """

    seed: int
    spend: Ints
    expected: Floats
    budgets: Ints
    roas: Floats
    fresh: Floats
    kills: tuple[tuple[int, int, float], ...]
    refused: float


class Game:
    """One market from its first step to its last. Everybody's first decision comes after the first step.

    With `market`, that one from where it stands, decided on every `hours`, which are whole steps of it; each
    of its ads must be a budget group of its own.
    """

    def __init__(
        self,
        setting: Setting,
        seed: int,
        *,
        days: int | None = None,
        market: Market | None = None,
        hours: float = STEP_HOURS,
    ) -> None:
        longer = days is not None and days > setting.days
        self.setting = replace(setting, days=days) if longer and days is not None else setting
        self.seed, self.hours, self.rules = seed, hours, Rules.of(setting)
        self.market = market or Market(self.setting, seed, step_hours=STEP_HOURS, unit=UNIT)
        self.steps = round((days or setting.days) * 24 / hours)
        self._before = self.market.cohorts.steps
        wide = self.market.truth.count
        self._killed, self._parked = np.zeros(wide, dtype=bool), np.zeros(wide, dtype=bool)
        self._budgets = np.zeros((self.steps, wide), dtype=np.int64)
        self._roas = np.full((self.steps, wide), np.nan)
        self._kills: list[tuple[int, int, float]] = []
        self._changed = self._asked = 0

    def play(self, decide: Decide) -> Played:
        """From beginning to end."""
        self._advance(0)
        for step in range(1, self.steps):
            turn = self.turn()
            self._make(step, turn, decide(turn))
            self._advance(step)
        return self.played()

    def turn(self) -> Turn:
        """How things stand now."""
        seen = self.market.seen()
        budgets = self._stand(seen.budgets)
        count = len(budgets)
        killed, parked = self._killed[:count].copy(), self._parked[:count].copy()
        number = self.market.cohorts.steps
        return Turn(seen, self.rules, budgets, killed, parked, self.seed * 100_003 + number)

    def returns(self, budgets: Floats) -> Floats:
        """Hidden: true ROAS per ad at these daily budgets (minor units) now, in an average market."""
        dollars = np.maximum(budgets, 1) / UNIT
        count = len(budgets)
        fresh = self._fresh(dollars, count)
        result: Floats = fresh * self.tired()[:count]
        return result

    def tired(self) -> Floats:
        """Hidden: what repeated views have left of every ad's click rate."""
        truth, rows = self.market.truth, self.market.cohorts.measures("frequency")
        seen = rows[-1] if len(rows) else np.ones(truth.count)
        return tired(np.maximum(seen, 1.0), truth.powers, truth.floors, truth.paces)

    def _stand(self, budgets: Mapping[str, int]) -> Ints:
        """The standing budgets of all ads launched so far."""
        return np.array([budgets[card.group_id] for card in self.market.ads], dtype=np.int64)

    def _fresh(self, dollars: Floats, count: int) -> Floats:
        whole = np.full(self.market.truth.count, dollars[-1] if count else 1.0)
        whole[:count] = dollars
        revenue = self.market.truth.revenue(whole, self.setting.average_budget)
        result: Floats = (revenue / whole)[:count]
        return result

    def _make(self, step: int, turn: Turn, move: Move) -> None:
        count = len(turn.seen.ads)
        rests = move.killed | move.parked
        given = legal(move.budgets, turn.budgets, ~rests, turn.rules)
        self._asked += int((~rests).sum())
        self._changed += int((given != move.budgets)[~rests].sum())
        newly = np.flatnonzero(move.killed & ~turn.killed)
        worth = self.returns(np.full(count, float(turn.rules.average)))
        for ad in newly:
            self.kill(step, int(ad), float(worth[ad]))
        self._killed[:count], self._parked[:count] = move.killed, move.parked & ~move.killed
        names = [card.ad_id for card in turn.seen.ads]
        purse = np.where(rests, turn.rules.relaunch, given)
        groups = (card.group_id for card in turn.seen.ads)
        paused = {name for name, rest in zip(names, rests, strict=True) if rest}
        self.market.act(dict(zip(groups, map(int, purse), strict=True)), paused)

    def note(self, step: int, rests: Flags) -> None:
        """Write down what stands in this step, before it is played."""
        budgets = self._stand(self.market.budgets)
        resting = rests[: len(budgets)]
        self._budgets[step, : len(budgets)] = np.where(resting, 0, budgets)
        self._roas[step, : len(budgets)] = np.where(resting, np.nan, self.returns(budgets.astype(np.float64)))

    def kill(self, step: int, ad: int, worth: float) -> None:
        """Write down that an ad was judged a loser; `worth` is its true return at the average budget."""
        self._kills.append((step, ad, worth))

    def _advance(self, step: int) -> None:
        self.note(step, self._killed | self._parked)
        self.market.advance(self.market.now + timedelta(hours=self.hours))

    def played(self) -> Played:
        """What came of it until now: `steps` rows, those of steps not played yet are zero."""
        cohorts, count = self.market.cohorts, self.market.truth.count
        average = np.full(count, self.setting.average_budget)
        return Played(
            self.seed,
            self._rows(cohorts.counts("spend")).astype(np.int64),
            self._rows(cohorts.measures("expected")),
            self._budgets,
            self._roas,
            self._fresh(average, count),
            tuple(self._kills),
            self._changed / max(self._asked, 1),
        )

    def _rows(self, table: NDArray[Any]) -> Floats:
        """The market's steps summed up by the game's."""
        per = round(self.hours / self.market.step_hours)
        mine = table[self._before : self._before + self.steps * per]
        whole = np.zeros((self.steps * per, table.shape[1]))
        whole[: len(mine)] = mine
        result: Floats = whole.reshape(self.steps, per, -1).sum(axis=1)
        return result


def play(setting: Setting, seed: int, decide: Decide, *, days: int | None = None) -> Played:
    """One whole game of one policy."""
    return Game(setting, seed, days=days).play(decide)
