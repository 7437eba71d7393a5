"""The plain functions that feed the account, and what they refuse."""

from datetime import timedelta

import pytest

from kinoloop.core.errors import InputError, NotFoundError
from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.hubspot.pipelines import Pipeline, Stage
from kinoloop.sandbox.hubspot.records import Source
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import control
from tests.sandbox.hubspot.conftest import START

DEAL = {"dealname": "x", "dealstage": "appointmentscheduled"}
YESTERDAY = START - timedelta(days=1)


def test_a_person_with_an_address_is_one_person(desk: Desk) -> None:
    first = desk.portal.put_contact({"email": "a@b.c", "Shoe size": 43})
    assert desk.portal.put_contact({"email": "A@b.c", "firstname": "Ann"}) == first
    held = desk.portal.get("contacts", first)
    assert held.values["Shoe size"] == "43" and held.values["firstname"] == "Ann"
    assert desk.portal.properties.find("contacts", "Shoe size") is not None
    assert desk.portal.put_contact({"firstname": "No address"}) != first
    desk.portal.set_property("contacts", first, "email", "new@b.c")
    assert desk.portal.find_by("contacts", "email", "a@b.c") is None
    found = desk.portal.find_by("contacts", "email", "new@b.c")
    assert found is not None and found.id == first


def test_changes_carry_their_own_times(desk: Desk) -> None:
    person = desk.portal.put_contact({"email": "a@b.c"}, at=YESTERDAY)
    deal = desk.portal.put_deal(DEAL, contacts=[person], at=YESTERDAY)
    desk.portal.move_deal(deal, "closedwon", YESTERDAY + timedelta(hours=2, microseconds=1_999))
    desk.portal.set_property("deals", deal, "amount", None)
    held = desk.portal.get("deals", deal)
    assert held.created_at == YESTERDAY and held.updated_at == YESTERDAY + timedelta(hours=2, milliseconds=1)
    assert held.values["hs_lastmodifieddate"] == "2026-11-01T11:30:00.001Z" == held.values["closedate"]
    assert desk.portal.links.of(deal) == (person,)
    other = desk.portal.put_deal({**DEAL, "closedate": START}, source=Source("FORM", None))
    desk.portal.move_deal(other, "closedlost")
    assert desk.portal.get("deals", other).history["dealname"][0].source == Source("FORM", None)
    desk.portal.join(other, person)
    assert desk.portal.links.of(person) == (deal, other)


def test_what_the_feed_refuses(desk: Desk) -> None:
    deal = desk.portal.put_deal(DEAL)
    with pytest.raises(NotFoundError):
        desk.portal.move_deal("1", "closedwon")
    with pytest.raises(NotFoundError):
        desk.portal.put_deal(DEAL, contacts=["1"])
    with pytest.raises(InputError, match="no stage 'won'"):
        desk.portal.move_deal(deal, "won")
    with pytest.raises(InputError, match="future"):
        desk.portal.move_deal(deal, "closedwon", START + timedelta(seconds=1))
    with pytest.raises(InputError, match="later than that"):
        desk.portal.move_deal(deal, "closedwon", YESTERDAY)
    assert desk.portal.get("deals", deal).values["dealstage"] == "appointmentscheduled"


def test_further_pipelines_and_a_reset(desk: Desk, sandbox: Sandbox) -> None:
    studio = Pipeline(
        "studio", "Studio", (Stage("trial", "Trial", "0.5"), Stage("member", "Member", "1.0", True))
    )
    desk.portal.add_pipeline(studio)
    deal = desk.portal.put_deal({"pipeline": "studio", "dealstage": "trial"})
    desk.portal.move_deal(deal, "member")
    assert desk.portal.get("deals", deal).values["hs_is_closed_won"] == "true"
    control(sandbox, "/reset", {})
    assert desk.portal.find("deals", deal) is None and desk.portal.pipelines.find("studio") is None
    assert desk.portal.put_deal(DEAL) == deal
