"""`POST /webhooks/hubspot`: what is taken, what is refused, what the sender is told to send again."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kinoloop.learning.crm import queries
from kinoloop.store.session import Database, connect
from kinoloop.web.webhooks import LONGEST_BODY
from tests.flows.sync_crm.front import site_of
from tests.flows.sync_crm.office import Office, moved, open_office
from tests.vendors.hubspot.sandboxed import START, HubSpotBox, hubspot_box

PATH = "/webhooks/hubspot"


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with (
        hubspot_box() as box,
        open_office(database, box, key=False) as opened,
    ):
        yield opened


@pytest.fixture
def small(sqlite_database: Database) -> Iterator[Office]:
    with (
        hubspot_box() as box,
        open_office(sqlite_database, box, key=False) as opened,
    ):
        yield opened


def body_of(office: Office, *events: Any) -> bytes:
    known = [{"portalId": int(office.portal)} | one if isinstance(one, dict) else one for one in events]
    return json.dumps(known).encode()


def post(office: Office, body: bytes, *, query: str = "", **changes: str) -> Any:
    headers = office.signed(body, query=query) | changes
    with TestClient(site_of(office)) as client:
        return client.post(PATH + (f"?{query}" if query else ""), content=body, headers=headers)


def test_a_batch_of_a_hundred_is_stored_before_the_answer(office: Office) -> None:
    body = body_of(office, *[moved(str(number), "closedwon", START) for number in range(100)])
    answer = post(office, body)
    assert (answer.status_code, answer.json()) == (200, {"received": 100, "new": 100})
    assert len(office.events("received")) == 100 and len(office.started) == 1
    again = post(office, body)
    assert (again.status_code, again.json()) == (200, {"received": 100, "new": 0})
    assert len(office.events()) == 100 and len(office.started) == 1


def test_the_query_is_signed_with_its_escapes(small: Office) -> None:
    body = body_of(small, moved("1", "x", START))
    assert post(small, body, query="a=%3Ab%20c&d=%2F").status_code == 200
    with TestClient(site_of(small)) as client:
        headers = small.signed(body, query="a=1")
        assert client.post(f"{PATH}?a=2", content=body, headers=headers).status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"X-HubSpot-Signature-v3": ""},
        {"X-HubSpot-Signature-v3": "bm90IHRoZSByaWdodCBvbmU="},
        {"X-HubSpot-Request-Timestamp": "1"},
        {"X-HubSpot-Request-Timestamp": "soon"},
    ],
)
def test_the_unproven_learn_nothing_and_leave_nothing(small: Office, changes: dict[str, str]) -> None:
    answer = post(small, body_of(small, moved("1", "x", START)), **changes)
    assert (answer.status_code, answer.json()["code"]) == (401, "unproven")
    assert "signature" not in answer.text and "time" not in answer.text and small.events() == ()


@pytest.mark.parametrize("seconds", [-301, 301])
def test_replayed_and_future_calls_are_refused(small: Office, seconds: int) -> None:
    body = body_of(small, moved("1", "x", START))
    headers = small.signed(body)
    small.clock.at += timedelta(seconds=seconds)
    with TestClient(site_of(small)) as client:
        assert client.post(PATH, content=body, headers=headers).status_code == 401
    assert small.events() == ()


def test_a_tampered_body_or_another_address_is_refused(small: Office) -> None:
    body = body_of(small, moved("1", "x", START))
    with TestClient(site_of(small)) as client:
        headers = small.signed(body)
        assert client.post(PATH, content=body.replace(b'"x"', b'"y"'), headers=headers).status_code == 401
        small.url = "https://elsewhere.example/webhooks/hubspot"
        assert client.post(PATH, content=body, headers=headers).status_code == 401
        spoofed = headers | {"Host": "us.example", "X-Forwarded-Host": "us.example"}
        assert client.post(PATH, content=body, headers=spoofed).status_code == 401
    assert small.events() == ()


@pytest.mark.parametrize(
    ("body", "states"),
    [
        (b"[]", set()),
        (b"no json", {"dead"}),
        (b"", {"dead"}),
        (b'[{"subscriptionType":"company.creation","portalId":1,"objectId":1,"occurredAt":1}]', {"ignored"}),
        (
            b'[{"subscriptionType":"deal.creation","portalId":1,"objectId":1,"occurredAt":1}]',
            {"unknown_portal"},
        ),
    ],
)
def test_what_would_only_come_again_is_kept_and_answered_with_200(
    small: Office, body: bytes, states: set[str]
) -> None:
    answer = post(small, body)
    assert answer.status_code == 200 and small.started == []
    assert {event.state for event in small.events()} == states
    with small.database.read() as connection:
        assert all(event.note for event in queries.events(connection))


def test_too_large_a_body_is_not_read_on(small: Office) -> None:
    assert post(small, b"x" * (LONGEST_BODY + 1)).status_code == 413 and small.events() == ()


def test_a_database_that_is_away_means_send_it_again(small: Office) -> None:
    """Nothing listens there: a real refusal to connect."""
    body = body_of(small, moved("1", "x", START))
    whole, nobody = small.database, connect("postgresql://nobody@127.0.0.1:1/none", profile="test")
    small.database = nobody
    answer = post(small, body)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    nobody.close()
    small.database = whole
    assert post(small, body).json() == {"received": 1, "new": 1}


def test_a_locked_database_means_send_it_again(small: Office, sqlite_url: str) -> None:
    """Another connection holds the writer's lock for longer than this one waits."""
    body = body_of(small, moved("1", "x", START))
    whole, impatient = small.database, connect(sqlite_url, profile="test", pool=1)
    with impatient.engine.connect() as quick:
        quick.exec_driver_sql("PRAGMA busy_timeout = 50")
    small.database = impatient
    with whole.begin():
        assert post(small, body).status_code == 503
    assert post(small, body).status_code == 200
    impatient.close()
    small.database = whole
    assert len(small.events()) == 1


def test_a_table_that_is_gone_means_send_it_again(office: Office) -> None:
    with office.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE crm_events")
    assert post(office, body_of(office, moved("1", "x", START))).status_code == 503


def test_only_posts(small: Office) -> None:
    with TestClient(site_of(small)) as client:
        assert client.get(PATH).status_code == 405


def test_the_box_is_not_needed(small: Office) -> None:
    """Taking events in asks HubSpot nothing: it must answer within five seconds, HubSpot down or not."""
    box: HubSpotBox = small.box
    post(small, body_of(small, moved("1", "closedwon", START)))
    assert not box.sandbox.requests(vendor="hubspot")
