"""The revenue routes answer with the founding documents' numbers, and refuse what the table does not know."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.store.session import Database
from kinoloop.web.api.ml import revenue
from kinoloop.web.faults import add_faults
from tests.web.house import START, open_house

PATH = "/api/ml/synthetic-revenue"
FITNESS = {"tenant_id": "ptd_fitness"}


@contextmanager
def opened(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """The routes alone, on a real house and database."""
    clock = ManualClock(START)
    house = open_house(database, tmp_path, clock=clock)
    site = FastAPI()
    site.state.backstage, site.state.clock = house, clock
    add_faults(site)
    site.include_router(revenue.router)
    yield TestClient(site, base_url="http://localhost")
    house.runs.close()


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    with opened(sqlite_database, tmp_path) as client:
        yield client


def ask(desk: TestClient, what: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = desk.post(f"{PATH}/{what}", json=FITNESS | body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(
    ("body", "level", "increment", "confidence"),
    [
        ({"stage_to": "lead"}, 0, 0, 0.10),
        ({"stage_to": "appointment_scheduled"}, 2250, 2250, 0.60),
        ({"stage_from": "appointment_scheduled", "stage_to": "show_up"}, 9000, 6750, 0.85),
        ({"stage_from": "show_up", "stage_to": "closed_won"}, 15000, 6000, 1.0),
        ({"stage_from": "show_up", "stage_to": "closed_won", "deal_value": 20000}, 20000, 11000, 1.0),
        ({"stage_from": "show_up", "stage_to": "closed_lost"}, 0, -9000, 1.0),
        ({"stage_from": "closed_won", "stage_to": "closed_lost"}, 0, -15000, 1.0),
        (
            {"stage_from": "appointmentscheduled", "stage_to": "closedwon", "deal_value": 0.5},
            0.5,
            -2249.5,
            1.0,
        ),
    ],
)
def test_calculate(
    desk: TestClient, body: dict[str, Any], level: float, increment: float, confidence: float
) -> None:
    found = ask(desk, "calculate", body)
    assert (found["synthetic_value"], found["calculated_value"], found["confidence"]) == (
        level, increment, confidence,
    )  # fmt: skip
    assert (found["currency"], found["timestamp"]) == ("USD", START.isoformat().replace("+00:00", "Z"))
    assert found["reason"]


def test_an_unknown_stage_is_refused(desk: TestClient) -> None:
    """The seed repository answers -9,000 here."""
    for body in (
        {"stage_from": "show_up", "stage_to": "presentationscheduled"},
        {"stage_from": "presentationscheduled", "stage_to": "show_up"},
    ):
        told = ask(desk, "calculate", body, 422)
        assert (told["code"], told["what"]) == (
            "unknown_stage", "'presentationscheduled' is no stage of 'ptd_fitness'.",
        )  # fmt: skip


def test_ad_roas(desk: TestClient) -> None:
    way = [
        {"stage_from": None, "stage_to": "appointment_scheduled", "deal_value": None},
        {"stage_from": "appointment_scheduled", "stage_to": "show_up"},
    ]
    assert ask(desk, "ad-roas", {"ad_spend": 1000, "stage_changes": way}) == {
        "pipeline_value": 9000.0,
        "pipeline_roas": 9.0,
        "avg_confidence": 0.7875,
        "num_stage_changes": 2,
        "ad_spend": 1000.0,
        "currency": "USD",
        "reason": None,
    }
    nothing = ask(desk, "ad-roas", {"ad_spend": 0, "stage_changes": []})
    assert (nothing["pipeline_roas"], nothing["avg_confidence"]) == (None, None)
    assert nothing["reason"] == (
        "Nothing was spent, so there is no return on it. No change of stage moved any money."
    )
    ask(desk, "ad-roas", {"ad_spend": 1, "stage_changes": [{"stage_to": "mystery"}]}, 422)


def test_get_stages_on_either_dialect(database: Database, tmp_path: Path) -> None:
    with opened(database, tmp_path) as desk:
        the_stages(desk)


def the_stages(desk: TestClient) -> None:
    found = ask(desk, "get-stages", {})
    told = [(one["stage_name"], one["value"], one["confidence"]) for one in found["stages"]]
    assert told == [
        ("lead", 0, 0.1),
        ("closed_lost", 0, 1),
        ("appointment_scheduled", 2250, 0.6),
        ("show_up", 9000, 0.85),
        ("closed_won", 15000, 1),
    ]
    assert (found["num_stages"], found["currency"]) == (5, "USD")
    appointment = found["stages"][2]
    assert (appointment["probability"], appointment["crm_stages"]) == (0.15, ["appointmentscheduled"])
    assert found["stages"][0]["probability"] is None
    shop = ask(desk, "get-stages", {"tenant_id": "template_ecommerce"})
    assert [one["value"] for one in shop["stages"]] == [15, 45, 60]


def test_a_tenant_without_stages_gets_nobody_elses(desk: TestClient) -> None:
    for what, body in (
        ("get-stages", {}),
        ("calculate", {"stage_to": "lead"}),
        ("ad-roas", {"ad_spend": 1, "stage_changes": []}),
    ):
        told = ask(desk, what, body | {"tenant_id": "hubspot_123"}, 404)
        assert told["what"] == "'hubspot_123' has no table of stages."


@pytest.mark.parametrize(
    "body",
    [
        {"stage_to": "lead", "deal_value": -1},
        {"stage_to": "lead", "deal_value": "NaN"},
        {"stage_to": "lead", "deal_value": "0.001"},
        {"stage_to": ""},
        {"stage_to": "lead", "more": 1},
        {},
    ],
)
def test_what_cannot_be_is_refused(desk: TestClient, body: dict[str, Any]) -> None:
    assert ask(desk, "calculate", body, 422)["code"] == "bad_input"
