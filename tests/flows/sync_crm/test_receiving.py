"""A delivery is proven, stored whole and queued in one transaction, or refused so that it comes again."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import ConflictError, InputError, NotFoundError, PassingError, UnavailableError
from kinoloop.core.ids import new_id
from kinoloop.flows.sync_crm.receiving import PROCESS, NoWebhooksError, Receiver
from kinoloop.learning.crm import queries
from kinoloop.runs import queries as runs_queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.store.session import Database, connect
from kinoloop.vendors.callbacks import CallbackRefusedError
from kinoloop.vendors.hubspot.events import read_delivery
from tests.flows.sync_crm.office import TENANT, Office, moved
from tests.vendors.hubspot.sandboxed import START


def body(office: Office, *events: dict[str, Any]) -> bytes:
    return json.dumps([{"portalId": int(office.portal)} | event for event in events]).encode()


def test_a_proven_delivery_is_stored_and_queued(office: Office) -> None:
    told = [moved(str(number), "closedwon", START) for number in range(100)]
    raw = body(office, *told)
    receipt = office.desk.receive("POST", "", office.signed(raw), raw)
    assert (receipt.events, receipt.new, receipt.states) == (100, 100, {"received": 100})
    assert office.started == [receipt.run_id] == [f"{PROCESS}:{receipt.delivery_id}"]
    again = office.desk.receive("POST", "", office.signed(raw), raw)
    assert (again.events, again.new, again.run_id) == (100, 0, None) and len(office.started) == 1
    assert {event.times for event in office.events()} == {2}


def test_the_query_is_part_of_what_is_signed(small: Office) -> None:
    raw = body(small, moved("1", "x", START))
    assert small.desk.receive("POST", "a=%3A1", small.signed(raw, query="a=%3A1"), raw).new == 1
    with pytest.raises(CallbackRefusedError):
        small.desk.receive("POST", "a=2", small.signed(raw, query="a=1"), raw)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_replayed_and_future_deliveries_store_nothing(small: Office, seconds: int) -> None:
    raw = body(small, moved("1", "x", START))
    late = small.signed(raw, at=small.clock.now() + timedelta(seconds=seconds))
    with pytest.raises(CallbackRefusedError):
        small.desk.receive("POST", "", late, raw)
    with pytest.raises(CallbackRefusedError):
        small.desk.receive("POST", "", small.signed(raw), raw + b" ")
    with pytest.raises(NoWebhooksError):
        replace(small.receiver, verify=None).receive("POST", "", small.signed(raw), raw)
    assert small.events() == ()


@pytest.mark.parametrize(
    ("raw", "states"),
    [
        (b"[]", {}),
        (b"nonsense", {"dead": 1}),
        (
            b'[{"subscriptionType":"company.creation","portalId":5,"objectId":1,"occurredAt":1}]',
            {"ignored": 1},
        ),
        (
            b'[{"subscriptionType":"deal.creation","portalId":5,"objectId":1,"occurredAt":1}]',
            {"unknown_portal": 1},
        ),
        (b'[{"subscriptionType":"deal.creation","portalId":5,"objectId":1}, 3]', {"dead": 2}),
    ],
)
def test_what_is_of_no_use_is_kept_and_not_worked_on(
    office: Office, raw: bytes, states: dict[str, int]
) -> None:
    receipt = office.desk.receive("POST", "", office.signed(raw), raw)
    assert receipt.states == states and receipt.run_id is None and office.started == []
    assert len(office.events()) == sum(states.values())


def test_nothing_is_kept_when_the_work_cannot_be_queued(office: Office) -> None:
    def start(flow: str, payload: dict[str, Any], *, run_id: str, connection: Connection) -> str:
        raise NotFoundError("There is no such flow.")

    raw = body(office, moved("1", "x", START))
    with pytest.raises(NotFoundError):
        replace(office.receiver, start=start).take(raw)
    assert office.events() == ()


def test_a_database_that_breaks_meanwhile_says_so(office: Office) -> None:
    with office.database.begin() as connection:
        connection.exec_driver_sql("DROP TABLE crm_events")
    with pytest.raises(UnavailableError, match="could not be stored"):
        office.receiver.take(body(office, moved("1", "x", START)))


def test_a_locked_database_says_so(small: Office, sqlite_url: str) -> None:
    """A real lock, held by another connection for longer than anybody waits."""
    impatient = connect(sqlite_url, profile="test")
    with impatient.engine.connect() as quick:
        quick.exec_driver_sql("PRAGMA busy_timeout = 50")
        quick.rollback()
    receiver = replace(small.receiver, begin=impatient.begin)
    with small.database.begin(), pytest.raises((PassingError, UnavailableError)):
        receiver.take(body(small, moved("1", "x", START)))
    impatient.close()
    assert small.events() == () and receiver.begin is not None


def test_with_the_real_engine_the_run_is_there_exactly_when_the_events_are(
    database: Database, office: Office
) -> None:
    runs = Runs(database, [office.process.flow()], RunsConfig(mode="client"))
    receiver = Receiver(database.begin, read_delivery, runs.start, ManualClock(START), new_id)
    receipt = receiver.take(body(office, moved("1", "x", START), moved("2", "x", START)))
    assert receipt.run_id is not None
    with database.read() as connection:
        run = runs_queries.run(connection, receipt.run_id)
    assert (run.flow, run.status, run.title) == (PROCESS, "queued", "CRM: 2 events")
    runs.close()


def test_whose_deals_these_are(small: Office) -> None:
    assert small.desk.tenant("x") == "x" and small.desk.tenant(None) == TENANT
    small.desk.connect("77", "other", who="me")
    with pytest.raises(InputError, match="not said whose"):
        small.desk.tenant(None)
    with pytest.raises(ConflictError):
        small.desk.connect("77", TENANT, who="me")
    with small.database.read() as connection:
        assert len(queries.portals(connection)) == 2
