"""The prediction routes: refused without a model, kept with one, and judged by what really happened."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.flows.train_predictor.learning import learn
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.predictor import queries
from kinoloop.learning.winners import operations as winners
from kinoloop.learning.winners.records import Dna
from kinoloop.store.session import Database
from kinoloop.web.api.ml import predictor
from kinoloop.web.faults import add_faults
from kinoloop.web.users.records import HOUSE, User
from kinoloop.web.visitor import Visitor
from tests.learning.predictor.stored import ACCOUNT, START, TENANT, account
from tests.web.house import open_house

PREDICT, RECORD = "/api/ml/predict-ctr", "/api/ml/prediction/record"
ACTUALS, RELIABILITY = "/api/ml/prediction/update-actuals", "/api/metrics/reliability"
MAKER = User("018f0000-0000-7000-8000-000000000001", "Mia", "maker")


@dataclass
class Desk:
    """The routes alone on a real house; `who` may be changed."""

    client: TestClient
    database: Database
    who: User = HOUSE

    def post(self, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def predict(self, clip_data: dict[str, Any], status: int = 200, **more: Any) -> dict[str, Any]:
        return self.post(PREDICT, {"clip_data": clip_data, **more}, status)

    def reliability(self) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(RELIABILITY).json()
        return found

    def train(self) -> None:
        """Ten campaigns with two weeks of results; half of the ads ask a question."""
        world = account()
        with self.database.begin() as connection:
            world.mirror(connection, START)
            world.run(connection, START.date() - timedelta(days=14), 14)
            traits = [{"hook_type": "question" if number % 2 else "claim"} for number in range(30)]
            made = (Dna(f"ad-{n}", ACCOUNT, "c", "v", "w", one) for n, one in enumerate(traits))
            winners.save_dna(connection, TENANT, made, now=START)
            assert learn(connection, TrainTools(ManualClock(START), new_id), TENANT)["trained"]


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[Desk]:
    clock, site = ManualClock(START), FastAPI()
    house = open_house(sqlite_database, tmp_path, clock=clock)
    site.state.backstage, site.state.clock = house, clock
    add_faults(site)
    opened = Desk(TestClient(site, base_url="http://localhost"), sqlite_database)

    @site.middleware("http")
    async def known(request: Request, go_on: Any) -> Any:
        request.state.visitor = Visitor(None, opened.who)
        return await go_on(request)

    site.include_router(predictor.router)
    yield opened
    house.runs.close()


def test_untrained_it_refuses_and_keeps_nothing(desk: Desk) -> None:
    told = desk.predict({"hook_type": "question"}, 503)
    assert told["code"] == "untrained" and "trains once a day" in told["fix"]
    assert desk.reliability() == {
        "total_predictions": 0,
        "with_actuals": 0,
        "in_band_count": 0,
        "above_high_count": 0,
        "below_low_count": 0,
        "calibration": {
            "in_band_percentage": None,
            "above_high_percentage": None,
            "below_low_percentage": None,
        },
        "quality": None,
        "diagram": [],
        "reason": "No prediction of a model has been followed by impressions that were counted yet.",
    }


def test_a_clip_of_a_known_campaign_is_told_with_an_interval(desk: Desk) -> None:
    desk.train()
    told = desk.predict({"campaign_id": "c-1", "hook_type": "question", "scenes": [1], "mood": "calm"})
    assert told["interval"]["low"] < told["predicted_ctr"] < told["interval"]["high"]
    assert told["interval"]["level"] == 0.8 and told["confidence"] is None
    assert told["features_used"] == ["campaign", "hook_type=question"]
    assert told["features_unused"] == ["mood=calm"]
    assert told["evidence"] == {"impressions": 0, "clicks": 0, "campaign_impressions": 3 * 14 * 400}
    with desk.database.read() as connection:
        kept = queries.prediction(connection, told["prediction_id"])
        model, _ = queries.champion(connection, TENANT)
    assert (kept.predicted_ctr, kept.hook_type, kept.campaign_id) == (
        told["predicted_ctr"],
        "question",
        "c-1",
    )
    assert told["model"] == {
        "name": "ctr:main",
        "version": model.version,
        "sha256": model.sha256,
        "learnt_until": "2026-11-19",
    }


def test_an_ad_is_told_from_its_own_results_and_confidence_is_a_chance(desk: Desk) -> None:
    desk.train()
    own = desk.predict({"ad_id": "ad-4"}, include_confidence=True)
    assert own["features_used"][:3] == ["campaign", "impressions", "clicks"]
    assert own["evidence"]["impressions"] == 14 * 400 and 0 < own["confidence"] <= 1
    nothing = desk.predict({}, include_confidence=True)
    assert nothing["features_used"] == [] and nothing["confidence"] < own["confidence"]
    width = [one["interval"]["high"] / one["interval"]["low"] for one in (own, nothing)]
    assert width[0] < width[1]
    told = desk.predict({"impressions": 100_000, "clicks": 7_000})
    assert told["predicted_ctr"] == pytest.approx(0.07, rel=0.05) and told["predicted_band"] == "high"


@pytest.mark.parametrize(
    ("clip_data", "status"),
    [
        ({"impressions": 5, "clicks": 6}, 422),
        ({"impressions": -1}, 422),
        ({"clip_id": "018f0000-0000-7000-8000-000000000009"}, 404),
        ({"clip_id": "nonsense"}, 404),
    ],
)
def test_impossible_questions_are_refused(desk: Desk, clip_data: dict[str, Any], status: int) -> None:
    desk.train()
    desk.predict(clip_data, status)
    assert desk.reliability()["total_predictions"] == 0


def test_somebody_elses_prediction_is_held_against_its_band(desk: Desk) -> None:
    body = {
        "predicted_ctr": 0.03,
        "ad_id": "ad-1",
        "video_id": "v",
        "platform": "meta",
        "hook_type": "question",
    }
    ids = [desk.post(RECORD, body, 201)["prediction_id"] for _ in range(3)]
    for one, real in zip(ids, (0.04, 0.01, 0.05), strict=True):
        told = desk.post(ACTUALS, {"prediction_id": one, "actual_ctr": real})
        assert told["in_band"] is (real == 0.04) and told["predicted_band"] == "medium"
    found = desk.reliability()
    assert (found["in_band_count"], found["below_low_count"], found["above_high_count"]) == (1, 1, 1)
    assert found["calibration"]["in_band_percentage"] == 33.33 and found["quality"] is None
    assert desk.post(RECORD, {"predicted_ctr": 1.5}, 422)["code"]
    assert desk.post(RECORD, {"predicted_ctr": 0.5, "roas": 2}, 422)["code"]
    desk.post(RECORD, {"predicted_ctr": 0.5, "clip_id": "018f0000-0000-7000-8000-000000000009"}, 404)


def test_our_own_predictions_make_the_reliability_diagram(desk: Desk) -> None:
    desk.train()
    for number in range(20):
        made = desk.predict({"ad_id": f"ad-{number}"})
        real = {"impressions": 10_000, "clicks": round(10_000 * made["predicted_ctr"])}
        told = desk.post(ACTUALS, {"prediction_id": made["prediction_id"], **real})
        assert told["in_band"] is True
    found = desk.reliability()
    assert found["quality"]["relative_ece"] < 0.02 and found["quality"]["ne"] < 1
    assert found["quality"]["slope"] == pytest.approx(1.0, abs=0.02)
    assert [bar["predicted"] for bar in found["diagram"]] == sorted(
        bar["predicted"] for bar in found["diagram"]
    )
    assert all(bar["low"] <= bar["observed"] <= bar["high"] for bar in found["diagram"])


def test_actuals_are_an_owners_and_a_tenants_own(desk: Desk) -> None:
    made = desk.post(RECORD, {"predicted_ctr": 0.03}, 201)["prediction_id"]
    body = {"prediction_id": made, "impressions": 100, "clicks": 3}
    desk.who = MAKER
    assert "Only an owner" in desk.post(ACTUALS, body, 403)["what"]
    desk.who = HOUSE
    assert desk.post(ACTUALS, body | {"clicks": 101}, 422)["code"] == "bad_input"
    with desk.database.begin() as connection:
        connection.exec_driver_sql("UPDATE predictions SET tenant_id = 'other'")
    desk.post(ACTUALS, body, 404)
