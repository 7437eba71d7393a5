"""Batches of contacts and deals: their size, and what becomes of them when some of it fails."""

from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm import contacts, deals

from kinoloop.sandbox.hubspot.desk import Desk
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import call
from tests.sandbox.hubspot.test_objects import DEAL, bearer, failure


def test_batches_write_and_read(client: HubSpot) -> None:
    api = client.crm.deals.batch_api
    inputs = [
        deals.SimplePublicObjectBatchInputForCreate(
            properties={**DEAL, "dealname": f"deal {n}"}, associations=[]
        )
        for n in range(100)
    ]
    answer = api.create(deals.BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    ids = [one.id for one in answer.results]
    assert answer.status == "COMPLETE" and len(set(ids)) == 100
    changed = api.update(
        deals.BatchInputSimplePublicObjectBatchInput(
            inputs=[deals.SimplePublicObjectBatchInput(id=one, properties={"amount": "7"}) for one in ids[:2]]
        )
    )
    assert [one.properties["amount"] for one in changed.results] == ["7", "7"]
    api.archive(deals.BatchInputSimplePublicObjectId(inputs=[deals.SimplePublicObjectId(id=ids[0])]))
    read = api.read(reading([*ids[:2], "5"]))
    assert [one.id for one in read.results] == [ids[1]] and read.num_errors == 1
    assert read.errors[0].context == {"ids": [ids[0], "5"]} and read.errors[0].category == "OBJECT_NOT_FOUND"
    assert read.errors[0].message.startswith("Could not get some DEAL objects")


def reading(ids: list[str], history: list[str] | None = None) -> Any:
    return deals.BatchReadInputSimplePublicObjectId(
        properties=["dealstage"],
        properties_with_history=history or [],
        inputs=[deals.SimplePublicObjectId(id=one) for one in ids],
    )


def test_batches_have_their_size(client: HubSpot, desk: Desk) -> None:
    ids = [desk.portal.put_deal(DEAL) for _ in range(101)]
    api = client.crm.deals.batch_api
    assert len(api.read(reading(ids[:100])).results) == 100
    assert len(api.read(reading(ids[:50], ["dealstage"])).results) == 50
    for wrong in (reading(ids), reading(ids[:51], ["dealstage"])):
        with pytest.raises(deals.ApiException) as error:
            api.read(wrong)
        assert error.value.status == 400 and "maximum number of inputs" in failure(error)["message"]


def test_a_batch_fails_as_a_whole_or_in_part(client: HubSpot, sandbox: Sandbox) -> None:
    path, key = "/hubspot/crm/v3/objects/deals/batch/create", bearer(client)
    inputs = [{"properties": DEAL}, {"properties": {"amount": "much"}}]
    whole = call(sandbox, "POST", path, {"inputs": inputs}, authorization=key)
    assert whole.status_code == 400 and client.crm.deals.basic_api.get_page().results == []
    traced = [{**one, "objectWriteTraceId": f"t{n}"} for n, one in enumerate(inputs)]
    part = call(sandbox, "POST", path, {"inputs": traced}, authorization=key)
    told = part.json()
    assert part.status_code == 207 and [one["objectWriteTraceId"] for one in told["results"]] == ["t0"]
    assert told["numErrors"] == 1 and told["errors"][0]["context"] == {"objectWriteTraceId": ["t1"]}
    update = {
        "inputs": [
            {"id": told["results"][0]["id"], "properties": {"amount": "1"}},
            {"id": "9", "properties": {}},
        ]
    }
    mixed = call(sandbox, "POST", path.replace("create", "update"), update, authorization=key)
    assert mixed.status_code == 207 and mixed.json()["errors"][0]["context"] == {"ids": ["9"]}
    twice = {"inputs": [{"properties": {"email": "a@b.c"}}, {"properties": {"email": "a@b.c"}}]}
    people = path.replace("deals", "contacts")
    assert call(sandbox, "POST", people, twice, authorization=key).status_code == 409


def test_upsert_by_a_unique_property(client: HubSpot) -> None:
    api = client.crm.contacts.batch_api

    def upsert(name: str) -> Any:
        one = contacts.SimplePublicObjectBatchInputUpsert(
            id="eve@example.com", id_property="email", properties={"firstname": name}
        )
        return api.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[one])).results[0]

    first, second = upsert("Eve"), upsert("Eva")
    assert (first.new, second.new) == (True, False) and first.id == second.id
    assert second.properties["firstname"] == "Eva" and second.properties["email"] == "eve@example.com"
    with pytest.raises(contacts.ApiException):
        one = contacts.SimplePublicObjectBatchInputUpsert(id="Eve", id_property="firstname", properties={})
        api.upsert(contacts.BatchInputSimplePublicObjectBatchInputUpsert(inputs=[one]))
