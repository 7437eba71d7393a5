"""The webhook sender when it is refused, struck by faults, told to stop or to send again."""

import json
import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from kinoloop.core.errors import InputError
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.hubspot.deliveries import JITTER, RETRY_WAITS
from kinoloop.sandbox.hubspot.desk import Desk, desk_of
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from tests.sandbox.clients import call, control
from tests.sandbox.hubspot.conftest import START, StandingClock
from tests.sandbox.hubspot.receiving import DEAL, PLAIN, Advance, events, fits, subscribe
from tests.vendors.server import LocalServer, Seen, serving


def test_what_is_refused_comes_again_with_a_number_and_a_fresh_stamp(
    sandbox: Sandbox,
    desk: Desk,
    inbox: LocalServer,
    answers: list[int],
    advance: Advance,
    clock: StandingClock,
) -> None:
    answers += [500, 404, 302]
    subscribe(sandbox, inbox, "deal.creation", **PLAIN)
    desk.portal.put_deal(DEAL)
    advance(5)
    for wait in RETRY_WAITS[:3]:
        clock.at += timedelta(seconds=1)
        advance(wait * (1 + JITTER))
    assert [one["attemptNumber"] for one in events(inbox)] == [0, 1, 2, 3]
    assert len({one["eventId"] for one in events(inbox)}) == 1
    assert all(fits(seen, desk, f"{inbox.url}/hook") for seen in inbox.seen)
    assert len({seen.headers["x-hubspot-request-timestamp"] for seen in inbox.seen}) == 4
    told = control(sandbox, "/hubspot/deliveries?state=delivered")
    assert told["count"] == 1
    assert [one["answer"] for one in told["deliveries"][0]["attempts"]] == [500, 404, 302, 204]


def test_ten_retries_in_a_day_and_then_no_more(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, answers: list[int], advance: Advance
) -> None:
    answers += [503] * 20
    subscribe(sandbox, inbox, "deal.creation", **PLAIN)
    desk.portal.put_deal(DEAL)
    advance(5)
    for wait in RETRY_WAITS:
        advance(wait * (1 - JITTER) - 1)
        advance(wait * JITTER * 2 + 1)
    advance(86_400)
    assert [one["attemptNumber"] for one in events(inbox)] == list(range(11))
    assert [one["state"] for one in control(sandbox, "/hubspot/deliveries")["deliveries"]] == ["given_up"]
    assert sum(RETRY_WAITS) * (1 + JITTER) <= 86_400


def test_silence_and_absence_are_failures_too(sandbox: Sandbox, desk: Desk, advance: Advance) -> None:
    release = threading.Event()

    def behave(seen: Seen) -> None:
        release.wait(5)

    with serving(behave) as inbox:
        subscribe(sandbox, inbox, "deal.creation", patience=0.05, **PLAIN)
        desk.portal.put_deal(DEAL)
        advance(5)
        release.set()
    control(sandbox, "/hubspot/webhooks", {"url": "http://127.0.0.1:9/", "types": ["deal.creation"], **PLAIN})
    desk.portal.put_deal(DEAL)
    advance(5)
    attempts = [one["attempts"][0]["answer"] for one in control(sandbox, "/hubspot/deliveries")["deliveries"]]
    assert attempts == ["error: TimeoutError", "error: ConnectionRefusedError"]


@pytest.mark.parametrize("fault", [{"forge": True}, {"clock_skew": -600.0}])
def test_planned_forgery_and_stale_stamps(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance, fault: dict[str, Any]
) -> None:
    sandbox.fault(Fault(vendor="hubspot", **fault))
    subscribe(sandbox, inbox, "deal.creation", **PLAIN)
    desk.portal.put_deal(DEAL)
    advance(5)
    seen = inbox.seen[0]
    age = int(START.timestamp() * 1000) - int(seen.headers["x-hubspot-request-timestamp"])
    assert (fits(seen, desk, f"{inbox.url}/hook"), age) == (
        ("forge" not in fault),
        int("clock_skew" in fault) * 600_000,
    )


def test_planned_losses_lies_copies_and_late_ones(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    subscribe(sandbox, inbox, "deal.propertyChange", "deal.creation", **PLAIN)
    faults = [
        Fault(lose=True, nth=1),
        Fault(lie=True, nth=2),
        Fault(reorder=True, nth=3),
        Fault(duplicate=2, nth=4),
    ]
    sandbox.fault(*faults)
    deals = []
    for _ in range(4):
        deals.append(int(desk.portal.put_deal(DEAL)))
        advance(5)
    desk.portal.move_deal(str(deals[1]), "closedwon")
    advance(5)
    assert json.loads(inbox.seen[0].body)[0]["objectId"] == deals[1]
    stages = [
        one["propertyValue"] for one in events(inbox) if one["objectId"] == deals[1] and "propertyName" in one
    ]
    assert stages == ["closedwon", "closedwon"]
    counts = Counter(one["objectId"] for one in events(inbox) if one["subscriptionType"] == "deal.creation")
    assert counts == {deals[1]: 1, deals[2]: 1, deals[3]: 3}
    told = control(sandbox, "/hubspot/deliveries")["deliveries"]
    assert Counter(one["state"] for one in told) == {"lost": 1, "delivered": 6}


def test_sending_again_and_stopping(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, advance: Advance
) -> None:
    assert control(sandbox, "/hubspot/webhooks") == {"url": None, "subscriptions": []}
    told = subscribe(sandbox, inbox, "deal.creation", **PLAIN)
    assert told["subscriptions"][0]["type"] == "deal.creation" and told["concurrency"] == 10
    desk.portal.put_deal(DEAL)
    advance(5)
    again = control(sandbox, "/hubspot/redeliver", {})["redelivered"]
    assert desk.sender.idle(10) and len(again) == 1
    assert control(sandbox, "/hubspot/redeliver", {"id": "none"})["redelivered"] == []
    first, second = (json.loads(seen.body) for seen in inbox.seen)
    assert first == second
    assert control(sandbox, "/hubspot/webhooks", {})["subscriptions"] == []
    desk.portal.put_deal(DEAL)
    advance(5)
    assert len(inbox.seen) == 2
    control(sandbox, "/reset", {})
    assert control(sandbox, "/hubspot/deliveries") == {"count": 0, "deliveries": []}
    desk.sender.unsubscribe()
    assert desk.sender.terms is None


def test_a_reset_ends_what_was_to_come(
    sandbox: Sandbox, desk: Desk, inbox: LocalServer, answers: list[int], advance: Advance
) -> None:
    answers += [500] * 5
    subscribe(sandbox, inbox, "deal.creation", **PLAIN)
    desk.portal.put_deal(DEAL)
    advance(5)
    desk.portal.put_deal(DEAL)
    control(sandbox, "/reset", {})
    advance(86_400)
    assert len(inbox.seen) == 1


@pytest.mark.parametrize(
    ("url", "types"),
    [
        ("https://example.com/hook", ["deal.creation"]),
        ("http://127.0.0.1:99999/", ["deal.creation"]),
        ("http://127.0.0.1:1/", ["deal.moved"]),
        ("http://127.0.0.1:1/", ["ticket.creation"]),
        ("http://127.0.0.1:1/", ["contact.propertyChange"]),
        ("http://127.0.0.1:1/", ["object.creation"]),
    ],
)
def test_what_cannot_be_subscribed_to(sandbox: Sandbox, desk: Desk, url: str, types: list[str]) -> None:
    with pytest.raises(InputError):
        desk.sender.subscribe(url, types)
    answer = call(sandbox, "POST", "/__sandbox/hubspot/webhooks", {"url": url, "types": types})
    assert answer.status_code == 422 and answer.json()["code"] == "bad_input"
    assert call(sandbox, "POST", "/__sandbox/hubspot/webhooks", {"urls": url}).status_code == 422


def test_at_full_speed_everything_arrives_by_itself(inbox: LocalServer, answers: list[int]) -> None:
    """The world's own clock does it, without anybody's help."""
    answers += [503, 503]
    with running_sandbox(speed=86_400.0) as sandbox:
        desk = desk_of(sandbox.world)
        subscribe(sandbox, inbox, "deal.creation", **PLAIN)
        desk.portal.put_deal(DEAL)
        world, sender = sandbox.world, desk.sender
        assert world.wait_for(lambda: [one.state for one in sender.deliveries] == ["delivered"], 20)
    assert [one["attemptNumber"] for one in events(inbox)] == [0, 1, 2]
