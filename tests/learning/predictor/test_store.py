"""Predictions rest with what they were made from, and keep what really happened through a restart."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.core.ids import new_id, uuid7
from kinoloop.learning.predictor import operations, queries
from kinoloop.learning.predictor.records import Actual, Asked, CtrModel, Prediction
from kinoloop.learning.predictor.rules.artifact import to_bytes
from kinoloop.learning.predictor.rules.estimating import band_of
from kinoloop.learning.winners import operations as winners
from kinoloop.learning.winners.records import Dna
from kinoloop.registry.models import operations as registry
from kinoloop.registry.models.records import Learnt
from kinoloop.store.session import Database, connect
from tests.learning.predictor.stored import ACCOUNT, START, TENANT, account

IDS = (uuid7(number, 0) for number in count(1))
MODEL = CtrModel((-4.2,), ((0.01,),), (), 0.6, 0.25, 0.1, 0.016)


def made(ctr: float = 0.03, **changes: object) -> Prediction:
    one = Prediction(
        prediction_id=next(IDS),
        predicted_ctr=ctr,
        predicted_band=band_of(ctr),
        created_at=START,
        tenant_id=TENANT,
        account_id=ACCOUNT,
        campaign_id="c-1",
        ad_id="ad-1",
        model_name="ctr:main",
        model_sha256="a" * 64,
        low=0.02,
        high=0.04,
        level=0.8,
        base_rate=0.015,
        evidence={"impressions": 12},
        known_until=date(2026, 11, 19),
    )
    return replace(one, **changes)  # type: ignore[arg-type]  # tests name fields


def keep(database: Database, *predictions: Prediction) -> None:
    with database.begin() as connection:
        operations.record(connection, predictions)


def test_predictions_are_read_back_as_they_were(database: Database) -> None:
    one = made()
    keep(database, one, told := made(0.01, model_sha256=None, known_until=None, evidence=None, ad_id=None))
    keep(database)
    with database.read() as connection:
        assert queries.prediction(connection, one.prediction_id) == one
        assert queries.predictions(connection, TENANT, limit=1) == (told,)
        assert queries.predictions(connection, TENANT, after=told.prediction_id) == (one,)
        assert queries.predictions(connection, "other") == ()
        with pytest.raises(NotFoundError, match="no prediction with the id"):
            queries.prediction(connection, new_id())


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ({"ctr": 1.2, "predicted_band": "low"}, "between 0 and 1"),
        ({"predicted_band": "low"}, "not in the band"),
    ],
)
def test_impossible_predictions_are_refused(
    sqlite_database: Database, broken: dict[str, object], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        keep(sqlite_database, made(**broken))  # type: ignore[arg-type]  # tests name fields


def test_actuals_survive_a_restart_and_a_later_word_replaces_them(
    database: Database, database_url: str
) -> None:
    keep(database, one := made())
    with database.begin() as connection:
        operations.update_actuals(connection, one.prediction_id, Actual(None, 1_000, 10), now=START)
        later = START + timedelta(days=1)
        operations.update_actuals(connection, one.prediction_id, Actual(0.025, 2_000, 50, 900), now=later)
    again = connect(database_url, profile="test")
    with again.read() as connection:
        kept = queries.prediction(connection, one.prediction_id)
        assert queries.measured(connection, TENANT) == (kept,)
        assert queries.measured(connection, TENANT, since=later, sha256="a" * 64) == ()
    again.close()
    assert (kept.actual_ctr, kept.actual_impressions, kept.actual_clicks, kept.actual_spend) == (
        0.025,
        2_000,
        50,
        900,
    )
    assert kept.actuals_fetched_at == kept.updated_at == later
    names = ("ctr", "impressions", "clicks", "spend")
    nothing: dict[str, Any] = {f"actual_{name}": None for name in names}
    nothing |= {"actuals_fetched_at": None, "updated_at": None}
    assert replace(kept, **nothing) == one


def test_an_ad_that_was_not_shown_has_no_rate(sqlite_database: Database) -> None:
    keep(sqlite_database, one := made())
    with sqlite_database.begin() as connection:
        kept = operations.update_actuals(connection, one.prediction_id, Actual(None, 0, 0), now=START)
        assert kept.actual_ctr is None and kept.actuals_fetched_at == START
        told = queries.reliability_of(connection, TENANT)
    assert (told.total, told.with_actuals, told.quality) == (1, 0, None)


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (Actual(None), "Nothing was told"),
        (Actual(None, 10), "belong together"),
        (Actual(None, 10, 11), "11 clicks of 10 impressions"),
        (Actual(0.5, 100, 10), "are 0.1000, not 0.5000"),
        (Actual(0.5, 0, 0), "are no rate, not 0.5000"),
        (Actual(1.5), "between 0 and 1"),
    ],
)
def test_impossible_actuals_are_refused(sqlite_database: Database, actual: Actual, words: str) -> None:
    keep(sqlite_database, one := made())
    with pytest.raises(InputError, match=words), sqlite_database.begin() as connection:
        operations.update_actuals(connection, one.prediction_id, actual, now=START)


def test_a_rate_alone_is_enough_and_counts_for_the_bands_only(sqlite_database: Database) -> None:
    keep(sqlite_database, one := made())
    with sqlite_database.begin() as connection:
        operations.update_actuals(connection, one.prediction_id, Actual(0.04), now=START)
        told = queries.reliability_of(connection, TENANT, since=START)
    assert (told.in_band, told.quality) == (1, None)


def test_without_a_champion_nothing_is_predicted(database: Database) -> None:
    with database.read() as connection, pytest.raises(queries.UntrainedError, match="No click-through rate"):
        queries.champion(connection, TENANT)


def test_the_champion_is_loaded_by_its_hash(database: Database) -> None:
    day = date(2026, 11, 1)
    with database.begin() as connection:
        kept = registry.register(
            connection, Learnt("ctr:main", to_bytes(MODEL), day, day, 3, {}), now=START, new_id=new_id
        )
        registry.promote(connection, kept.model_id, expected=None, who="ada", reason="first", now=START)
        model, learnt = queries.champion(connection, TENANT)
    assert model.model_id == kept.model_id and learnt == MODEL


def test_an_ad_brings_its_campaign_along(database: Database) -> None:
    world = account(campaigns=2, ads=2)
    with database.begin() as connection:
        world.mirror(connection, START)
        world.run(connection, date(2026, 11, 10), 11, shown=100)
        days = queries.tenant_days(connection, TENANT, START)
        assert len(days) == 4 * 10, "today is not over"
        own, other = queries.with_campaign(connection, TENANT, Asked("ad-1"), START)
        assert (own.campaign_id, own.impressions, other.ad_id) == ("c-0", 1_000, "ad-0")
        told = queries.with_campaign(connection, TENANT, Asked("ad-1", impressions=7, clicks=1), START)[0]
        assert (told.impressions, told.clicks, told.campaign_id) == (7, 1, "c-0")
        new = queries.with_campaign(connection, TENANT, Asked(campaign_id="c-1"), START)
        assert [one.ad_id for one in new] == [None, "ad-2", "ad-3"]
        assert len(queries.with_campaign(connection, TENANT, Asked(), START)) == 1
        assert queries.tenant_days(connection, "other", START) == ()


def test_traits_are_the_creative_dna_as_far_as_it_is_known(sqlite_database: Database) -> None:
    dna = Dna("ad-1", ACCOUNT, "client", "video", "variant", {"hook_type": "question", "cta": None})
    with sqlite_database.begin() as connection:
        assert queries.traits_of(connection, TENANT) == {}
        winners.save_dna(connection, TENANT, [dna], now=START)
        assert queries.traits_of(connection, TENANT) == {"ad-1": {"hook_type": "question"}}


def test_what_waits_is_what_a_model_said_of_an_ad(database: Database) -> None:
    one, late = made(), made(known_until=date(2026, 11, 25))
    keep(database, one, late, made(model_sha256=None), made(ad_id=None))
    with database.begin() as connection:
        assert queries.waiting(connection, ACCOUNT, date(2026, 11, 20)) == (one,)
        assert queries.foreseen_ads(connection, ACCOUNT, "a" * 64) == {"ad-1"}
        assert queries.said_since(connection, ["a" * 64], START) == (one, late)
        operations.update_actuals(connection, one.prediction_id, Actual(0.01), now=START)
        assert queries.waiting(connection, ACCOUNT, date(2026, 11, 30)) == (late,)
