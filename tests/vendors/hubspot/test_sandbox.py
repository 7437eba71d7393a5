"""The adapter against the sandbox: a strict HubSpot that is not ours to bend."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from kinoloop.core.errors import PassingError, UnavailableError
from kinoloop.sandbox.hubspot.limits import Limits
from kinoloop.store.session import Database
from tests.vendors.hubspot.makers import hubspot_client, hubspot_crm
from tests.vendors.hubspot.sandboxed import START, HubSpotBox, hubspot_box


@pytest.fixture
def box() -> Iterator[HubSpotBox]:
    with hubspot_box() as opened:
        opened.clock.at = START + timedelta(days=1)
        yield opened


@pytest.mark.parametrize("version", ["v3", "2026-09"])
def test_a_deal_with_its_way_and_its_people(box: HubSpotBox, sqlite_database: Database, version: str) -> None:
    told = {"email": "a@b.example", "kinoloop_click_id": "click-1", "fbclid": "fb-1"}
    person = box.desk.portal.put_contact(told, at=START)
    other = box.desk.portal.put_contact({"email": "c@d.example"}, at=START)
    values = {"dealstage": "appointmentscheduled", "amount": "1234.50", "deal_currency_code": "EUR"}
    deal_id = box.desk.portal.put_deal(values, contacts=[person, other], at=START)
    box.desk.portal.move_deal(deal_id, "contractsent", START + timedelta(hours=1, milliseconds=7))
    box.desk.portal.move_deal(deal_id, "closedwon", START + timedelta(hours=2))
    with hubspot_crm(sqlite_database, box.url, token=box.token, version=version) as crm:
        deal = crm.deals([deal_id, "999999999"])[deal_id]
        contacts = crm.contacts(deal.contact_ids)
        stages = crm.stages()
    assert [(move.stage, move.at) for move in deal.moves] == [
        ("appointmentscheduled", START),
        ("contractsent", START + timedelta(hours=1, milliseconds=7)),
        ("closedwon", START + timedelta(hours=2)),
    ]
    assert (
        deal.won
        and deal.closed
        and str(deal.amount) == "1234.50"
        and set(deal.contact_ids) == {person, other}
    )
    assert (contacts[person].click_id, contacts[person].fbclid) == ("click-1", "fb-1")
    assert contacts[other].click_id is None
    assert [stage.stage_id for stage in stages][-2:] == ["closedwon", "closedlost"]
    assert {stage.stage_id: stage.probability for stage in stages}["closedwon"] == 1.0


def test_all_changed_deals_beyond_a_crowded_instant(box: HubSpotBox, sqlite_database: Database) -> None:
    crowd = [box.desk.portal.put_deal({"dealname": str(n)}, at=START) for n in range(450)]
    later = [
        box.desk.portal.put_deal({"dealname": f"l{n}"}, at=START + timedelta(minutes=n)) for n in range(250)
    ]
    box.clock.at += timedelta(minutes=5)  # the index lags behind by seconds
    with hubspot_crm(sqlite_database, box.url, token=box.token, rests=[]) as crm:
        found = list(crm.changed_deals(START))
        fresh = list(crm.changed_deals(START + timedelta(minutes=200)))
    assert {one for one, _ in found} == {*crowd, *later}
    assert len(found) == 700 and found == sorted(found, key=lambda one: one[1])
    assert [one for one, _ in fresh] == later[200:]


def test_what_is_deleted_is_gone_and_listed_as_such(box: HubSpotBox, sqlite_database: Database) -> None:
    kept, lost = (box.desk.portal.put_deal({"dealname": name}, at=START) for name in ("kept", "lost"))
    box.desk.portal.remove("deals", lost, START + timedelta(hours=3))
    with hubspot_crm(sqlite_database, box.url, token=box.token) as crm:
        assert set(crm.deals([kept, lost])) == {kept}
        assert list(crm.gone_deals(START)) == [(lost, START + timedelta(hours=3))]
        assert list(crm.gone_deals(START + timedelta(hours=4))) == []


def test_its_limits_are_kept_and_heeded(box: HubSpotBox, sqlite_database: Database) -> None:
    """Its clock stands still, so a used-up window stays so: we slow down before it says no even once."""
    box.desk.limits = Limits(calls=4)
    rests: list[float] = []
    with hubspot_client(sqlite_database, box.url, token=box.token, rests=rests) as client:
        for _ in range(4):
            client.pipelines("deals")
        assert client.limits.remaining == 0 and sum(rests) == 0
        with pytest.raises(PassingError):
            client.pipelines("deals")
    assert sum(rests) >= 10


def test_another_key_is_refused(box: HubSpotBox, sqlite_database: Database) -> None:
    with (
        hubspot_crm(sqlite_database, box.url, token="wrong") as crm,
        pytest.raises(UnavailableError) as caught,
    ):
        crm.stages()
    assert "wrong" not in str(caught.value)
    assert not any("token" in entry.path for entry in box.sandbox.requests(vendor="hubspot"))
