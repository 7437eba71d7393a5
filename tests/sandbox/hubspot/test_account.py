"""Keys, limits, planned faults, associations, pipelines, properties, owners."""

import json
from typing import Any

import httpx2
import pytest
from hubspot import HubSpot
from hubspot.crm import deals, pipelines, properties
from hubspot.crm.associations import v4

from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.hubspot.account import Account, account_of
from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import call, control

DEAL = {"dealname": "x", "dealstage": "appointmentscheduled"}


def ask(sandbox: Sandbox, desk: Desk, method: str, path: str, body: Any = None) -> Any:
    return call(sandbox, method, f"/hubspot{path}", body, authorization=f"Bearer {desk.account.token}")


def test_one_desk_per_world_with_its_own_account(sandbox: Sandbox, desk: Desk) -> None:
    assert desk_of(sandbox.world) is desk and account_of(sandbox.keys) == desk.account == Account(
        sandbox.keys.hubspot, sandbox.keys.hubspot_client_secret
    )


def test_wrong_keys_are_told_so(sandbox: Sandbox, desk: Desk) -> None:
    client = HubSpot(access_token="other", host=f"{sandbox.url}/hubspot", client_side_validation=True)
    with pytest.raises(deals.exceptions.UnauthorizedException) as error:
        client.crm.deals.basic_api.get_page()
    told = json.loads(error.value.body)
    assert told["category"] == "INVALID_AUTHENTICATION" and told["message"].startswith(
        "Authentication credentials"
    )


def test_a_hundred_and_ten_calls_in_ten_seconds(sandbox: Sandbox, desk: Desk) -> None:
    key = {"authorization": f"Bearer {desk.account.token}"}
    with httpx2.Client(trust_env=False, base_url=f"{sandbox.url}/hubspot", headers=key) as line:
        last = [line.get("/crm/v3/owners/") for _ in range(110)][-1]
    assert (
        last.headers["x-hubspot-ratelimit-max"] == "110"
        and last.headers["x-hubspot-ratelimit-remaining"] == "0"
    )
    assert last.headers["x-hubspot-ratelimit-interval-milliseconds"] == "10000"
    assert "x-hubspot-ratelimit-daily" not in last.headers
    over = ask(sandbox, desk, "GET", "/crm/v3/owners/")
    told = over.json()
    assert over.status_code == 429 and "retry-after" not in over.headers
    assert (told["status"], told["errorType"], told["policyName"]) == (
        "error",
        "RATE_LIMIT",
        "TEN_SECONDLY_ROLLING",
    )
    assert told["message"] == "You have reached your ten_secondly_rolling limit." and told["correlationId"]
    assert "category" not in told
    sandbox.world.advance(10)
    assert ask(sandbox, desk, "GET", "/crm/v3/owners/").status_code == 200


def test_a_day_can_have_its_limit_too(sandbox: Sandbox, desk: Desk) -> None:
    control(sandbox, "/hubspot/limits", {"calls": 190, "daily": 3})
    first = ask(sandbox, desk, "GET", "/account-info/v3/details")
    assert first.json()["portalId"] == desk.account.portal_id
    assert first.headers["x-hubspot-ratelimit-daily-remaining"] == "2"
    ask(sandbox, desk, "POST", "/crm/v3/objects/deals/search", {})
    ask(sandbox, desk, "GET", "/crm/v3/owners")
    over = ask(sandbox, desk, "POST", "/crm/v3/objects/deals/search", {})
    assert over.status_code == 429 and over.json()["policyName"] == "DAILY"
    control(sandbox, "/reset", {})
    assert ask(sandbox, desk, "GET", "/crm/v3/owners").headers["x-hubspot-ratelimit-max"] == "110"


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (400, "VALIDATION_ERROR"),
        (401, "INVALID_AUTHENTICATION"),
        (403, "MISSING_SCOPES"),
        (404, "OBJECT_NOT_FOUND"),
        (409, "CONFLICT"),
        (423, "LOCKED"),
        (477, "MIGRATION_IN_PROGRESS"),
        (500, None),
        (503, None),
        (418, None),
    ],
)
def test_planned_refusals_in_hubspots_words(
    sandbox: Sandbox, desk: Desk, status: int, category: str | None
) -> None:
    sandbox.fault(Fault(vendor="hubspot", status=status))
    answer = ask(sandbox, desk, "GET", "/crm/v3/owners")
    assert answer.status_code == status and answer.json()["status"] == "error"
    assert answer.json().get("category") == category and answer.json()["correlationId"]
    assert answer.headers.get("retry-after") == {423: "2", 477: "3600"}.get(status)
    assert ("errors" in answer.json()) == (status == 403)


def test_gateways_answer_in_html_and_limits_in_json(sandbox: Sandbox, desk: Desk) -> None:
    for status in (502, 504, 521, 524):
        sandbox.fault(Fault(vendor="hubspot", status=status))
        answer = ask(sandbox, desk, "GET", "/crm/v3/owners")
        assert answer.status_code == status and answer.headers["content-type"].startswith("text/html")
    sandbox.fault(Fault(vendor="hubspot", status=429))
    assert ask(sandbox, desk, "GET", "/crm/v3/owners").json()["policyName"] == "TEN_SECONDLY_ROLLING"


def test_the_client_raises_on_all_of_them(client: HubSpot, sandbox: Sandbox) -> None:
    for status in (403, 423, 477, 502, 524):
        sandbox.fault(Fault(vendor="hubspot", status=status))
        with pytest.raises(deals.ApiException) as error:
            client.crm.deals.basic_api.get_page()
        assert error.value.status == status


def test_dated_versions_speak_of_the_same_records(sandbox: Sandbox, desk: Desk) -> None:
    person, deal = desk.portal.put_contact({"email": "a@b.c"}), desk.portal.put_deal(DEAL)
    desk.portal.join(deal, person)
    for version in ("2026-03", "2026-09"):
        read = {"inputs": [{"id": deal}], "properties": ["dealname"]}
        path = f"/crm/objects/{version}/0-3/batch/read"
        assert ask(sandbox, desk, "POST", path, read).json()["results"][0]["id"] == deal
        path = f"/crm/associations/{version}/0-3/0-1/batch/read"
        assert ask(sandbox, desk, "POST", path, read).json()["results"][0]["to"][0]["toObjectId"] == int(
            person
        )
        assert ask(sandbox, desk, "GET", f"/crm/pipelines/{version}/0-3").json()["results"]
    assert ask(sandbox, desk, "GET", "/crm/pipelines/2025-01/0-3").status_code == 404


def test_unknown_paths(sandbox: Sandbox, desk: Desk) -> None:
    answer = ask(sandbox, desk, "GET", "/crm/v9/cows")
    assert answer.status_code == 404 and answer.json()["message"] == "resource not found"


def test_associations_come_with_a_deal_and_by_themselves(client: HubSpot, desk: Desk) -> None:
    person, other = (desk.portal.put_contact({"email": f"{name}@example.com"}) for name in "ab")
    spec = deals.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)
    with_person = deals.PublicAssociationsForObject(to=deals.PublicObjectId(id=person), types=[spec])
    body = deals.SimplePublicObjectInputForCreate(properties=DEAL, associations=[with_person])
    deal = client.crm.deals.basic_api.create(body).id
    read = client.crm.deals.basic_api.get_by_id(deal, associations=["contacts"])
    assert [(one.id, one.type) for one in read.associations["contacts"].results] == [
        (person, "deal_to_contact")
    ]
    api = client.crm.associations.v4.basic_api
    made = api.create_default("deals", deal, "contacts", other)
    assert made.status == "COMPLETE" and len(made.results) == 2
    page = api.get_page("deals", deal, "contacts", limit=1)
    assert page.results[0].to_object_id == person and page.results[0].association_types[0].type_id == 3
    assert (
        api.get_page("deals", deal, "contacts", after=page.paging.next.after).results[0].to_object_id == other
    )
    api.archive("deals", deal, "contacts", person)
    assert [one.to_object_id for one in api.get_page("contacts", other, "deals").results] == [deal]
    desk.portal.remove("contacts", other)
    assert api.get_page("deals", deal, "contacts").results == []
    alone = client.crm.deals.basic_api.get_by_id(deal, associations=["contacts"])
    assert alone.associations is None


def test_associations_in_batches(client: HubSpot, desk: Desk, sandbox: Sandbox) -> None:
    person = desk.portal.put_contact({"email": "a@example.com"})
    joined, alone = desk.portal.put_deal(DEAL), desk.portal.put_deal(DEAL)
    api = client.crm.associations.v4.batch_api
    pair = {"_from": v4.PublicObjectId(id=joined), "to": v4.PublicObjectId(id=person)}
    spec = v4.AssociationSpec(association_category="HUBSPOT_DEFINED", association_type_id=3)
    one = v4.PublicAssociationMultiPost(**pair, types=[spec])
    made = api.create("deals", "contacts", v4.BatchInputPublicAssociationMultiPost(inputs=[one]))
    assert made.results[0].to_object_id == person
    ids = [v4.PublicFetchAssociationsBatchRequest(id=each) for each in (joined, alone)]
    read = api.get_page("deals", "contacts", v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=ids))
    assert read.results[0].to[0].to_object_id == person and read.num_errors == 1
    assert read.errors[0].message == f"No contact is associated with deal {alone}."
    default = v4.PublicDefaultAssociationMultiPost(_from=v4.PublicObjectId(id=alone), to=pair["to"])
    inputs = v4.BatchInputPublicDefaultAssociationMultiPost(inputs=[default])
    assert len(api.create_default("deals", "contacts", inputs).results) == 2
    gone = v4.PublicAssociationMultiArchive(_from=pair["_from"], to=[pair["to"]])
    api.archive("deals", "contacts", v4.BatchInputPublicAssociationMultiArchive(inputs=[gone]))
    assert desk.portal.links.of(joined) == () and desk.portal.links.of(alone) == (person,)
    raw = ask(sandbox, desk, "GET", f"/crm/v4/objects/deals/{alone}/associations/contacts").json()
    assert raw["results"][0]["toObjectId"] == int(person)


def test_associations_that_cannot_be(sandbox: Sandbox, desk: Desk) -> None:
    deal, person = desk.portal.put_deal(DEAL), desk.portal.put_contact({"email": "a@b.c"})
    links = f"/crm/v4/objects/deals/{deal}/associations"
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 4}]
    right = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    assert ask(sandbox, desk, "PUT", f"{links}/contacts/{person}", wrong).status_code == 400
    assert ask(sandbox, desk, "PUT", f"{links}/contacts/{person}", right).status_code == 201
    assert ask(sandbox, desk, "PUT", f"{links}/default/contacts/99").status_code == 404
    assert ask(sandbox, desk, "GET", f"{links}/deals").status_code == 400
    assert ask(sandbox, desk, "GET", "/crm/v4/objects/deals/99/associations/contacts").status_code == 404
    nobody = {"properties": DEAL, "associations": [{"to": {"id": "99"}, "types": right}]}
    answer = ask(sandbox, desk, "POST", "/crm/v3/objects/deals", nobody)
    assert answer.status_code == 400 and answer.json()["context"]["INVALID_OBJECT_IDS"] == ["99"]


def test_pipelines_tell_what_stages_mean_as_text(client: HubSpot, sandbox: Sandbox, desk: Desk) -> None:
    api = client.crm.pipelines.pipelines_api
    usual = api.get_all("deals").results[0]
    stages = {stage.id: stage.metadata for stage in usual.stages}
    assert list(stages) == [
        "appointmentscheduled",
        "qualifiedtobuy",
        "presentationscheduled",
        "decisionmakerboughtin",
        "contractsent",
        "closedwon",
        "closedlost",
    ]
    assert stages["closedwon"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["contractsent"] == {"isClosed": "false", "probability": "0.9"}
    given = pipelines.PipelineInput(
        display_order=1,
        label="Studio",
        stages=[
            pipelines.PipelineStageInput(label="Talk", display_order=0, metadata={"probability": "0.3"}),
            pipelines.PipelineStageInput(
                label="Member", display_order=1, metadata={"probability": "1", "isClosed": "true"}
            ),
        ],
    )
    studio = api.create("deals", given)
    assert api.get_by_id("deals", studio.id).stages[1].metadata["isClosed"] == "true"
    body = {"properties": {"pipeline": studio.id, "dealstage": studio.stages[1].id, "dealname": "x"}}
    won = ask(sandbox, desk, "POST", "/crm/v3/objects/deals", body).json()
    assert won["properties"]["hs_is_closed_won"] == "true"
    assert f"hs_v2_date_entered_{studio.stages[1].id}" in won["properties"]
    told = ask(sandbox, desk, "GET", f"/crm/v3/pipelines/deals/{studio.id}/stages").json()
    assert [stage["label"] for stage in told["results"]] == ["Talk", "Member"]


def test_pipelines_that_cannot_be(sandbox: Sandbox, desk: Desk) -> None:
    path = "/crm/v3/pipelines"
    assert ask(sandbox, desk, "GET", f"{path}/contacts").status_code == 400
    assert ask(sandbox, desk, "GET", f"{path}/deals/none").status_code == 404
    for wrong in ({"label": "x"}, {"label": "x", "stages": [{"label": "y"}]}):
        assert ask(sandbox, desk, "POST", f"{path}/deals", wrong).status_code == 400


def test_properties_can_be_looked_up_and_made(client: HubSpot, sandbox: Sandbox, desk: Desk) -> None:
    api = client.crm.properties.core_api
    known = {one.name: one for one in api.get_all("deals").results}
    assert known["hs_v2_date_entered_closedwon"].calculated and not known["amount"].calculated
    assert "closedlost" in [option.value for option in known["dealstage"].options]
    given = properties.PropertyCreate(
        name="score",
        label="Score",
        type="number",
        field_type="number",
        group_name="contactinformation",
        has_unique_value=False,
        options=[],
    )
    assert api.create("contacts", given).hubspot_defined is False
    assert api.get_by_name("contacts", "score").type == "number"
    assert ask(sandbox, desk, "POST", "/crm/v3/properties/contacts", given.to_dict()).status_code == 400
    assert ask(sandbox, desk, "GET", "/crm/v3/properties/contacts/none").status_code == 404
    again = {"name": "score", "type": "number", "groupName": "x"}
    assert ask(sandbox, desk, "POST", "/crm/v3/properties/contacts", again).status_code == 409
    options = [option.value for option in api.get_by_name("deals", "pipeline").options]
    assert options == ["default"]


def test_owners(client: HubSpot, sandbox: Sandbox, desk: Desk) -> None:
    owner = client.crm.owners.owners_api.get_page().results[0]
    assert client.crm.owners.owners_api.get_by_id(int(owner.id)).email == owner.email
    assert ask(sandbox, desk, "GET", "/crm/v3/owners/1").status_code == 404
