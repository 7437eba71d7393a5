"""Search: filters and sorts by HubSpot's rules, an index that lags, and its limits."""

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

SEEN = 6.0
"""Seconds after which every change is in the index."""


def asking(filters: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    groups = [deals.FilterGroup(filters=[deals.Filter(**one) for one in filters])] if filters else []
    plain = {"properties": [], "limit": 200, "after": "0", "sorts": []}
    return deals.PublicObjectSearchRequest(**{**plain, "filter_groups": groups, **more})


def found(client: HubSpot, request: Any) -> list[str]:
    return [one.properties["dealname"] for one in client.crm.deals.search_api.do_search(request).results]


@pytest.fixture
def three(desk: Desk, sandbox: Sandbox) -> list[str]:
    """Small, middle and large, by amount and age; the large one is won, the small one has no owner."""
    rows = [
        ("small", 5, "qualifiedtobuy", 30, None),
        ("middle", 20, "contractsent", 20, "77001"),
        ("Large order", 100, "closedwon", 10, "77001"),
    ]
    made = [
        desk.portal.put_deal(
            {"dealname": name, "amount": amount, "dealstage": stage, "hubspot_owner_id": owner},
            at=START - timedelta(days=days),
        )
        for name, amount, stage, days, owner in rows
    ]
    sandbox.world.advance(SEEN)
    return made


def one(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    told = {"property_name": name, "operator": operator, **more}
    return {**told, "value": str(value)} if value is not None else told


WEEKS = str(int((START - timedelta(days=21)).timestamp() * 1000))


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([one("amount", "GT", 20)], ["Large order"]),
        ([one("amount", "GTE", "20.0")], ["middle", "Large order"]),
        ([one("amount", "LT", 100)], ["small", "middle"]),
        ([one("amount", "LTE", 5)], ["small"]),
        ([one("amount", "BETWEEN", 5, high_value="20")], ["small", "middle"]),
        ([one("dealname", "EQ", "LARGE ORDER")], ["Large order"]),
        ([one("dealname", "NEQ", "small")], ["middle", "Large order"]),
        ([one("dealname", "IN", values=["small", "large order"])], ["small", "Large order"]),
        ([one("dealname", "IN", values=["Large order"])], []),
        ([one("dealstage", "NOT_IN", values=["closedwon"])], ["small", "middle"]),
        ([one("dealstage", "EQ", "ClosedWon")], []),
        ([one("dealname", "CONTAINS_TOKEN", "ord*")], ["Large order"]),
        ([one("dealname", "NOT_CONTAINS_TOKEN", "large")], ["small", "middle"]),
        ([one("hubspot_owner_id", "HAS_PROPERTY")], ["middle", "Large order"]),
        ([one("hubspot_owner_id", "NOT_HAS_PROPERTY")], ["small"]),
        ([one("hubspot_owner_id", "NEQ", "1")], ["middle", "Large order"]),
        ([one("createdate", "GTE", WEEKS)], ["middle", "Large order"]),
        ([one("createdate", "LT", "2026-10-12T09:30:00Z"), one("amount", "GT", 1)], ["small"]),
        ([one("hs_is_closed", "EQ", "true")], ["Large order"]),
    ],
)
def test_filters(
    client: HubSpot, three: list[str], filters: list[dict[str, Any]], expected: list[str]
) -> None:
    assert found(client, asking(filters)) == expected


def test_groups_are_alternatives_and_sorts_go_both_ways(client: HubSpot, three: list[str]) -> None:
    groups = [
        deals.FilterGroup(filters=[deals.Filter(**one("amount", "EQ", amount))]) for amount in ("5", "100")
    ]
    assert found(client, asking(filter_groups=groups)) == ["small", "Large order"]
    assert found(client, asking(sorts=["-amount"])) == ["Large order", "middle", "small"]
    down = [{"propertyName": "hubspot_owner_id", "direction": "DESCENDING"}]
    assert found(client, asking(sorts=down)) == ["middle", "Large order", "small"]
    assert found(client, asking(query="large")) == ["Large order"]


def test_pages_and_total(client: HubSpot, three: list[str]) -> None:
    first = client.crm.deals.search_api.do_search(asking(limit=2, properties=["amount"]))
    assert first.total == 3 and first.paging.next.after == "2"
    assert set(first.results[0].properties) == {"amount", "createdate", "hs_lastmodifieddate", "hs_object_id"}
    second = client.crm.deals.search_api.do_search(asking(limit=2, after=first.paging.next.after))
    assert [one.id for one in second.results] == [three[2]] and second.paging is None


def test_a_change_is_not_found_at_once(
    client: HubSpot, desk: Desk, sandbox: Sandbox, three: list[str]
) -> None:
    closed = asking([one("dealstage", "EQ", "closedlost")])
    desk.portal.move_deal(three[0], "closedlost")
    assert client.crm.deals.basic_api.get_by_id(three[0]).properties["dealstage"] == "closedlost"
    assert found(client, closed) == []
    sandbox.world.advance(0.9)
    assert found(client, closed) == []
    sandbox.world.advance(SEEN)
    assert found(client, closed) == ["small"]
    desk.portal.remove("deals", three[0])
    assert found(client, closed) == ["small"]
    sandbox.world.advance(SEEN)
    assert found(client, closed) == []


def test_newer_deals_may_be_found_before_older_ones(desk: Desk, sandbox: Sandbox) -> None:
    for number in range(60):
        desk.portal.put_deal({"dealname": str(number), "dealstage": "contractsent"})
    sandbox.world.advance(2.5)
    names = [int(seen.values["dealname"]) for seen in desk.portal.index.all("deals", sandbox.world.now())]
    assert 0 < len(names) < 60 and set(names) != set(range(len(names)))


def test_contacts_keep_their_time_of_change_under_another_name(
    client: HubSpot, desk: Desk, sandbox: Sandbox
) -> None:
    desk.portal.put_contact({"email": "a@example.com", "fbclid": "Iw.1"})
    sandbox.world.advance(SEEN)
    request = contacts.PublicObjectSearchRequest(
        filter_groups=[contacts.FilterGroup(filters=[contacts.Filter(**one("fbclid", "HAS_PROPERTY"))])],
        sorts=["lastmodifieddate"],
        properties=["fbclid"],
        limit=10,
        after="0",
    )
    answer = client.crm.contacts.search_api.do_search(request)
    assert (
        answer.results[0].properties["fbclid"] == "Iw.1" and answer.results[0].properties["lastmodifieddate"]
    )


def test_five_searches_a_second_without_a_word_of_the_rate(client: HubSpot, sandbox: Sandbox) -> None:
    for _ in range(5):
        _, _, headers = client.crm.deals.search_api.do_search_with_http_info(asking())
        assert not [name for name in headers if "ratelimit" in name.lower()]
    with pytest.raises(deals.ApiException) as error:
        client.crm.deals.search_api.do_search(asking())
    told = json.loads(error.value.body)
    assert (
        error.value.status == 429 and told["policyName"] == "SECONDLY" and told["errorType"] == "RATE_LIMIT"
    )
    assert told["message"] == "You have reached your secondly limit."
    assert not [name for name in error.value.headers if "ratelimit" in name.lower()]
    client.crm.deals.basic_api.get_page()
    sandbox.world.advance(1)
    client.crm.deals.search_api.do_search(asking())


TOO_MUCH: dict[str, dict[str, Any]] = {
    "six groups": {"filterGroups": [{"filters": []}] * 6},
    "seven in a group": {
        "filterGroups": [{"filters": [{"propertyName": "amount", "operator": "HAS_PROPERTY"}] * 7}]
    },
    "nineteen in all": {
        "filterGroups": [{"filters": [{"propertyName": "amount", "operator": "HAS_PROPERTY"}] * 5}] * 4
    },
    "page of 201": {"limit": 201},
    "two sorts": {"sorts": ["amount", "createdate"]},
    "beyond ten thousand": {"limit": 200, "after": "9900"},
    "long body": {"query": "x" * 3000},
    "unknown operator": {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "LIKE"}]}]},
    "unknown property": {
        "filterGroups": [{"filters": [{"propertyName": "nothing", "operator": "HAS_PROPERTY"}]}]
    },
    "no value": {"filterGroups": [{"filters": [{"propertyName": "amount", "operator": "EQ"}]}]},
    "half a range": {
        "filterGroups": [{"filters": [{"propertyName": "amount", "operator": "BETWEEN", "value": "1"}]}]
    },
    "no values": {
        "filterGroups": [{"filters": [{"propertyName": "amount", "operator": "IN", "values": []}]}]
    },
    "groups of nothing": {"filterGroups": ["x"]},
    "a sort of nothing": {"sorts": [5]},
    "a cursor of nothing": {"after": "next"},
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_limits_of_a_search(desk: Desk, sandbox: Sandbox, name: str) -> None:
    path, key = "/hubspot/crm/v3/objects/deals/search", f"Bearer {desk.account.token}"
    answer = call(sandbox, "POST", path, TOO_MUCH[name], authorization=key)
    assert answer.status_code == 400 and answer.json()["category"] == "VALIDATION_ERROR"


@pytest.mark.slow
def test_ten_thousand_results_and_no_more(client: HubSpot, desk: Desk, sandbox: Sandbox) -> None:
    """Beyond that a client starts anew from the last time of change."""
    for number in range(10_300):
        desk.portal.put_deal(
            {"dealname": str(number), "dealstage": "contractsent"},
            at=START - timedelta(seconds=10_300 - number),
        )
    sandbox.world.advance(SEEN)
    since, seen = "0", set()
    for pages in (50, 2):
        after = "0"
        for _ in range(pages):
            sandbox.world.advance(1)
            request = asking(
                [one("hs_lastmodifieddate", "GTE", since)], sorts=["hs_lastmodifieddate"], after=after
            )
            answer = client.crm.deals.search_api.do_search(request)
            seen |= {one.id for one in answer.results}
            since_next = answer.results[-1].properties["hs_lastmodifieddate"]
            after = answer.paging.next.after if answer.paging else ""
        if pages == 50:
            assert answer.total == 10_300 and after == "10000"
            with pytest.raises(deals.ApiException) as error:
                client.crm.deals.search_api.do_search(asking(after=after))
            assert error.value.status == 400
        since = since_next
    assert len(seen) == 10_300 and after == ""
