"""Fills a house with models as the daily training leaves them: a champion in use, a challenger on trial."""

from datetime import timedelta
from typing import Any

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.flows.train_predictor.learning import learn
from kinoloop.flows.train_predictor.saying import foresee, settle
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.flows.train_predictor.trying import judge_trial
from kinoloop.learning.predictor.records import CtrModel
from kinoloop.learning.predictor.rules.artifact import to_bytes
from kinoloop.registry.models import operations as registering
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Learnt, Model
from tests.learning.predictor.stored import Account, account
from tests.web.house import House

NAME = "ctr:main"
BAD = CtrModel((-3.6,), ((1e-4,),), (), 0.02, 0.02, 0.0, 0.02)
"""Says nearly the same of every ad, and too much."""


class Training:
    """The training of one tenant, done step by step at the house's own clock."""

    def __init__(self, house: House, clock: ManualClock, world: Account | None = None) -> None:
        self.house, self.clock, self.world = house, clock, world or account(campaigns=12)

    def do(self, part: Any) -> dict[str, Any]:
        with self.house.begin() as connection:
            told: dict[str, Any] = part(
                connection, TrainTools(self.clock, new_id), self.house.settings.tenant
            )
        return told

    def open(self, days: int = 14) -> None:
        """The account with so many days of results."""
        with self.house.begin() as connection:
            self.world.mirror(connection, self.clock.now())
            self.world.run(connection, self.clock.now().date() - timedelta(days=days), days)

    def pass_days(self, days: int, seed: int = 9) -> None:
        with self.house.begin() as connection:
            self.world.run(connection, self.clock.now().date(), days, seed=seed)
        self.clock.advance(days * 86_400)

    def keep(self, model: CtrModel, *, name: str = NAME, rows: int = 1) -> Model:
        """A version that somebody handed in, nobody's champion."""
        today = self.clock.now().date()
        with self.house.begin() as connection:
            made = Learnt(name, to_bytes(model), today - timedelta(days=30), today, rows, {})
            return registering.register(connection, made, now=self.clock.now(), new_id=new_id)

    def champion(self, name: str = NAME) -> Model | None:
        with self.house.database.read() as connection:
            return registry.champion(connection, name)

    def first(self) -> None:
        """A champion whose predictions have met their real results."""
        self.open()
        self.do(learn)
        self.do(foresee)
        self.pass_days(10)
        self.do(settle)

    def trial(self) -> None:
        """And a challenger that twelve campaigns have something to say about."""
        self.first()
        self.do(learn)
        self.do(foresee)
        self.pass_days(10, seed=12)
        self.do(settle)
        self.do(judge_trial)
