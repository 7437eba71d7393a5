"""HubSpot's own way to us: signed, batched, shuffled, doubled, repeated; and the ledger in the end."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random

import pytest

from kinoloop.flows.sync_crm.sync import NAME
from kinoloop.learning.crm import queries
from kinoloop.runs.config import RunsConfig
from kinoloop.runs.door import Runs
from kinoloop.sandbox.faults import Fault
from kinoloop.store.session import Database, connect
from tests.flows.sync_crm.front import served, site_of
from tests.flows.sync_crm.office import TABLE, TENANT, Office, open_office
from tests.runs.crew import until
from tests.vendors.hubspot.sandboxed import HubSpotBox

QUICK = RunsConfig(fastest_poll=0.01, watch=0.02, progress_every=0.1, beat=0.1, lease=0.6, drain_timeout=5.0)
WAY = ("appointmentscheduled", "presentationscheduled", "closedwon")
GENERIC = ("object.creation:0-3", "object.propertyChange:0-3:dealstage", "contact.creation", "deal.deletion")


class Lively(Office):
    """An office with the real engine behind it."""

    runs: Runs

    def _start(self, flow: str, payload, *, run_id: str, connection) -> str:  # type: ignore[no-untyped-def]
        self.started.append(run_id)
        return self.runs.start(flow, payload, run_id=run_id, connection=connection)


@pytest.fixture
def lively(database: Database, box: HubSpotBox) -> Iterator[Lively]:
    with open_office(database, box) as plain:
        office = Lively(**vars(plain))
        office.runs = Runs(database, [office.process.flow(), office.sync.flow()], QUICK)
        office.runs.launch()
        yield office
        office.runs.close(timeout=5.0)


def live(office: Lively, deals: int, seed: int) -> dict[str, int]:
    """Contacts and deals that come and move on, minute by minute; gives each deal's level in the end."""
    random, portal, levels = Random(seed), office.box.desk.portal, dict[str, int]()
    stages = {alias: TABLE.stages[name].value for alias, name in TABLE.aliases.items()}
    for number in range(deals):
        person = portal.put_contact({"email": f"p{number}@b.example"})
        deal_id = portal.put_deal({"dealstage": WAY[0]}, contacts=[person])
        levels[deal_id] = stages[WAY[0]]
    for _ in range(4):
        office.box.advance(60)
        for deal_id in random.sample(sorted(levels), deals // 2):
            stage = random.choice(sorted(stages))
            portal.move_deal(deal_id, stage)
            levels[deal_id] = stages[stage]
    office.box.advance(600)
    return levels


def settled(office: Lively) -> bool:
    with office.database.read() as connection:
        counts = queries.event_counts(connection)
    return not counts.get("received") and not counts.get("failed")


@pytest.mark.parametrize("types", [None, GENERIC])
def test_the_ledger_is_the_crms_whatever_comes_in_between(
    lively: Lively, types: tuple[str, ...] | None
) -> None:
    with served(site_of(lively)) as url:
        lively.url = f"{url}/webhooks/hubspot"
        terms = {"duplicates": 0.3, "reused_ids": 0.2, "shuffle": True, "batch": 10}
        usual = ("contact.creation", "deal.creation", "deal.deletion", "deal.propertyChange:dealstage")
        lively.box.desk.sender.subscribe(lively.url, types or usual, **terms)
        lively.box.sandbox.fault(Fault(vendor="hubspot", path="/webhook", duplicate=1, rate=0.3))
        levels = live(lively, 16, seed=3)
        deliveries = lively.box.desk.sender.deliveries
        assert deliveries and {one.state for one in deliveries} == {"delivered"}
        until(lambda: settled(lively), 60)
    assert {one: level for one, (_, level) in lively.levels().items()} == levels
    told = {event["eventId"] for one in deliveries for event in one.events}
    assert sum(event.times for event in lively.events()) > len(lively.events()) >= len(told)
    with lively.database.read() as connection:
        assert queries.event_counts(connection).keys() == {"handled"}
    before = lively.levels()
    lively.box.clock.at += timedelta(hours=2)
    lively.clock.at = lively.box.clock.at + timedelta(hours=1)
    (report,) = lively.runs.wait(lively.runs.start(NAME, {}), 60)["reports"]
    assert lively.levels() == before and report["listed"] == 16
    assert (report["only_sync"], report["only_webhook"]) == (0, 0) and report["told_by_both"] >= 16 + 8


def test_lost_and_forged_webhooks_are_made_good_by_the_sync(lively: Lively) -> None:
    with served(site_of(lively)) as url:
        lively.url = f"{url}/webhooks/hubspot"
        lively.box.desk.sender.subscribe(
            lively.url, ["deal.propertyChange:dealstage"], batch=1, shuffle=False
        )
        lively.box.sandbox.fault(
            Fault(vendor="hubspot", path="/webhook", lose=True, nth=2),
            Fault(vendor="hubspot", path="/webhook", forge=True, nth=5),
            Fault(vendor="hubspot", path="/webhook", lie=True, nth=7),
        )
        levels = live(lively, 12, seed=4)
        until(lambda: settled(lively), 60)
        states = {one.state for one in lively.box.desk.sender.deliveries}
        forged = [one for one in lively.box.desk.sender.deliveries if one.forged]
    assert "lost" in states and forged and all(one.attempts[0].answer == 401 for one in forged)
    lively.box.clock.at += timedelta(hours=2)
    lively.clock.at = lively.box.clock.at + timedelta(hours=1)
    (report,) = lively.runs.wait(lively.runs.start(NAME, {}), 60)["reports"]
    assert {one: level for one, (_, level) in lively.levels().items()} == levels
    assert report["only_sync"] >= 1, "the lost webhooks are told"


def test_while_the_database_is_down_hubspot_keeps_them_for_us(lively: Lively) -> None:
    """A real refusal to connect: 503 each time, so HubSpot tries again and nothing is lost."""
    nobody = connect("postgresql://nobody@127.0.0.1:1/none", profile="test")
    whole = lively.database
    with served(site_of(lively)) as url:
        lively.url = f"{url}/webhooks/hubspot"
        lively.box.desk.sender.subscribe(lively.url, ["deal.propertyChange:dealstage"])
        lively.database = nobody
        deal_id = lively.box.desk.portal.put_deal({"dealstage": WAY[0]})
        lively.box.advance(30)
        (delivery,) = lively.box.desk.sender.deliveries
        assert [one.answer for one in delivery.attempts] == [503]
        lively.database = whole
        lively.box.advance(600)
        assert [one.answer for one in delivery.attempts] == [503, 200]
        until(lambda: settled(lively) and lively.levels(), 60)
    nobody.close()
    assert lively.levels() == {deal_id: ("appointment_scheduled", 225_000)}
    with whole.read() as connection:
        assert queries.portals(connection, tenant_id=TENANT)
