"""Contacts and deals one by one and in batches, read and written by the vendor's own client."""

import json
from datetime import timedelta
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm import contacts, deals

from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import call
from tests.sandbox.hubspot.conftest import START

DEAL = {"dealname": "Twelve lessons", "dealstage": "appointmentscheduled", "amount": "1500.50"}
Properties = dict[str, Any]


def made(client: HubSpot, properties: Properties = DEAL, **more: Any) -> str:
    body = deals.SimplePublicObjectInputForCreate(
        properties=properties, associations=more.get("associations", [])
    )
    return str(client.crm.deals.basic_api.create(body).id)


def failure(error: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(error.value.body)
    return told


def test_a_deal_is_created_read_changed_and_archived(client: HubSpot, sandbox: Sandbox) -> None:
    api = client.crm.deals.basic_api
    deal = made(client)
    read = api.get_by_id(deal)
    assert read.id == deal and read.archived is False and read.created_at == START
    assert read.properties["dealstage"] == "appointmentscheduled" and read.properties["closedate"] is None
    assert set(read.properties) >= {"amount", "createdate", "dealname", "hs_lastmodifieddate", "pipeline"}
    sandbox.world.advance(3600.25)
    written = api.update(deal, deals.SimplePublicObjectInput(properties={"dealstage": "closedwon"}))
    assert written.properties["hs_is_closed"] == written.properties["hs_is_closed_won"] == "true"
    assert written.properties["closedate"] == "2026-11-02T10:30:00.250Z"
    assert written.updated_at == START + timedelta(seconds=3600.25)
    api.archive(deal)
    with pytest.raises(deals.exceptions.NotFoundException):
        api.get_by_id(deal)
    gone = api.get_by_id(deal, archived=True)
    assert gone.archived and gone.archived_at is not None
    assert api.get_page().results == [] and [one.id for one in api.get_page(archived=True).results] == [deal]
    api.archive(deal)


def test_every_value_is_text_or_null(client: HubSpot, sandbox: Sandbox) -> None:
    sent = {"properties": {"dealname": "x", "amount": 12.5, "closedate": "1793836800000", "dealtype": None}}
    body = call(sandbox, "POST", "/hubspot/crm/v3/objects/deals", sent, authorization=bearer(client))
    assert body.status_code == 201 and body.headers["location"].endswith(body.json()["id"])
    held = body.json()["properties"]
    assert held["amount"] == "12.5" and held["closedate"] == "2026-11-05T00:00:00Z"
    assert all(value is None or isinstance(value, str) for value in held.values())
    asked = call(
        sandbox,
        "GET",
        f"/hubspot/crm/v3/objects/0-3/{body.json()['id']}?properties=hs_is_closed&properties=nonsense,dealtype",
        authorization=bearer(client),
    )
    assert asked.json()["properties"]["hs_is_closed"] is None and "nonsense" not in asked.json()["properties"]


def bearer(client: HubSpot) -> str:
    return f"Bearer {client.access_token}"


def test_stage_history_is_kept_with_its_sources(client: HubSpot, desk: Desk, sandbox: Sandbox) -> None:
    deal = desk.portal.put_deal(DEAL, at=START - timedelta(days=9))
    desk.portal.move_deal(deal, "qualifiedtobuy", START - timedelta(days=7))
    client.crm.deals.basic_api.update(
        deal, deals.SimplePublicObjectInput(properties={"dealstage": "closedlost"})
    )
    client.crm.deals.basic_api.update(
        deal, deals.SimplePublicObjectInput(properties={"dealstage": "closedlost"})
    )
    read = client.crm.deals.basic_api.get_by_id(
        deal,
        properties=[
            "hs_v2_date_entered_qualifiedtobuy",
            "hs_v2_date_exited_qualifiedtobuy",
            "hs_is_closed_won",
        ],
        properties_with_history=["dealstage"],
    )
    history = read.properties_with_history["dealstage"]
    assert [one.value for one in history] == ["closedlost", "qualifiedtobuy", "appointmentscheduled"]
    assert [one.source_type for one in history] == ["INTEGRATION", "CRM_UI", "CRM_UI"]
    assert history[1].timestamp == START - timedelta(days=7) and history[1].updated_by_user_id == 9001
    assert read.properties["hs_v2_date_entered_qualifiedtobuy"] == "2026-10-26T09:30:00Z"
    assert read.properties["hs_v2_date_exited_qualifiedtobuy"] == "2026-11-02T09:30:00Z"
    assert read.properties["hs_is_closed_won"] == "false"


def test_what_cannot_be_taken_is_told_by_property(client: HubSpot) -> None:
    bad = {
        "amount": "a lot",
        "hs_is_closed": "true",
        "closedate": "soon",
        "hs_nothing": "x",
        "dealtype": "gift",
    }
    with pytest.raises(deals.ApiException) as error:
        made(client, bad)
    told = failure(error)
    assert error.value.status == 400 and told["category"] == "VALIDATION_ERROR"
    codes = {one["context"]["propertyName"][0]: one["code"] for one in told["errors"]}
    assert codes == {
        "amount": "INVALID_DOUBLE",
        "hs_is_closed": "READ_ONLY_VALUE",
        "closedate": "INVALID_LONG",
        "hs_nothing": "PROPERTY_DOESNT_EXIST",
        "dealtype": "INVALID_OPTION",
    }
    assert json.loads(told["message"].removeprefix("Property values were not valid: "))[0]["isValid"] is False
    for wrong in ({"dealstage": "nowhere"}, {"pipeline": "other"}):
        with pytest.raises(deals.ApiException) as error:
            made(client, wrong)
        assert failure(error)["errors"][0]["code"] == "INVALID_OPTION"


def test_contacts_have_one_address_each(client: HubSpot) -> None:
    api = client.crm.contacts.basic_api
    person = {"email": "Ada@example.com", "firstname": "Ada"}
    first = api.create(contacts.SimplePublicObjectInputForCreate(properties=person, associations=[])).id
    with pytest.raises(contacts.ApiException) as error:
        api.create(
            contacts.SimplePublicObjectInputForCreate(
                properties={"email": "ada@EXAMPLE.com"}, associations=[]
            )
        )
    assert (
        error.value.status == 409
        and failure(error)["message"] == f"Contact already exists. Existing ID: {first}"
    )
    assert failure(error)["category"] == "CONFLICT"
    assert api.get_by_id("ada@example.com", id_property="email").id == first
    other = api.create(
        contacts.SimplePublicObjectInputForCreate(properties={"email": "b@example.com"}, associations=[])
    ).id
    with pytest.raises(contacts.ApiException) as error:
        api.update(other, contacts.SimplePublicObjectInput(properties={"email": "ada@example.com"}))
    assert error.value.status == 409
    with pytest.raises(contacts.ApiException) as error:
        api.update(other, contacts.SimplePublicObjectInput(properties={"email": "nonsense"}))
    assert failure(error)["errors"][0]["code"] == "INVALID_EMAIL"
    with pytest.raises(contacts.ApiException) as error:
        api.get_by_id("Ada", id_property="firstname")
    assert error.value.status == 400
    api.archive(first)
    assert (
        api.create(contacts.SimplePublicObjectInputForCreate(properties=person, associations=[])).id != first
    )


def test_ids_that_are_none(client: HubSpot) -> None:
    for wanted, words in (
        ("12345", "resource not found"),
        ("abc", "Object not found.  objectId are usually numeric."),
    ):
        with pytest.raises(deals.exceptions.NotFoundException) as error:
            client.crm.deals.basic_api.get_by_id(wanted)
        told = failure(error)
        assert told["message"] == words and told["category"] == "OBJECT_NOT_FOUND" and told["correlationId"]


def test_pages_follow_each_other(client: HubSpot, desk: Desk) -> None:
    ids = [desk.portal.put_deal(DEAL) for _ in range(23)]
    desk.portal.remove("deals", ids[7])
    seen: list[str] = []
    after = None
    while True:
        page = client.crm.deals.basic_api.get_page(limit=5, after=after, properties=["dealstage"])
        seen += [one.id for one in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
        assert after not in seen and page.paging.next.link.startswith("http://127.0.0.1")
    assert seen == [one for one in ids if one != ids[7]]
    assert len(client.crm.deals.get_all(properties_with_history=["dealstage"])) == 22
    for wrong in ({"limit": 101}, {"limit": 51, "properties_with_history": ["dealstage"]}):
        with pytest.raises(deals.ApiException) as error:
            client.crm.deals.basic_api.get_page(**wrong)
        assert error.value.status == 400


@pytest.mark.slow
def test_more_than_ten_thousand_are_paged_and_read(client: HubSpot, desk: Desk, sandbox: Sandbox) -> None:
    ids = [desk.portal.put_deal({"dealname": str(n), "dealstage": "contractsent"}) for n in range(10_150)]
    seen: list[str] = []
    after = None
    while after is not None or not seen:
        page = client.crm.deals.basic_api.get_page(limit=100, after=after, properties=["dealstage"])
        seen += [one.id for one in page.results]
        after = page.paging.next.after if page.paging else None
        sandbox.world.advance(1)
    assert seen == ids


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "deals", []),
        ("POST", "deals", {"properties": []}),
        ("POST", "deals/batch/read", {"inputs": {}}),
        ("POST", "deals/batch/read", {"inputs": [], "properties": [1]}),
        ("GET", "deals?limit=ten", None),
        ("GET", "cows", None),
        ("POST", "deals", {"properties": {}, "associations": {"x": 1}}),
    ],
)
def test_what_cannot_be_understood(
    client: HubSpot, sandbox: Sandbox, method: str, path: str, body: Any
) -> None:
    answer = call(sandbox, method, f"/hubspot/crm/v3/objects/{path}", body, authorization=bearer(client))
    assert answer.status_code == 400 and answer.json()["category"] == "VALIDATION_ERROR"
