"""What the CRM knows, handed in over the API: values per ad, deals, one event; by owners only."""

import json
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kinoloop.learning.attribution import queries as attributed
from kinoloop.learning.crm import queries
from kinoloop.learning.revenue import queries as ledger
from kinoloop.store.session import Database
from kinoloop.web.users.records import User
from tests.flows.sync_crm.front import site_of
from tests.flows.sync_crm.office import TENANT, Office, moved, open_office
from tests.vendors.hubspot.sandboxed import START, hubspot_box

INGEST, EVENT = "/api/ml/ingest-crm-data", "/api/ml/process-hubspot-event"


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with (
        hubspot_box() as box,
        open_office(database, box, key=False) as opened,
    ):
        yield opened


@pytest.fixture
def client(office: Office) -> Iterator[TestClient]:
    with TestClient(site_of(office)) as opened:
        yield opened


def test_the_seeds_form_keeps_values_beside_the_ledger(client: TestClient, office: Office) -> None:
    told = {"ad_performances": {"ad1": 1500.10, "ad2": 0, "ad3": "-20.5"}}
    answer = client.post(INGEST, json=told)
    assert answer.status_code == 200
    assert {name: answer.json()[name] for name in ("status", "updated_ads", "total_received")} == {
        "status": "success",
        "updated_ads": 3,
        "total_received": 3,
    }
    again = client.post(INGEST, json={"ad_performances": {"ad1": 1500.10, "ad2": 5}}).json()
    assert (again["updated_ads"], again["total_received"], again["deals"]) == (1, 2, [])
    with office.database.read() as connection:
        last = queries.reported(connection, TENANT)
        assert {ad: one.value for ad, one in last.items()} == {
            "ad1": Decimal("1500.1"),
            "ad2": Decimal(5),
            "ad3": Decimal("-20.5"),
        }
        assert last["ad1"].reported_at == office.clock.now() and last["ad1"].who == "owner"
        assert ledger.totals(connection, TENANT).deals == 0


def deal(**changes: Any) -> dict[str, Any]:
    return {
        "deal_id": "d1",
        "moves": [
            {"stage": "closedwon", "at": (START + timedelta(hours=2)).isoformat()},
            {"stage": "appointmentscheduled", "at": START.isoformat()},
        ],
        "amount": "20000.00",
        "currency": "EUR",
        "contacts": [{"contact_id": "p1", "click_id": "k1"}],
    } | changes


def test_deals_go_into_the_ledger_each_for_itself(client: TestClient, office: Office) -> None:
    office.click("k1", START - timedelta(hours=1))
    bad = deal(deal_id="d2", amount="9" * 15)
    answer = client.post(INGEST, json={"tenant_id": TENANT, "deals": [deal(), bad]}).json()
    assert answer["status"] == "partial" and answer["total_received"] == 0
    good, refused = answer["deals"]
    assert good == {
        "deal_id": "d1",
        "stage": "closed_won",
        "level": 2_000_000,
        "expected": 2_000_000,
        "error": None,
    }
    assert refused["level"] is None and refused["error"]["code"] == "bad_input"
    again = client.post(INGEST, json={"deals": [deal(currency=None)]}).json()
    assert again["deals"] == [good] and again["status"] == "success"
    with office.database.read() as connection:
        assert queries.deal(connection, TENANT, "d1").source == "api"
        found = attributed.attribution(connection, TENANT, f"crm:{TENANT}:deal:d1")
        assert (found.method, found.ad_id) == ("url_param", "ad-k1")
        assert ledger.totals(connection, TENANT).won == 2_000_000


def test_one_event_goes_through_the_inbox(client: TestClient, office: Office) -> None:
    event = moved("7", "closedwon", START) | {"portalId": int(office.portal), "somethingNew": [1]}
    answer = client.post(EVENT, json=event)
    told = answer.json()
    assert (answer.status_code, told["status"], told["job_id"]) == (202, "queued", office.started[0])
    (kept,) = office.events()
    assert kept.key == told["event_key"] and kept.raw == event
    again = client.post(EVENT, json=event)
    assert (again.status_code, again.json()["status"], again.json()["job_id"]) == (200, "duplicate", None)
    assert office.work() == {"handled": 1, "failed": 0}
    assert office.levels() == {"7": ("closed_won", 1_500_000)}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"subscriptionType": "company.creation"}, "ignored"),
        ({"portalId": 5}, "unknown_portal"),
        ({"objectId": None}, "dead"),
    ],
)
def test_events_with_nothing_to_do(
    client: TestClient, office: Office, changes: dict[str, Any], status: str
) -> None:
    event = moved("7", "closedwon", START) | {"portalId": int(office.portal)} | changes
    answer = client.post(EVENT, json=event)
    assert (answer.status_code, answer.json()["status"]) == (200, status)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (INGEST, {}),
        (INGEST, {"ad_performances": {"ad1": "NaN"}}),
        (INGEST, {"ad_performances": {"ad1": None}}),
        (INGEST, {"ad_performances": {"": 1}}),
        (INGEST, {"ad_performances": {"ad1": 1}, "more": 1}),
        (INGEST, {"deals": [deal(moves=[])]}),
        (INGEST, {"deals": [deal(moves=[{"stage": "x", "at": "2026-01-01T00:00:00"}])]}),
        (INGEST, {"deals": [deal(currency="euro")]}),
        (EVENT, {"objectId": 1}),
        (EVENT, [1]),
    ],
)
def test_what_cannot_be_used_is_refused(client: TestClient, office: Office, path: str, body: Any) -> None:
    answer = client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})
    assert answer.status_code == 422 and office.events() == ()


def test_a_tenant_must_be_clear_and_have_stages(client: TestClient, office: Office) -> None:
    unknown = client.post(INGEST, json={"tenant_id": "nobody", "deals": [deal()]})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    office.desk.connect("77", "other", who="me")
    unclear = client.post(INGEST, json={"ad_performances": {"ad1": 1}})
    assert unclear.status_code == 422 and "tenant_id" in unclear.json()["fix"]


@pytest.mark.parametrize(
    ("path", "body"), [(INGEST, {"ad_performances": {"a": 1}}), (EVENT, {"portalId": 1, "occurredAt": 1})]
)
def test_makers_may_not(office: Office, path: str, body: dict[str, Any]) -> None:
    with TestClient(site_of(office, User("u1", "Mia", "maker"))) as client:
        answer = client.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden") and office.events() == ()
