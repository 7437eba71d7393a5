"""What webhooks say becomes events, whatever they say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.crm.records import CrmEvent
from kinoloop.vendors.hubspot.events import read_delivery

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LINKS = ("kinoloop_click_id",)
MOVED: dict[str, Any] = {
    "eventId": 3816279340,
    "subscriptionId": 25,
    "portalId": 33,
    "appId": 1160452,
    "occurredAt": 1763640000123,
    "subscriptionType": "deal.propertyChange",
    "attemptNumber": 0,
    "objectId": 901,
    "propertyName": "dealstage",
    "propertyValue": "closedwon",
    "changeSource": "CRM_UI",
}


def read(*events: object) -> tuple[CrmEvent, ...]:
    body = json.dumps(list(events)).encode()
    return read_delivery(body, delivery_id="d1", received_at=NOW, contact_properties=LINKS)


def one(**changes: Any) -> CrmEvent:
    told = {name: value for name, value in (MOVED | changes).items() if value is not ...}
    return read(told)[0]


def test_a_stage_change_is_read_whole() -> None:
    event = one()
    assert event.portal_id == "33" and event.object_id == "901" and event.kind == "deal"
    assert (event.change, event.property_name, event.property_value) == (
        "propertyChange",
        "dealstage",
        "closedwon",
    )
    assert event.occurred_at == datetime(2025, 11, 20, 12, 0, 0, 123000, tzinfo=UTC)
    assert event.deal_ids == ("901",) and event.contact_ids == () and event.state == "received"
    assert event.raw == MOVED and event.tenant_id is None and event.received_at == NOW


@pytest.mark.parametrize(
    ("changes", "kind", "deals", "contacts", "state"),
    [
        ({"subscriptionType": ..., "eventType": "deal.propertyChange"}, "deal", ("901",), (), "received"),
        (
            {"subscriptionType": "object.propertyChange", "objectTypeId": "0-3"},
            "deal",
            ("901",),
            (),
            "received",
        ),
        (
            {
                "subscriptionType": "object.propertyChange",
                "objectTypeId": "0-1",
                "propertyName": "kinoloop_click_id",
            },
            "contact",
            (),
            ("901",),
            "received",
        ),
        ({"subscriptionType": "object.propertyChange", "objectTypeId": "0-5"}, None, (), (), "ignored"),
        ({"propertyName": "dealname"}, "deal", ("901",), (), "ignored"),
        (
            {"subscriptionType": "contact.propertyChange", "propertyName": "email"},
            "contact",
            (),
            ("901",),
            "ignored",
        ),
        ({"subscriptionType": "contact.creation"}, "contact", (), ("901",), "received"),
        ({"subscriptionType": "contact.privacyDeletion"}, "contact", (), ("901",), "received"),
        ({"subscriptionType": "deal.deletion"}, "deal", ("901",), (), "received"),
        ({"subscriptionType": "deal.restore"}, "deal", ("901",), (), "received"),
        ({"subscriptionType": "company.creation"}, None, (), (), "ignored"),
        ({"subscriptionType": "conversation.newMessage"}, None, (), (), "ignored"),
        ({"subscriptionType": ...}, None, (), (), "ignored"),
        ({"subscriptionType": 7}, None, (), (), "ignored"),
        (
            {
                "subscriptionType": "deal.merge",
                "primaryObjectId": 1,
                "mergedObjectIds": [2, "3"],
                "newObjectId": 4,
                "objectId": ...,
            },
            "deal",
            ("4", "1", "2", "3"),
            (),
            "received",
        ),
        (
            {
                "subscriptionType": "deal.associationChange",
                "associationType": "DEAL_TO_CONTACT",
                "fromObjectId": 5,
                "toObjectId": 6,
                "objectId": ...,
            },
            "deal",
            ("5",),
            ("6",),
            "received",
        ),
        (
            {
                "subscriptionType": "object.associationChange",
                "objectTypeId": "0-1",
                "fromObjectTypeId": "0-1",
                "toObjectTypeId": "0-3",
                "fromObjectId": 6,
                "toObjectId": 5,
                "objectId": ...,
            },
            "contact",
            ("5",),
            ("6",),
            "received",
        ),
        (
            {
                "subscriptionType": "deal.associationChange",
                "associationType": "DEAL_TO_COMPANY",
                "fromObjectId": 5,
                "toObjectId": 7,
                "objectId": ...,
            },
            "deal",
            (),
            (),
            "ignored",
        ),
        ({"occurredAt": ...}, "deal", ("901",), (), "dead"),
        ({"occurredAt": 10**30}, "deal", ("901",), (), "dead"),
        ({"occurredAt": True}, "deal", ("901",), (), "dead"),
        ({"objectId": ...}, "deal", (), (), "dead"),
        ({"objectId": {"a": 1}}, "deal", (), (), "dead"),
        ({"portalId": ...}, "deal", ("901",), (), "dead"),
    ],
)
def test_every_form_finds_its_records(
    changes: dict[str, Any],
    kind: str | None,
    deals: tuple[str, ...],
    contacts: tuple[str, ...],
    state: str,
) -> None:
    event = one(**changes)
    assert (event.kind, event.deal_ids, event.contact_ids, event.state) == (kind, deals, contacts, state)
    assert (event.note is None) == (state == "received")


def test_the_key_leaves_the_attempt_out_and_nothing_else() -> None:
    key = one().key
    assert one(attemptNumber=7, changeSource="API", subscriptionId=99).key == key
    others = (
        {"portalId": 34},
        {"objectId": 902},
        {"propertyName": "amount"},
        {"occurredAt": 1763640000124},
        {"eventId": 1},
        {"subscriptionType": "deal.creation"},
    )
    assert len({key, *(one(**change).key for change in others)}) == len(others) + 1


def test_numbers_may_come_as_text() -> None:
    assert (
        one(portalId="33", objectId="901", occurredAt="1763640000123", eventId="3816279340").key == one().key
    )


def test_a_whole_batch_and_one_alone() -> None:
    batch = [MOVED | {"objectId": number} for number in range(100)]
    assert len({event.key for event in read(*batch)}) == 100
    alone = read_delivery(json.dumps(MOVED).encode(), delivery_id="d", received_at=NOW)
    assert [event.key for event in alone] == [one().key]
    assert read_delivery(b"[]", delivery_id="d", received_at=NOW) == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"[NaN]", b"[" * 100_000, b"[1" + b"0" * 5000 + b"]", b'{"a": Infinity}'],
)
def test_what_cannot_be_read_is_kept_as_dead(body: bytes) -> None:
    (event,) = read_delivery(body, delivery_id="d", received_at=NOW)
    assert event.state == "dead" and event.subscription_type == "unreadable" and event.note
    assert set(event.raw) == {"text"}


def test_elements_that_are_no_objects_are_kept_beside_the_good() -> None:
    dead, good, text = read(5, MOVED, "x")
    assert (dead.state, good.state, text.state) == ("dead", "received", "dead")
    assert dead.key != text.key


def test_what_no_database_keeps_is_taken_out() -> None:
    event = one(propertyValue="a\0b\ud800", extra={"\0": [float("1e300")]})
    assert event.property_value == "a\ufffdb?"
    assert event.raw["extra"] == {"\ufffd": [1e300]}
    body = json.dumps([MOVED]).replace('"CRM_UI"', "1e999").encode()
    (endless,) = read_delivery(body, delivery_id="d", received_at=NOW)
    json.dumps(endless.raw, allow_nan=False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*MOVED, "objectTypeId", "mergedObjectIds"]), JSON))
def test_nothing_a_stranger_sends_breaks_it(changes: dict[str, Any]) -> None:
    body = json.dumps([MOVED | changes]).encode()
    for event in read_delivery(body, delivery_id="d", received_at=NOW):
        json.dumps(event.raw, allow_nan=False).encode()
        assert event.state in ("received", "ignored", "dead") and len(event.key) == 64


@given(st.binary(max_size=300))
def test_nor_do_bytes(body: bytes) -> None:
    for event in read_delivery(body, delivery_id="d", received_at=NOW):
        assert event.key
