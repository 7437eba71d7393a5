"""Pages that are followed to their end, and batches that answer in place."""

import json
from typing import Any

import pytest

from kinoloop.core.errors import InputError, IntegrityError, PassingError, UnavailableError
from kinoloop.vendors.meta.client import Item
from kinoloop.vendors.meta.faults import TooMuchDataError
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.graph import CUT, TOKEN, Call, Graph, error, standing

YES = {"success": True}


def item(number: int = 1) -> Item:
    return Item("POST", str(number), {"daily_budget": 1000 + number})


def paged(*pages: list[Any], edge: str = "act_1/ads") -> Graph:
    """A graph whose edge has these pages; the next one is told as Meta tells it, with the token inside."""
    graph = Graph()

    def answer(call: Call) -> Any:
        place = int(call.params.get("after", "0"))
        told: dict[str, Any] = {"data": pages[place], "paging": {"cursors": {"after": str(place + 1)}}}
        if place + 1 < len(pages):
            query = f"access_token={TOKEN}&appsecret_proof=old&limit={call.params['limit']}&after={place + 1}"
            told["paging"]["next"] = f"{graph.url}/v26.0/{edge}?{query}"
        return told

    return graph.on("GET", edge, answer)


def test_pages_are_followed_to_the_end_through_short_and_empty_ones() -> None:
    graph = paged([{"id": "1"}], [], [{"id": "2"}, {"id": "3"}], [])
    with standing(graph) as house:
        assert [one["id"] for one in house.client.pages("act_1/ads", {"fields": "id"})] == ["1", "2", "3"]
    assert [call.params.get("after") for call in graph.calls] == [None, "1", "2", "3"]
    assert {call.params["limit"] for call in graph.calls} == {"200"}


@pytest.mark.parametrize("next_page", ["https://elsewhere.example/v26.0/act_1/ads", "/v26.0/act_1/ads", 7])
def test_a_page_elsewhere_is_not_followed(next_page: Any) -> None:
    graph = Graph().on("GET", "act_1/ads", {"data": [], "paging": {"next": next_page}})
    with standing(graph) as house, pytest.raises(IntegrityError):
        list(house.client.pages("act_1/ads", {}))
    assert len(graph.calls) == 1


def test_pages_in_a_circle_end() -> None:
    graph = Graph()
    graph.on(
        "GET",
        "act_1/ads",
        lambda call: {"data": [{"id": "1"}], "paging": {"next": f"{graph.url}/v26.0/act_1/ads?after=A"}},
    )
    with standing(graph) as house, pytest.raises(IntegrityError):
        list(house.client.pages("act_1/ads", {}))
    assert len(graph.calls) == 2


@pytest.mark.parametrize("much", [(400, error(100, 1487534)), (500, error(1))])
def test_a_page_that_is_too_much_is_asked_for_smaller(much: Any) -> None:
    graph = Graph().on(
        "GET", "act_1/ads", lambda call: {"data": [{"id": "1"}]} if int(call.params["limit"]) <= 12 else much
    )
    with standing(graph) as house:
        assert list(house.client.pages("act_1/ads", {})) == [{"id": "1"}]
    assert list(dict.fromkeys(call.params["limit"] for call in graph.calls)) == ["200", "50", "12"]


@pytest.mark.parametrize(
    ("code", "subcode", "kind"), [(100, 1487534, TooMuchDataError), (2, None, PassingError)]
)
def test_not_every_failure_is_cured_by_smaller_pages(
    code: int, subcode: int | None, kind: type[Exception]
) -> None:
    graph = Graph().on("GET", "act_1/ads", (500, error(code, subcode)))
    with standing(graph) as house, pytest.raises(kind):
        list(house.client.pages("act_1/ads", {}))
    assert graph.calls[-1].params["limit"] == ("10" if subcode else "200")


@pytest.mark.parametrize("body", [{}, {"data": {}}, [], 7])
def test_a_list_that_is_none_is_refused(body: Any) -> None:
    with standing(Graph().on("GET", "act_1/ads", (200, body))) as house, pytest.raises(IntegrityError):
        list(house.client.pages("act_1/ads", {}))


def test_a_batch_is_one_request_with_bodies_as_text_and_answers_in_order() -> None:
    answers = [
        {"code": 200, "headers": [], "body": '{"success": true, "n": 1}'},
        {"code": 400, "headers": [], "body": json.dumps(error(613, 1487632))},
        None,
        {"code": 400, "headers": [], "body": json.dumps(error(17, 2446079))},
        {"code": 200, "headers": [], "body": '{"id": "5"}'},
    ]
    graph = Graph().on("POST", "", answers)
    with standing(graph) as house:
        told = house.client.batch(
            [*(item(number) for number in range(1, 5)), Item("GET", "5", {"fields": "id,name"})]
        )
        assert house.turns.taken == 5 and house.turns.closed == [300]
    (call,) = graph.calls
    assert call.json("batch")[0] == {"method": "POST", "relative_url": "1", "body": "daily_budget=1001"}
    assert call.json("batch")[4] == {"method": "GET", "relative_url": "5?fields=id%2Cname"}
    assert told[0] == {"success": True, "n": 1} and told[4] == {"id": "5"}
    assert isinstance(told[1], NotTakenError) and told[1].wait == 3600
    assert type(told[2]) is PassingError and isinstance(told[3], NotTakenError)


def test_answers_that_are_missing_are_unknown() -> None:
    with standing(Graph().on("POST", "", [{"code": 200, "body": '{"success": true}'}])) as house:
        told = house.client.batch([item(1), item(2), item(3)])
    assert told[0] == YES and [type(one) for one in told[1:]] == [PassingError, PassingError]


@pytest.mark.parametrize(
    "body", [(200, {}), (200, b"<html>"), (200, [None, None, None]), CUT, (500, error(2))]
)
def test_a_batch_without_a_list_of_answers_is_unknown_as_a_whole(body: Any) -> None:
    graph = Graph().on("POST", "", body)
    with standing(graph) as house:
        told = house.client.batch([item(1), item(2)])
    assert [type(one) for one in told] == [PassingError, PassingError] and len(graph.calls) == 1


def test_a_batch_that_is_refused_is_refused_for_each() -> None:
    with standing(Graph().on("POST", "", (400, error(190, 463)))) as house:
        told = house.client.batch([item(1), item(2)])
    assert [type(one) for one in told] == [UnavailableError, UnavailableError]


@pytest.mark.parametrize("count", [0, 51])
def test_a_batch_holds_at_most_fifty(count: int) -> None:
    with standing(Graph()) as house, pytest.raises(InputError):
        house.client.batch([item()] * count)
