"""The simulated days: time passes, results and deals are read, budgets decided, changes made. All by the
flows that do so in a real house; only who calls them by the clock is another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np

from kinoloop.cli.demo.clicking import Visitors
from kinoloop.cli.demo.launching import APPLY_AFTER, WHO, apply, run
from kinoloop.cli.demo.sample import ACCOUNT, Sample
from kinoloop.flows.decide_budget import tick as deciding
from kinoloop.flows.pull_results import tick as pulling
from kinoloop.flows.refresh_winners import refresh as winning
from kinoloop.flows.sync_crm import sync
from kinoloop.flows.train_predictor import train as training
from kinoloop.learning.decisions import queries
from kinoloop.sandbox.market.game import Game, Played

HOURS = 24.0
WEEK = 7


@dataclass
class Days:
    """`play` goes through them one by one; `played` tells the truth of them afterwards, as of any game."""

    sample: Sample
    visitors: Visitors
    days: int
    game: Game = field(init=False)
    started: datetime = field(init=False)
    _killed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        sample = self.sample
        self.started = sample.clock.now()
        self.game = Game(sample.setting, sample.seed, days=self.days, market=sample.market, hours=HOURS)

    def play(self) -> Iterator[int]:
        """Gives each day's number when it is over, from 1 on. The last one is decided on, too."""
        for day in range(self.days):
            self._note(day)
            self.sample.advance(HOURS - (APPLY_AFTER / 3600 if day else 0))
            self._learn(day + 1)
            self._decide(day + 1)
            yield day + 1

    def played(self) -> Played:
        return self.game.played()

    def _note(self, day: int) -> None:
        """The truth of what stands now, which nobody in the house is told."""
        seen = self.sample.market.seen()
        rests = np.array([card.ad_id in seen.paused for card in seen.ads], dtype=bool)
        self.game.note(day, rests)

    def _learn(self, day: int) -> None:
        self.visitors.arrive()
        run(self.sample, pulling.NAME, {"account_id": ACCOUNT}, f"day {day}")
        run(self.sample, sync.NAME, {}, f"day {day}")
        if day % WEEK == 0 or day == self.days:
            run(self.sample, winning.NAME, {}, f"day {day}")
            run(self.sample, training.NAME, {}, f"day {day}")
            # Once a week the account's owner looks and is content with the budgets as they stand.
            self.sample.app.ads.accept_levels(ACCOUNT, who=WHO)

    def _decide(self, day: int) -> None:
        run(self.sample, deciding.NAME, {"account_id": ACCOUNT}, f"day {day}")
        self._note_kills(day)
        apply(self.sample)

    def _note_kills(self, day: int) -> None:
        """Who is judged a loser by the decision of this day."""
        with self.sample.app.begin() as connection:
            last = queries.last(connection, ACCOUNT)
            lines = queries.lines(connection, last.decision_id) if last else ()
        average = np.full(self.game.market.truth.count, float(self.game.rules.average))
        worth = self.game.returns(average)
        killed = {one.ad_id for one in lines if one.standing == "killed"}
        for ad_id in sorted(killed - self._killed):
            place = self.game.market.place(ad_id)
            self.game.kill(day, place, float(worth[place]))
        self._killed = killed
