"""The page of models as a browser gets it: who predicts, how reliable, who is on trial, by whose hand."""

from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.flows.train_predictor.learning import learn
from kinoloop.learning.predictor import queries as predictor
from kinoloop.registry.models import operations as registering
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Verdict
from tests.learning.predictor.stored import account
from tests.web.house import House
from tests.web.models.filling import BAD, NAME, Training
from tests.web.test_money_pages import text_of
from tests.web.winners.conftest import Hx


@pytest.fixture
def training(house: House, clock: ManualClock) -> Training:
    return Training(house, clock)


def test_an_empty_house_says_so_and_what_to_do(browser_like: TestClient) -> None:
    page = text_of(browser_like, "/models")
    assert "No data yet" in page and "No ad has any results yet." in page
    assert "results of 5 ads with 50 clicks over 4 days" in page and "Connect an ad account" in page
    assert "Champion" not in page and "Reliability" not in page


def test_too_little_says_what_is_missing(browser_like: TestClient, training: Training) -> None:
    training.open(days=3)
    page = text_of(browser_like, "/models")
    assert "There are results of 3 days; 4 are needed." in page and "Connect an ad account" not in page
    training.pass_days(11)
    assert "Enough is there" in text_of(browser_like, "/models")


def test_models_that_beat_nothing_predict_nothing(browser_like: TestClient, training: Training) -> None:
    training.keep(BAD)
    page = text_of(browser_like, "/models")
    assert "Nobody predicts" in page and "1 version was kept, and used for nothing." in page
    assert "not measured" in page and "nobody was promoted" in page


def test_the_champion_has_its_window_its_figures_and_what_they_mean(
    browser_like: TestClient, training: Training
) -> None:
    training.first()
    champion = training.champion()
    assert champion is not None
    page = text_of(browser_like, "/models")
    assert f"Champion {champion.version}" in page and f"{champion.rows:,} days of ads" in page
    assert f"{champion.learnt_from} to {champion.learnt_until}" in page
    assert "first champion by the daily training" in page
    told = champion.metrics["held_out"]
    assert f"Against the plain average {told['ne']:.4f}" in page and "better than always saying" in page
    assert "80 % intervals that held" in page and "Nobody is on trial." in page


def test_reliability_is_drawn_from_what_came_true_with_a_table_beside(
    browser_like: TestClient, training: Training
) -> None:
    training.first()
    champion = training.champion()
    assert champion is not None
    with training.house.database.read() as connection:
        told = predictor.reliability_of(connection, "main").quality
    assert told is not None and len(told.bins) == 10
    html = browser_like.get("/models").text
    assert html.count('<svg class="calibration"') == 2, "in use, and on days it had not seen"
    page = text_of(browser_like, "/models")
    for one in told.bins:
        row = f"{100 * one.predicted:.2f} % {100 * one.observed:.2f} % {100 * one.low:.2f} % to"
        assert row in page, row
        assert f"{one.impressions:,} {one.ads}" in page
    assert "In use 36 ads, 100,800 impressions" in page
    assert "Real rate in the band it said" in page and "of 36 predictions" in page


def test_before_any_prediction_came_true_that_is_said(browser_like: TestClient, training: Training) -> None:
    training.open()
    training.do(learn)
    page = text_of(browser_like, "/models")
    assert "No data yet: No prediction of this model has its real results yet." in page
    assert browser_like.get("/models").text.count('<svg class="calibration"') == 1


def test_an_open_trial_shows_its_evidence_and_what_is_missing(client: TestClient, training: Training) -> None:
    training.trial()
    page = text_of(client, "/models")
    with training.house.database.read() as connection:
        trial = registry.open_trial(connection, NAME)
        assert trial is not None
        challenger = registry.model(connection, trial.challenger_id)
        units = registry.units(connection, trial.trial_id)
    assert len(units) == 12
    assert f"On trial: {challenger.version} Not enough data After 12 units nobody can say" in page
    assert "Nothing is decided before 20 campaigns: 8 more have to have results of both." in page
    assert "For the challenger × 1.00 × 20 is asked" in page
    assert all(f"{one.unit} {one.gain:+.4f}" in page for one in units)
    assert f"{challenger.version} Challenger" in page
    assert '<svg class="evidence"' in client.get("/models").text


def test_a_trial_without_a_campaign_says_so(browser_like: TestClient, training: Training) -> None:
    training.first()
    training.do(learn)
    page = text_of(browser_like, "/models")
    assert "No data yet: a campaign counts once the ads" in page and "not known yet" in page
    assert '<svg class="evidence"' not in browser_like.get("/models").text


def test_a_settled_trial_that_waits_for_the_training_says_how_it_ends(
    browser_like: TestClient, house: House, clock: ManualClock
) -> None:
    large = Training(house, clock, account(campaigns=40, ads=2))
    large.open()
    large.do(learn)
    kept = large.keep(BAD)
    with house.begin() as connection:
        registering.open_trial(connection, kept, now=clock.now(), new_id=new_id)
        from kinoloop.registry.models.records import Unit

        trial = registry.open_trial(connection, NAME)
        assert trial is not None
        units = [Unit(f"c-{n}", -0.2 - n / 1000, 30.0, clock.now()) for n in range(60)]
        registering.note_units(connection, trial.trial_id, units)
    page = text_of(browser_like, "/models")
    assert "Worse It is worse than the champion" in page and "The next daily training ends it so." in page
    assert "The latest 50 of 60." in page


def test_an_owner_promotes_and_rolls_back_with_a_reason(
    browser_like: TestClient, training: Training, hx: Hx
) -> None:
    training.first()
    first, other = training.champion(), training.keep(replace(BAD, between=0.5))
    assert first is not None
    told = {"model_id": other.model_id, "expected": first.model_id}
    assert browser_like.post("/models/promote", headers=hx, data=told).status_code == 422, "no reason"
    answer = browser_like.post("/models/promote", headers=hx, data=told | {"reason": "We know better"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/models")
    page = text_of(browser_like, "/models")
    assert f"Promoted: {other.version} by Owner We know better." in page
    assert f"Roll back to {first.version}" in page
    late = browser_like.post("/models/promote", headers=hx, data=told | {"reason": "again"})
    assert late.status_code == 409, "the champion is another one now"

    back = {"model_name": NAME, "expected": other.model_id, "reason": "It was wrong."}
    answer = browser_like.post("/models/rollback", headers=hx, data=back)
    assert answer.status_code == 204
    champion = training.champion()
    assert champion is not None and champion.model_id == first.model_id
    page = text_of(browser_like, "/models")
    assert f"Rolled back: {first.version} by Owner It was wrong." in page
    assert "rolled back by Owner" in page and "Roll back to" not in page


def test_a_rollback_of_another_champion_than_was_seen_changes_nothing(
    browser_like: TestClient, training: Training, hx: Hx
) -> None:
    training.first()
    first, other = training.champion(), training.keep(BAD)
    assert first is not None
    told = {"model_id": other.model_id, "expected": first.model_id, "reason": "x"}
    browser_like.post("/models/promote", headers=hx, data=told)
    stale = {"model_name": NAME, "expected": first.model_id, "reason": "x"}
    assert browser_like.post("/models/rollback", headers=hx, data=stale).status_code == 409
    champion = training.champion()
    assert champion is not None and champion.model_id == other.model_id
    nobody = {"model_name": "ctr:other", "expected": other.model_id, "reason": "x"}
    assert browser_like.post("/models/rollback", headers=hx, data=nobody).status_code == 404


def test_makers_look_and_decide_nothing(training: Training, maker: tuple[TestClient, Hx]) -> None:
    training.first()
    other, (mia, hers) = training.keep(BAD), maker
    page = mia.get("/models")
    assert page.status_code == 200 and "Make it the champion" not in page.text
    told = {"model_id": other.model_id, "expected": "", "reason": "x"}
    assert mia.post("/models/promote", headers=hers, data=told).status_code == 403
    assert mia.post("/models/rollback", headers=hers, data={"model_name": NAME}).status_code == 403


def test_trials_that_are_over_stand_in_the_history(client: TestClient, training: Training) -> None:
    training.trial()
    with training.house.begin() as connection:
        trial = registry.open_trial(connection, NAME)
        assert trial is not None
        over = Verdict("reject", "It is worse than the champion.", 30, -0.1, 0.0, 4.0, 0.0, 3.5)
        registering.close_trial(connection, trial.trial_id, over, now=training.clock.now())
    page = text_of(client, "/models")
    assert "Challenger turned down: " in page and "It is worse than the champion." in page
    assert "Nobody is on trial." in page


def test_models_of_other_tenants_are_not_shown(browser_like: TestClient, training: Training, hx: Hx) -> None:
    theirs = training.keep(BAD, name="ctr:other")
    assert "No data yet" in text_of(browser_like, "/models")
    told = {"model_id": theirs.model_id, "expected": "", "reason": "x"}
    assert browser_like.post("/models/promote", headers=hx, data=told).status_code == 404
    training.keep(BAD, name="opener")
    page = text_of(browser_like, "/models")
    assert "Opener opener" in page and "ctr:other" not in page
