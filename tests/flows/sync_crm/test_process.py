"""Events become revenue: by a fresh reading, whatever they say, in any order and number."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from sqlalchemy.exc import DBAPIError

from kinoloop.core.errors import InputError
from kinoloop.flows.sync_crm.attributing import conversion_id
from kinoloop.flows.sync_crm.keeping import ONLY_TOLD, in_minor
from kinoloop.flows.sync_crm.process import GONE
from kinoloop.learning.attribution import queries as attributed
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm import queries
from kinoloop.learning.revenue import operations as revenue
from kinoloop.learning.revenue import queries as ledger
from kinoloop.sandbox.faults import Fault
from kinoloop.store.session import Database
from tests.flows.sync_crm.office import TABLE, TENANT, Office, deal_with, moved, open_office
from tests.vendors.hubspot.sandboxed import START, HubSpotBox

WAY = ("appointmentscheduled", "presentationscheduled", "closedwon")


def test_one_event_brings_the_deals_whole_way(office: Office) -> None:
    deal_id = deal_with(office.box, WAY, amount="20000", deal_currency_code="EUR")
    office.tell(moved(deal_id, "presentationscheduled", START + timedelta(hours=1)))
    assert office.work() == {"handled": 1, "failed": 0}
    assert office.levels() == {deal_id: ("closed_won", 2_000_000)}
    with office.database.read() as connection:
        lines = ledger.lines(connection, TENANT, deal_id)
        known = queries.deal(connection, TENANT, deal_id)
    assert [line.increment for line in lines] == [225_000, 675_000, 1_100_000]
    assert (known.source, known.won, known.amount) == ("crm", True, Decimal(20_000))
    (event,) = office.events()
    assert (event.state, event.note) == ("handled", None)


def test_what_the_event_lies_about_is_not_believed(small: Office) -> None:
    deal_id = deal_with(small.box, WAY[:2])
    small.tell(moved(deal_id, "closedwon", START + timedelta(hours=9)))
    small.work()
    assert small.levels() == {deal_id: ("show_up", 900_000)}


def test_any_order_doubled_and_in_parts(small: Office) -> None:
    random = Random(5)
    deals = [deal_with(small.box, WAY[: random.randint(1, 3)]) for _ in range(6)]
    told = [moved(one, stage, START + timedelta(hours=n)) for one in deals for n, stage in enumerate(WAY)]
    told += random.choices(told, k=9)
    random.shuffle(told)
    while told:
        part, told = told[:4], told[4:]
        small.tell(*part)
        small.work()
    before = small.levels()
    small.tell(*[moved(one, "x", START + timedelta(days=1), eventId=7) for one in deals])
    small.work()
    assert small.levels() == before
    with small.database.read() as connection:
        for one in deals:
            lines = ledger.lines(connection, TENANT, one)
            assert sum(line.increment for line in lines) == before[one][1]


def test_a_stage_nobody_has_mapped_is_flagged(small: Office) -> None:
    deal_id = deal_with(small.box, ("appointmentscheduled", "contractsent"))
    small.tell(moved(deal_id, "contractsent", START))
    small.work()
    assert small.levels() == {deal_id: ("appointment_scheduled", 225_000)}
    with small.database.read() as connection:
        assert [flag.stage for flag in ledger.flags(connection, TENANT)] == ["contractsent"]


def test_hubspot_down_is_told_and_tried_again(office: Office) -> None:
    deal_id = deal_with(office.box, WAY[:1])
    office.tell(moved(deal_id, WAY[0], START))
    office.box.sandbox.fault(Fault(vendor="hubspot", status=503))
    assert office.work() == {"handled": 0, "failed": 1}
    (event,) = office.events("failed")
    assert event.note and "503" in event.note and event.due_at and event.tries == 1
    office.box.sandbox.fault()
    assert office.work() == {"handled": 0, "failed": 0}, "not before it is due"
    office.clock.at = event.due_at
    assert office.work() == {"handled": 1, "failed": 0} and office.levels()[deal_id][1] == 225_000


def test_a_tenant_without_stages_fails_visibly_and_comes_right(
    sqlite_database: Database, box: HubSpotBox
) -> None:
    with open_office(sqlite_database, box, table=False) as office:
        deal_id = deal_with(box, WAY[:1])
        office.tell(moved(deal_id, WAY[0], START))
        for _ in range(5):
            assert office.work()["failed"] == 1
            office.clock.advance(3600)
        (dead,) = office.events("dead")
        assert dead.note and TENANT in dead.note
        with sqlite_database.begin() as connection:
            revenue.save_table(connection, TABLE, who="me", now=START)
        assert office.desk.redo() == 1
        assert office.work() == {"handled": 1, "failed": 0} and office.levels()[deal_id][1] == 225_000


def test_one_bad_deal_does_not_hold_up_the_others(small: Office) -> None:
    good, bad = deal_with(small.box, WAY[:1]), deal_with(small.box, WAY[:1], amount="9" * 20)
    small.tell(moved(good, WAY[0], START), moved(bad, WAY[0], START))
    assert small.work() == {"handled": 1, "failed": 1}
    assert small.levels() == {good: ("appointment_scheduled", 225_000)}
    (event,) = small.events("failed")
    assert event.object_id == bad and event.note and "more than any deal" in event.note


def test_a_refusal_of_many_is_asked_one_by_one(small: Office) -> None:
    class Picky:
        def __getattr__(self, name: str) -> object:
            return getattr(crm_of, name)

        def deals(self, ids: list[str]) -> object:
            if "666" in ids:
                raise InputError("HubSpot refused the request.")
            assert crm_of is not None
            return crm_of.deals(ids)

    crm_of = small.crm
    good = deal_with(small.box, WAY[:1])
    small.tell(moved(good, WAY[0], START), moved("666", WAY[0], START))
    small.crm = Picky()  # type: ignore[assignment]
    assert small.work() == {"handled": 1, "failed": 1}
    assert [event.object_id for event in small.events("failed")] == ["666"]


def test_a_failing_database_is_nobodys_fault_but_its_own(small: Office) -> None:
    """It ends the step, which is tried again; no event is blamed."""
    deal_id = deal_with(small.box, WAY[:1])
    small.tell(moved(deal_id, WAY[0], START))
    with small.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE deal_ledger RENAME TO elsewhere")
    with pytest.raises(DBAPIError):
        small.work()
    with small.database.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO deal_ledger")
    assert small.work() == {"handled": 1, "failed": 0}


def test_a_deleted_deal_keeps_its_ledger_and_is_marked(office: Office) -> None:
    deal_id = deal_with(office.box, WAY[:2])
    office.tell(moved(deal_id, WAY[0], START))
    office.work()
    office.box.desk.portal.remove("deals", deal_id)
    gone = moved(deal_id, "", START + timedelta(hours=9), subscriptionType="deal.deletion", propertyName=None)
    office.tell(gone)
    assert office.work() == {"handled": 1, "failed": 0}
    assert office.levels() == {deal_id: ("show_up", 900_000)}
    with office.database.read() as connection:
        assert queries.deal(connection, TENANT, deal_id).gone_at == office.clock.now()
    assert [event.note for event in office.events() if event.change == "deletion"] == [GONE]


def test_events_of_unknown_portals_wait(office: Office) -> None:
    deal_id = deal_with(office.box, WAY[:1])
    office.tell(moved(deal_id, WAY[0], START, portalId=1))
    assert office.work() == {"handled": 0, "failed": 0} and office.levels() == {}
    assert office.started == []
    office.desk.connect("1", TENANT, who="me")
    assert office.work() == {"handled": 1, "failed": 0}


def test_a_lead_and_a_deal_are_credited_to_the_click(office: Office) -> None:
    office.click("k1", START - timedelta(hours=1))
    person = office.box.desk.portal.put_contact({"email": "a@b.example", "kinoloop_click_id": "k1"}, at=START)
    deal_id = deal_with(office.box, WAY[:2], contacts=[person])
    made = {"subscriptionType": "contact.creation", "objectId": int(person), "propertyName": None}
    office.tell(moved(deal_id, WAY[0], START), moved(deal_id, "", START) | made)
    assert office.work() == {"handled": 2, "failed": 0}
    with office.database.read() as connection:
        deal = attributed.attribution(connection, TENANT, conversion_id(TENANT, "deal", deal_id))
        lead = attributed.attribution(connection, TENANT, conversion_id(TENANT, "contact", person))
        told = attributed.conversion(connection, TENANT, deal.conversion_id)
        kept = queries.conversion(connection, deal.conversion_id)
    assert (deal.method, deal.ad_id, lead.ad_id) == ("url_param", "ad-k1", "ad-k1")
    assert (told.value, told.currency, told.deal_id, told.contact_id) == (900_000, "EUR", deal_id, person)
    assert kept is not None and (kept.ad_id, kept.campaign_id) == ("ad-k1", "c1")


def test_a_click_that_is_told_later_is_found_later(office: Office) -> None:
    """First nobody is known behind the deal; then somebody is joined to it; then they have a click."""
    office.click("k1", START - timedelta(hours=1))
    portal = office.box.desk.portal
    deal_id = deal_with(office.box, WAY[:1])
    office.tell(moved(deal_id, WAY[0], START))
    office.work()
    named = conversion_id(TENANT, "deal", deal_id)
    with office.database.read() as connection:
        assert attributed.attribution(connection, TENANT, named).method == "unattributed"
    person = portal.put_contact({"email": "a@b.example"}, at=START)
    portal.join(deal_id, person)
    joined = {"associationType": "DEAL_TO_CONTACT", "fromObjectId": int(deal_id), "toObjectId": int(person)}
    office.tell(moved(deal_id, "", START, subscriptionType="deal.associationChange", objectId=None) | joined)
    office.work()
    portal.set_property("contacts", person, "kinoloop_click_id", "k1")
    linked = {"subscriptionType": "contact.propertyChange", "propertyName": "kinoloop_click_id"}
    office.tell(moved(person, "k1", START) | linked)
    office.work()
    with office.database.read() as connection:
        found = attributed.attribution(connection, TENANT, named)
        attempts = attributed.log(connection, TENANT, conversion_id=named)
    assert (found.method, found.ad_id) == ("url_param", "ad-k1") and len(attempts) == 3


def test_whoever_wants_to_be_forgotten_is(office: Office) -> None:
    person = office.box.desk.portal.put_contact({"email": "a@b.example", "kinoloop_click_id": "k1"}, at=START)
    made = {"subscriptionType": "contact.creation", "propertyName": None}
    office.tell(moved(person, "", START) | made)
    office.work()
    with office.database.read() as connection:
        assert queries.contacts(connection, TENANT, [person])
    office.tell(moved(person, "", START) | made | {"subscriptionType": "contact.privacyDeletion"})
    office.tell(moved(person, "", START, eventId=9) | made)
    assert office.work() == {"handled": 2, "failed": 0}
    with office.database.read() as connection:
        assert queries.contacts(connection, TENANT, [person]) == ()


def test_without_a_key_the_events_tell_and_are_marked(database: Database, box: HubSpotBox) -> None:
    with open_office(database, box, key=False) as office:
        told = [moved("7", stage, START + timedelta(hours=n)) for n, stage in enumerate(WAY)]
        office.tell(*told[::-1], moved("8", "", START, subscriptionType="deal.creation", propertyName=None))
        assert office.work() == {"handled": 4, "failed": 0}
        assert office.levels() == {"7": ("closed_won", 1_500_000)}
        assert {event.note for event in office.events()} == {ONLY_TOLD}
        with database.read() as connection:
            known = queries.deal(connection, TENANT, "7")
            sources = {event.source for event in ledger.events(connection, TENANT, ["7"])}
        assert (known.source, known.stage, known.note, sources) == (
            "event",
            "closedwon",
            ONLY_TOLD,
            {"event"},
        )
        gone = moved("7", "", START + timedelta(hours=9), subscriptionType="deal.deletion", propertyName=None)
        office.tell(gone)
        office.work()
        with database.read() as connection:
            assert queries.deal(connection, TENANT, "7").gone_at is not None


def test_without_a_key_and_without_stages_it_fails_visibly(
    sqlite_database: Database, box: HubSpotBox
) -> None:
    with open_office(sqlite_database, box, key=False, table=False) as office:
        office.tell(moved("7", WAY[0], START))
        assert office.work() == {"handled": 0, "failed": 1}


def test_a_date_in_the_future_does_not_lose_the_deal(small: Office) -> None:
    deal_id = deal_with(small.box, WAY[:1])
    assert small.crm is not None
    deal = replace(small.crm.deals([deal_id])[deal_id], created_at=START + timedelta(days=400))
    small.crm = type("Future", (), {"deals": lambda self, ids: {deal_id: deal}, "contacts": None})()
    small.tell(moved(deal_id, WAY[0], START))
    assert small.work() == {"handled": 1, "failed": 0}


@pytest.mark.parametrize(
    ("amount", "told", "value", "noted"),
    [
        (None, "EUR", None, False),
        (Decimal("12.345"), "EUR", 1234, False),
        (Decimal("12.34"), None, 1234, False),
        (Decimal("12.34"), "USD", None, True),
        (Decimal(-1), "EUR", None, True),
        (Decimal(0), "EUR", 0, False),
    ],
)
def test_amounts(amount: Decimal | None, told: str | None, value: int | None, noted: bool) -> None:
    found, note = in_minor(amount, told, TABLE.currency)
    assert found == value and (note is not None) == noted


def test_more_than_one_batch(small: Office) -> None:
    small.tell(*[moved(str(10_000 + number), "x", START, eventId=number) for number in range(120)])
    assert small.work() == {"handled": 120, "failed": 0}
    reads = small.box.sandbox.requests(vendor="hubspot", method="POST")
    assert len(reads) <= 6, "read many at a time"
    with small.database.begin() as connection:
        assert crm.claim(connection, "x", now=small.clock.now()) == ()
