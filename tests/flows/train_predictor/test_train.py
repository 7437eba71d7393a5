"""The daily training on accounts whose truth is known: first champion, predictions, trial, verdict."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.flows.train_predictor import saying
from kinoloop.flows.train_predictor.learning import learn
from kinoloop.flows.train_predictor.saying import foresee, settle
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.flows.train_predictor.train import NAME, TrainPredictor
from kinoloop.flows.train_predictor.trying import judge_trial
from kinoloop.learning.predictor import operations, queries
from kinoloop.learning.predictor.records import CtrModel, Prediction
from kinoloop.learning.predictor.rules.artifact import to_bytes
from kinoloop.registry.models import operations as registering
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Learnt, Model
from kinoloop.runs.door import Runs
from kinoloop.runs.queries import events
from kinoloop.store.session import Database
from tests.learning.predictor.stored import START, TENANT, Account, account
from tests.runs.conftest import QUICK

MODEL_NAME = "ctr:main"
TODAY = START.date()
BAD = CtrModel((-3.6,), ((1e-4,),), (), 0.02, 0.02, 0.0, 0.02)
"""Says nearly the same of every ad, and too much."""


@dataclass
class Shop:
    """An account by day: what the training does to it is called step by step."""

    database: Database
    world: Account
    clock: ManualClock

    @property
    def tools(self) -> TrainTools:
        return TrainTools(self.clock, new_id)

    def open(self, days: int = 14) -> None:
        with self.database.begin() as connection:
            self.world.mirror(connection, START)
            self.world.run(connection, TODAY - timedelta(days=days), days)

    def pass_days(self, days: int, *, seed: int = 9) -> None:
        with self.database.begin() as connection:
            self.world.run(connection, self.clock.now().date(), days, seed=seed)
        self.clock.advance(days * 86_400)

    def do(self, part: Any) -> dict[str, Any]:
        with self.database.begin() as connection:
            told: dict[str, Any] = part(connection, self.tools, TENANT)
        return told

    def crown(self, model: CtrModel) -> Model:
        """A person makes it the champion."""
        with self.database.begin() as connection:
            made = Learnt(MODEL_NAME, to_bytes(model), TODAY, TODAY, 1, {})
            kept = registering.register(connection, made, now=self.clock.now(), new_id=new_id)
            standing = registry.champion(connection, MODEL_NAME)
            expected = standing.model_id if standing else None
            return registering.promote(
                connection,
                kept.model_id,
                expected=expected,
                who="ada",
                reason="by hand",
                now=self.clock.now(),
            )

    def champion(self) -> Model | None:
        with self.database.read() as connection:
            return registry.champion(connection, MODEL_NAME)

    def said(self) -> tuple[Prediction, ...]:
        with self.database.read() as connection:
            return queries.predictions(connection, TENANT, limit=200)


@pytest.fixture
def shop(sqlite_database: Database) -> Shop:
    return Shop(sqlite_database, account(), ManualClock(START))


@pytest.fixture
def large(sqlite_database: Database) -> Shop:
    """Forty campaigns: enough to settle a trial at one go."""
    return Shop(sqlite_database, account(campaigns=40, ads=2), ManualClock(START))


@pytest.fixture
def runs(shop: Shop) -> Iterator[Runs]:
    opened = Runs(shop.database, [TrainPredictor(shop.tools).flow()], QUICK, clock=shop.clock)
    opened.launch()
    yield opened
    opened.close(timeout=2.0)


def test_the_first_model_that_beats_the_average_is_champion_and_speaks(shop: Shop, runs: Runs) -> None:
    shop.open()
    told = runs.wait(runs.start(NAME, {}), timeout=60)["tenants"][TENANT]
    assert told["learn"]["trained"] and told["learn"]["ne"] < 1 and told["settle"]["settled"] == 0
    champion = shop.champion()
    assert champion is not None and champion.version == told["learn"]["version"]
    assert champion.metrics["held_out"]["ne"] == told["learn"]["ne"]
    assert told["foresee"]["predictions"] == {champion.version: 30}
    [one, *_] = shop.said()
    assert one.model_sha256 == champion.sha256 and one.known_until == TODAY - timedelta(days=1)
    assert one.low is not None and one.high is not None and one.low < one.predicted_ctr < one.high
    with shop.database.read() as connection:
        lines = [event.message for event in events(connection, limit=50)]
    assert f"{TENANT}: 30 predictions" in lines
    again = runs.wait(runs.start(NAME, {"tenant_id": TENANT}), timeout=60)["tenants"][TENANT]
    assert again["learn"]["reason"].startswith("It is the champion itself")
    assert sum(again["foresee"]["predictions"].values()) == 0
    assert runs.wait(runs.start(NAME, {"tenant_id": "nobody"}), timeout=60) == {"tenants": {}}


def test_one_broken_part_stops_no_other(shop: Shop, runs: Runs) -> None:
    shop.open()
    shop.crown(BAD)
    with shop.database.begin() as connection:
        connection.exec_driver_sql("UPDATE model_registry SET artifact = x'00'")
    told = runs.wait(runs.start(NAME, {}), timeout=60)["tenants"][TENANT]
    assert told["learn"]["trained"] and told["foresee"]["error"]["code"] == "integrity"


def test_too_little_is_said_and_nothing_is_predicted(shop: Shop) -> None:
    assert shop.do(learn) == {"trained": False, "reason": "There are no results yet."}
    shop.open(days=3)
    told = shop.do(learn)
    assert told["trained"] is False and "results of 3 days" in told["reason"]
    assert shop.do(foresee)["predictions"] == {} and shop.champion() is None


def test_a_model_that_does_not_beat_the_average_is_kept_and_not_used(sqlite_database: Database) -> None:
    """All ads are alike; by chance the first days differ from the last."""
    flat = account(campaigns=3, ads=2)
    alike = Shop(sqlite_database, replace(flat, rate=0 * flat.rate + 0.02), ManualClock(START))
    with sqlite_database.begin() as connection:
        alike.world.mirror(connection, START)
        early = replace(alike.world, rate=flat.rate * 0 + [0.01, 0.03] * 3)
        early.run(connection, TODAY - timedelta(days=12), 9, shown=2_000)
        late = replace(alike.world, rate=flat.rate * 0 + [0.03, 0.01] * 3)
        late.run(connection, TODAY - timedelta(days=3), 3, shown=2_000)
    told = alike.do(learn)
    assert told["trained"] and told["ne"] > 1 and "did not beat the average" in told["reason"]
    assert alike.champion() is None
    with sqlite_database.read() as connection:
        assert len(registry.models(connection, model_name=MODEL_NAME)) == 1


def test_actuals_are_of_the_days_after_and_come_once_they_are_settled(shop: Shop) -> None:
    shop.open()
    shop.do(learn)
    shop.do(foresee)
    shop.pass_days(8)
    assert shop.do(settle)["settled"] == 0
    shop.pass_days(1)
    assert shop.do(settle) == {"settled": 30, "event": "Actuals for 30 predictions"}
    [one, *_] = shop.said()
    assert (one.actual_impressions, one.actuals_fetched_at) == (7 * 400, shop.clock.now())
    with shop.database.read() as connection:
        told = queries.reliability_of(connection, TENANT)
    assert told.with_actuals == 30 and told.quality is not None and told.quality.ne < 1
    assert shop.do(settle) == {"settled": 0, "event": None}


def test_paused_ads_are_not_spoken_of(shop: Shop) -> None:
    shop.open()
    with shop.database.begin() as connection:
        shop.world.mirror(connection, START, paused=frozenset(range(28)))
    shop.do(learn)
    assert sum(shop.do(foresee)["predictions"].values()) == 2


def test_a_better_challenger_takes_the_place_of_a_bad_champion(large: Shop) -> None:
    large.open()
    bad = large.crown(BAD)
    large.do(foresee)
    assert large.do(learn)["reason"] == f"On trial against {bad.version}."
    assert large.do(learn)["reason"] == "A challenger is on trial."
    assert sorted(large.do(foresee)["predictions"].values()) == [80, 80]
    assert large.do(judge_trial)["word"] == "continue"
    large.pass_days(10)
    assert large.do(settle)["settled"] == 240
    told = large.do(judge_trial)
    assert (told["word"], told["units"]) == ("promote", 40), told
    assert "The trial is over (promote)" in told["event"]
    champion = large.champion()
    assert champion is not None and champion.model_id != bad.model_id
    with large.database.read() as connection:
        [trial] = registry.trials(connection, MODEL_NAME)
        first = registry.promotions(connection, MODEL_NAME)[0]
    assert trial.verdict == "promote" and first.evidence["trial_id"] == trial.trial_id
    assert large.do(judge_trial) == {"trial": None}


def test_a_worse_challenger_is_rejected(large: Shop) -> None:
    large.open()
    large.do(learn)
    with large.database.begin() as connection:
        made = Learnt(MODEL_NAME, to_bytes(BAD), TODAY, TODAY, 1, {})
        kept = registering.register(connection, made, now=START, new_id=new_id)
        registering.open_trial(connection, kept, now=START, new_id=new_id)
    large.do(foresee)
    large.pass_days(10)
    large.do(settle)
    assert large.do(judge_trial)["word"] == "reject"
    champion = large.champion()
    assert champion is not None and champion.model_id != kept.model_id


def trial(shop: Shop) -> None:
    shop.open()
    shop.crown(BAD)
    shop.do(learn)
    shop.do(foresee)


def test_a_trial_that_tells_nothing_ends(shop: Shop) -> None:
    trial(shop)
    shop.clock.advance(91 * 86_400)
    told = shop.do(judge_trial)
    assert told["word"] == "reject" and "Nothing could be told in 90 days" in told["reason"]


def test_a_trial_against_somebody_who_is_champion_no_more_ends(shop: Shop) -> None:
    trial(shop)
    shop.crown(replace(BAD, between=0.5))
    told = shop.do(judge_trial)
    assert told["word"] == "reject" and "meanwhile" in told["reason"]


def test_a_campaign_counts_once_and_only_when_all_of_it_is_known(shop: Shop) -> None:
    trial(shop)
    with shop.database.begin() as connection:
        hold(connection, "ad-0")
    shop.pass_days(10)
    shop.do(settle)
    told = shop.do(judge_trial)
    assert told["units"] == 9, "the campaign of ad-0 has to wait"
    assert shop.do(judge_trial)["units"] == 9
    with shop.database.read() as connection:
        found = registry.open_trial(connection, MODEL_NAME)
        assert found is not None
        assert {one.unit for one in registry.units(connection, found.trial_id)} == {
            f"c-{n}" for n in range(1, 10)
        }


def hold(connection: Connection, ad_id: str) -> None:
    """Its predictions are taken for ones of another account, so that nobody settles them."""
    connection.exec_driver_sql(f"UPDATE predictions SET account_id = 'elsewhere' WHERE ad_id = '{ad_id}'")


def test_what_somebody_asked_in_between_is_no_part_of_a_trial(shop: Shop) -> None:
    trial(shop)
    champion = shop.champion()
    assert champion is not None
    asked = replace(shop.said()[0], prediction_id=new_id(), known_until=None, account_id=None)
    with shop.database.begin() as connection:
        operations.record(connection, [asked])
        since = queries.said_since(connection, [champion.sha256], START)
    assert asked.prediction_id not in {one.prediction_id for one in since}


def test_models_in_use_are_the_champion_and_who_is_on_trial_against_it(shop: Shop) -> None:
    with shop.database.read() as connection:
        assert saying.in_use(connection, TENANT) == ()
    trial(shop)
    with shop.database.read() as connection:
        assert len(saying.in_use(connection, TENANT)) == 2
    shop.crown(replace(BAD, between=0.4))
    with shop.database.read() as connection:
        assert len(saying.in_use(connection, TENANT)) == 1
