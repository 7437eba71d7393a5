"""The client against a strict server: what it sends, how it waits, what it never does."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kinoloop.core.errors import InputError, IntegrityError, PassingError, UnavailableError
from kinoloop.store.session import Database
from kinoloop.vendors.hubspot.codes import DailyLimitError
from kinoloop.vendors.hubspot.requests import Paths
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.hubspot.makers import START as NOON
from tests.vendors.hubspot.makers import TOKEN, deal_row, hubspot_client, hubspot_crm, stamp
from tests.vendors.server import LocalServer, Seen, serving

LEFT = {
    "X_HubSpot_RateLimit_Max": "100",
    "X_HubSpot_RateLimit_Remaining": "98",
    "X_HubSpot_RateLimit_Interval_Milliseconds": "10000",
    "X_HubSpot_RateLimit_Daily_Remaining": "249000",
}


@contextmanager
def answering(*answers: tuple[int, object, dict[str, str]]) -> Iterator[LocalServer]:
    """Gives these answers one after the other, the last one for ever; refuses whoever has no key."""
    left = list(answers)

    def behave(seen: Seen) -> None:
        if seen.headers.get("authorization") != f"Bearer {TOKEN}" or TOKEN in seen.path:
            seen.answer(401, b"{}")
            return
        status, body, headers = left.pop(0) if len(left) > 1 else left[0]
        seen.answer(status, json.dumps(body).encode(), **headers)

    with serving(behave) as server:
        yield server


def results(*rows: object, after: str | None = None) -> dict[str, object]:
    return {"results": list(rows)} | ({"paging": {"next": {"after": after}}} if after else {})


def test_a_hundred_at_a_time_and_fifty_with_history(sqlite_database: Database) -> None:
    with answering((200, results(), LEFT)) as server, hubspot_client(sqlite_database, server.url) as client:
        ids = [str(number) for number in range(120)]
        client.read("contacts", ids, ["email"])
        client.read("deals", ids, ["amount"], ["dealstage"])
        sizes = [len(json.loads(seen.body)["inputs"]) for seen in server.seen]
        assert sizes == [100, 20, 50, 50, 20]
        assert {seen.path for seen in server.seen[2:]} == {"/crm/v3/objects/deals/batch/read"}
        assert client.limits.remaining == 98 and client.limits.daily_remaining == 249_000


def test_a_list_is_followed_to_its_end(sqlite_database: Database) -> None:
    pages = [(200, results({"id": "1"}, after="1"), LEFT), (200, results({"id": "2"}), LEFT)]
    with answering(*pages) as server, hubspot_client(sqlite_database, server.url) as client:
        assert [row["id"] for row in client.listed("deals", ["amount"], archived=True)] == ["1", "2"]
        first, second = (seen.path for seen in server.seen)
        assert first == "/crm/v3/objects/deals?limit=100&properties=amount&archived=true"
        assert second == f"{first}&after=1"
    with (
        answering((200, results({"id": "1"}, after="1"), LEFT)) as server,
        hubspot_client(sqlite_database, server.url) as client,
        pytest.raises(IntegrityError),
    ):
        list(client.listed("deals", []))


def test_associations_of_some_and_of_many(sqlite_database: Database) -> None:
    """207: one of the two has none. The other has more than a page holds."""
    many = {"from": {"id": "1"}, "to": [{"toObjectId": 51}], "paging": {"next": {"after": "x"}}}
    rest = {"from": {"id": "1"}, "to": [{"toObjectId": 52}, {"toObjectId": 51}]}
    partly = results(many) | {"numErrors": 1, "errors": [{"subCategory": "NO_ASSOCIATIONS_FOUND"}]}
    with (
        answering((207, partly, LEFT), (200, results(rest), LEFT)) as server,
        hubspot_client(sqlite_database, server.url) as client,
    ):
        assert client.associated("deals", "contacts", ["1", "2"]) == {"1": ("51", "52"), "2": ()}
        assert [json.loads(seen.body)["inputs"] for seen in server.seen] == [
            [{"id": "1"}, {"id": "2"}],
            [{"id": "1", "after": "x"}],
        ]


@pytest.mark.parametrize(
    ("status", "body", "headers", "waits"),
    [
        (429, {"policyName": "TEN_SECONDLY_ROLLING"}, {}, 10.0),
        (429, {"policyName": "SECONDLY"}, {}, 1.0),
        (423, {}, {}, 2.0),
        (477, {}, {"Retry_After": "20"}, 20.0),
    ],
)
def test_it_waits_as_long_as_it_is_told(
    sqlite_database: Database, status: int, body: object, headers: dict[str, str], waits: float
) -> None:
    rests: list[float] = []
    with (
        answering((status, body, headers), (200, results({"id": "1"}), {})) as server,
        hubspot_client(sqlite_database, server.url, rests=rests) as client,
    ):
        assert client.pipelines("deals") == [{"id": "1"}]
    assert sum(rests) == pytest.approx(waits) and len(server.seen) == 2


def test_a_search_waits_for_itself_only(sqlite_database: Database) -> None:
    rests: list[float] = []
    with (
        answering((200, results(), {})) as server,
        hubspot_client(sqlite_database, server.url, rests=rests) as client,
    ):
        for _ in range(6):
            client.search("deals", {})
        assert sum(rests) >= 1.0 and "hubspot" not in str(rests)
        before = sum(rests)
        client.pipelines("deals")
        assert sum(rests) == before


def test_nothing_left_slows_everybody_down(sqlite_database: Database) -> None:
    rests: list[float] = []
    none = LEFT | {"X_HubSpot_RateLimit_Remaining": "0"}
    with (
        answering((200, results(), none), (200, results(), LEFT)) as server,
        hubspot_client(sqlite_database, server.url, rests=rests) as client,
    ):
        client.pipelines("deals")
        client.pipelines("deals")
    assert sum(rests) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("status", "body", "kind", "asked"),
    [
        (429, {"policyName": "DAILY"}, PassingError, 1),
        (477, {}, PassingError, 1),
        (500, {}, PassingError, 3),
        (521, {}, PassingError, 3),
        (400, {"message": "There was a problem with the request."}, InputError, 1),
        (401, {"category": "INVALID_AUTHENTICATION"}, UnavailableError, 1),
        (403, {"category": "MISSING_SCOPES"}, UnavailableError, 1),
    ],
)
def test_what_it_does_not_wait_for(
    sqlite_database: Database, status: int, body: object, kind: type[Exception], asked: int
) -> None:
    rests: list[float] = []
    with (
        answering((status, body, {})) as server,
        hubspot_client(sqlite_database, server.url, rests=rests) as client,
        pytest.raises(kind) as caught,
    ):
        client.pipelines("deals")
    assert len(server.seen) == asked and TOKEN not in str(caught.value)


def test_the_day_is_over_for_everybody(sqlite_database: Database) -> None:
    rests: list[float] = []
    with (
        answering((429, {"policyName": "DAILY"}, {})) as server,
        hubspot_client(sqlite_database, server.url, rests=rests) as client,
    ):
        with pytest.raises((DailyLimitError, PassingError)):
            client.pipelines("deals")
        with pytest.raises(PassingError) as caught:
            client.read("deals", ["1"], [])
    assert len(server.seen) == 1 and getattr(caught.value, "wait", 0) > 3000


def test_a_broken_vendor_opens_the_breaker_a_busy_one_does_not(sqlite_database: Database) -> None:
    with (
        answering((429, {"policyName": "SECONDLY"}, {})) as server,
        hubspot_client(sqlite_database, server.url, rests=[], threshold=2) as client,
    ):
        for _ in range(3):
            with pytest.raises(NotTakenError):
                client.search("deals", {})
        assert len(server.seen) == 9
    with (
        answering((500, {}, {})) as server,
        hubspot_client(sqlite_database, server.url, rests=[], threshold=2) as client,
    ):
        with pytest.raises((PassingError, UnavailableError)):
            client.pipelines("deals")
        with pytest.raises(UnavailableError):
            client.pipelines("deals")
        assert len(server.seen) == 2


@pytest.mark.parametrize("body", [[], "x", {}, {"results": None}, {"results": [1]}])
def test_an_answer_that_is_none_is_an_error(sqlite_database: Database, body: object) -> None:
    with (
        answering((200, body, {})) as server,
        hubspot_client(sqlite_database, server.url) as client,
        pytest.raises(IntegrityError),
    ):
        client.pipelines("deals")


def test_the_version_is_pinned() -> None:
    old, dated = Paths(), Paths("2026-09")
    assert old.objects("deals", "/search") == "/crm/v3/objects/deals/search"
    assert dated.objects("deals", "/search") == "/crm/objects/2026-09/0-3/search"
    assert old.associations("deals", "contacts") == "/crm/v4/associations/deals/contacts/batch/read"
    assert dated.associations("deals", "contacts") == "/crm/associations/2026-09/0-3/0-1/batch/read"
    assert dated.pipelines("deals") == "/crm/pipelines/2026-09/0-3"
    for odd in ("v4", "2026-13", "", "latest", "2026-09/../x"):
        with pytest.raises(InputError):
            Paths(odd)


def test_the_adapter_reads_deals_with_people(sqlite_database: Database) -> None:
    def behave(seen: Seen) -> None:
        replies: dict[str, Callable[[], dict[str, Any]]] = {
            "/crm/v3/objects/deals/batch/read": lambda: results(deal_row("7")),
            "/crm/v4/associations/deals/contacts/batch/read": lambda: results(
                {"from": {"id": "7"}, "to": [{"toObjectId": 51}]}
            ),
            "/crm/v3/objects/contacts/batch/read": lambda: results(
                {"id": "51", "properties": {"createdate": stamp(NOON), "kinoloop_click_id": "c1"}}
            ),
        }
        seen.answer(200, json.dumps(replies[seen.path]()).encode())

    with serving(behave) as server, hubspot_crm(sqlite_database, server.url) as crm:
        deals = crm.deals(["7", "8", "7"])
        assert set(deals) == {"7"} and deals["7"].contact_ids == ("51",)
        assert crm.contacts(["51", "51"])["51"].click_id == "c1"
        asked = json.loads(server.seen[0].body)
        assert asked["inputs"] == [{"id": "7"}, {"id": "8"}] and asked["propertiesWithHistory"] == [
            "dealstage"
        ]
