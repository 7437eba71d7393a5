"""The webhook sender: what is told, how often, in which order, and signed so that others can verify it."""

import json
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.testing import Sandbox
from kinoloop.sandbox.world import World
from tests.sandbox.clients import call
from tests.sandbox.hubspot.conftest import START, StandingClock
from tests.sandbox.hubspot.receiving import DEAL, PLAIN, Advance, events, fits, subscribe
from tests.vendors.server import LocalServer, Seen, serving


def test_a_deals_way_is_told_in_hubspots_words(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    subscribe(sandbox, inbox, **PLAIN)
    person = desk.portal.put_contact({"email": "a@b.c"})
    deal = desk.portal.put_deal(DEAL, contacts=[person])
    advance(5)
    desk.portal.move_deal(deal, "closedwon", START + timedelta(seconds=4))
    desk.portal.remove("deals", deal)
    advance(5)
    told = events(inbox)
    assert [one["subscriptionType"] for one in told] == [
        "contact.creation",
        "deal.creation",
        "deal.propertyChange",
        "deal.propertyChange",
        "deal.deletion",
    ]
    moved = told[3]
    assert isinstance(moved.pop("eventId"), int) and isinstance(moved.pop("subscriptionId"), int)
    assert moved == {
        "portalId": desk.account.portal_id,
        "appId": desk.account.app_id,
        "occurredAt": int((START + timedelta(seconds=4)).timestamp() * 1000),
        "subscriptionType": "deal.propertyChange",
        "attemptNumber": 0,
        "objectId": int(deal),
        "changeSource": "CRM_UI",
        "propertyName": "dealstage",
        "propertyValue": "closedwon",
        "isSensitive": False,
        "sourceId": "userId:9001",
    }
    assert told[0]["objectId"] == int(person) and told[0]["changeFlag"] == "CREATED"
    assert told[4]["changeFlag"] == "DELETED" and "propertyName" not in told[4]
    assert all(fits(seen, desk, f"{inbox.url}/hook") for seen in inbox.seen) and len(inbox.seen) == 2


def test_writes_through_the_api_are_told_as_the_apps_own(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    subscribe(sandbox, inbox, "object.propertyChange:0-3:closedate", "object.creation:0-3", **PLAIN)
    body = {"properties": {**DEAL, "closedate": "2026-12-01T00:00:00Z"}}
    key = f"Bearer {desk.account.token}"
    call(sandbox, "POST", "/hubspot/crm/v3/objects/deals", body, authorization=key)
    advance(5)
    made, dated = events(inbox)
    assert (made["subscriptionType"], made["objectTypeId"]) == ("object.creation", "0-3")
    assert dated["propertyValue"] == "1796083200000" and dated["objectTypeId"] == "0-3"
    assert dated["changeSource"] == "INTEGRATION" and dated["sourceId"] == str(desk.account.app_id)


def test_any_property_can_be_heard(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    subscribe(sandbox, inbox, "contact.propertyChange:*", **PLAIN)
    person = desk.portal.put_contact({"email": "a@b.c"})
    advance(5)
    desk.portal.set_property("contacts", person, "fbclid", "Iw.1")
    desk.portal.set_property("contacts", person, "fbclid", "Iw.1")
    advance(5)
    assert [one["propertyValue"] for one in events(inbox)][-1] == "Iw.1"
    assert len([one for one in events(inbox) if one["propertyName"] == "fbclid"]) == 1


def test_many_events_come_in_shuffled_batches_with_some_twice(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    subscribe(sandbox, inbox, duplicates=0.1, reused_ids=0.05)
    stages = ("qualifiedtobuy", "contractsent", "closedwon")
    for _ in range(200):
        deal = desk.portal.put_deal(DEAL)
        for stage in stages:
            desk.portal.move_deal(deal, stage)
    advance(5)
    advance(300)
    advance(5)
    sizes = [len(json.loads(seen.body)) for seen in inbox.seen]
    told = events(inbox)
    assert max(sizes) <= 100 and len(sizes) > 10
    kinds = Counter((one["objectId"], one["subscriptionType"], one.get("propertyValue")) for one in told)
    assert len(kinds) == 200 * 5 and 40 < len(told) - len(kinds) < 160
    by_id: dict[int, set[Any]] = {}
    for one in told:
        by_id.setdefault(one["eventId"], set()).add((one["objectId"], one.get("propertyValue")))
    assert sum(len(group) > 1 for group in by_id.values()) > 10
    first = [one for one in told if one["objectId"] == told[0]["objectId"]]
    assert len(first) >= 5
    order = [one["objectId"] for one in told]
    assert order != sorted(order)


def test_never_more_requests_at_once_than_agreed(sandbox: Sandbox, desk: Desk, advance: Advance) -> None:
    now, most, lock = [0], [0], threading.Lock()
    gate = threading.Event()

    def behave(seen: Seen) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 3:
                gate.set()
        gate.wait(5)
        with lock:
            now[0] -= 1
        seen.answer(204)

    with serving(behave) as inbox:
        subscribe(sandbox, inbox, "deal.creation", batch=1, concurrency=3, **PLAIN)
        for _ in range(12):
            desk.portal.put_deal(DEAL)
        advance(5)
        assert len(inbox.seen) == 12 and most[0] == 3


def story(seed: int, clock: StandingClock, inbox: LocalServer) -> list[Any]:
    """What a world of this seed sends when the same things happen in it."""
    world = World(seed=seed, speed=1.0, clock=clock)
    try:
        desk = desk_of(world)
        desk.sender.subscribe(
            inbox.url, ["deal.creation", "deal.propertyChange"], duplicates=0.2, reused_ids=0.1
        )
        for _ in range(150):
            desk.portal.move_deal(desk.portal.put_deal(DEAL), "closedwon")
        for _ in range(4):
            world.advance(100)
            assert desk.sender.idle(20)
        return [(one.id, one.events) for one in desk.sender.deliveries]
    finally:
        world.close()


def test_a_seed_tells_the_same_story_again(inbox: LocalServer, clock: StandingClock) -> None:
    first = story(3, clock, inbox)
    assert len(first) > 3 and story(3, clock, inbox) == first
    assert story(4, clock, inbox) != first


def test_escapes_of_the_address_are_decoded_before_signing(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    url = f"{inbox.url}/a%3Ab%20c?x=%2Fy%26z"
    desk.sender.subscribe(url, ["deal.creation"], **PLAIN)
    desk.portal.put_deal(DEAL)
    advance(5)
    assert inbox.seen[0].path == "/a%3Ab%20c?x=%2Fy%26z"
    assert fits(inbox.seen[0], desk, f"{inbox.url}/a:b%20c?x=/y%26z")
