"""Requests to Graph: what goes over the wire, what is repeated and what never, pages, batches, allowances."""

import json
import logging
from typing import Any

import pytest

from kinoloop.core.errors import (
    ForbiddenError,
    InputError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.meta.client import FILM_URL, GraphClient, Item
from kinoloop.vendors.meta.faults import TooMuchDataError, answer_in
from kinoloop.vendors.meta.usage import Meter
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.graph import (
    CUT,
    PROOF,
    SECRET,
    TOKEN,
    Calls,
    Graph,
    Turns,
    error,
    graph_http,
    standing,
)
from tests.vendors.server import serving

YES = {"success": True}


def item(number: int = 1) -> Item:
    return Item("POST", str(number), {"daily_budget": 1000 + number})


def test_the_token_goes_in_a_header_and_the_proof_along() -> None:
    graph = Graph().on("GET", "7", {"id": "7"}).on("POST", "7", YES)
    with standing(graph) as house:
        assert house.client.get("7", {"fields": "id,name"}) == {"id": "7"}
        assert (
            house.client.change("7", {"daily_budget": 1500, "creative": {"creative_id": "9"}, "flag": True})
            == YES
        )
    read, change = graph.calls
    assert read.params == {"fields": "id,name"}
    assert change.params == {"daily_budget": "1500", "creative": '{"creative_id":"9"}', "flag": "true"}
    assert house.turns.taken == 2


def test_without_an_app_secret_there_is_no_proof() -> None:
    with serving(lambda request: request.answer(200, b"{}")) as server, graph_http([]) as http:
        GraphClient(server.url, TOKEN, "", http, Calls(), Turns(), version="v27.0").get("7", {"fields": "id"})
        assert [seen.path for seen in server.seen] == ["/v27.0/7?fields=id"]


def test_a_token_among_the_parameters_is_refused() -> None:
    with standing(Graph()) as house, pytest.raises(InputError):
        house.client.get("7", {"access_token": TOKEN})


def test_films_go_to_their_own_host_in_production_only() -> None:
    with graph_http([]) as http:
        real = GraphClient("https://graph.facebook.com/", TOKEN, SECRET, http, Calls(), Turns())
        assert real._film_root == f"{FILM_URL}/v26.0"
        local = GraphClient("http://127.0.0.1:1/meta", TOKEN, SECRET, http, Calls(), Turns())
        assert local._film_root == local._root == "http://127.0.0.1:1/meta/v26.0"


@pytest.mark.parametrize(
    "passing",
    [
        CUT,
        (500, error(2)),
        (500, error(1)),
        (503, b"busy"),
        (200, b"<html>"),
        (400, error(2, 1504043, is_transient=True)),
    ],
)
def test_a_read_is_repeated_while_it_fails_in_passing(passing: Any) -> None:
    graph = Graph().on("GET", "7", passing, passing, {"id": "7"})
    with standing(graph) as house:
        assert house.client.get("7", {}) == {"id": "7"}
        assert len(graph.calls) == 3 and len(house.rests) == 2 and house.breaker.faults == 2


@pytest.mark.parametrize(
    "passing",
    [
        CUT,
        (500, error(2)),
        (500, error(1)),
        (503, b"busy"),
        (200, b"<html>"),
        (200, []),
        (400, error(2, is_transient=True)),
    ],
)
def test_a_change_is_sent_once_whatever_comes_of_it(passing: Any) -> None:
    graph = Graph().on("POST", "7", passing)
    with standing(graph) as house, pytest.raises(PassingError) as caught:
        house.client.change("7", {"daily_budget": 1})
    assert not isinstance(caught.value, NotTakenError)
    assert len(graph.calls) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((400, error(100, 1885272)), InputError),
        ((200, error(190, 463)), UnavailableError),
        ((403, error(200)), ForbiddenError),
        ((404, error(100, 33)), NotFoundError),
    ],
)
def test_a_clear_no_is_not_repeated(answer: Any, kind: type[Exception]) -> None:
    graph = Graph().on("GET", "7", answer).on("POST", "7", answer)
    with standing(graph) as house:
        for call in (house.client.get, house.client.change):
            with pytest.raises(kind) as caught:
                call("7", {})
            assert answer_in(caught.value)["fbtrace_id"] == "AbCdEf123"
    assert len(graph.calls) == 2 and house.breaker.faults == 0


def test_a_throttled_call_closes_the_way_for_all() -> None:
    graph = Graph().on("POST", "7", (400, error(17, 2446079))).on("GET", "7", (400, error(80004)))
    with standing(graph) as house:
        for call in (house.client.change, house.client.get):
            with pytest.raises(NotTakenError) as caught:
                call("7", {})
            assert caught.value.wait == 300
        assert house.turns.closed == [300, 300] and house.breaker.faults == 0
    assert len(graph.calls) == 2


def test_a_short_throttle_of_a_read_is_waited_for() -> None:
    graph = Graph().on("GET", "7", (400, error(613, 5044001)), {"id": "7"})
    with standing(graph) as house:
        assert house.client.get("7", {}) == {"id": "7"}
        assert house.rests == [1.0] and house.turns.closed == [1.0]


def test_the_limit_of_one_ad_set_holds_up_nobody_else() -> None:
    with standing(Graph().on("POST", "7", (400, error(613, 1487632)))) as house:
        with pytest.raises(NotTakenError) as caught:
            house.client.change("7", {})
        assert caught.value.wait == 3600 and house.turns.closed == []


def test_minutes_told_in_a_header_are_waited_for() -> None:
    meter = {"type": "ads_management", "call_count": 101, "estimated_time_to_regain_access": 7}
    header = {"X_Business_Use_Case_Usage": json.dumps({"1": [meter]})}
    with standing(Graph().on("POST", "7", (400, error(80004)), **header)) as house:
        with pytest.raises(NotTakenError) as caught:
            house.client.change("7", {})
        assert caught.value.wait == 420 and house.turns.closed == [420, 420]
        assert house.client.usage.meters == (Meter("ads_management", 101, 420),)


def test_near_the_end_of_an_allowance_everybody_slows_down() -> None:
    graph = Graph().on("GET", "7", {"id": "7"}, X_Ad_Account_Usage='{"acc_id_util_pct": 96}')
    with standing(graph) as house:
        house.client.get("7", {})
        assert house.turns.closed == [30] and house.client.usage.percent == 96


def test_when_no_turn_is_free_nothing_is_sent() -> None:
    graph = Graph()
    with standing(graph) as house:
        house.turns.full = NotTakenError("Full.", wait=90.0)
        with pytest.raises(NotTakenError):
            house.client.change("7", {})
        answers = house.client.batch([item(), item()])
        assert all(isinstance(answer, NotTakenError) for answer in answers)
    assert graph.calls == [] and house.breaker.faults == 0


def test_a_server_that_is_not_there_took_nothing() -> None:
    with serving(lambda request: None) as server, graph_http([]) as http:
        url = server.url
    with graph_http([]) as http, pytest.raises(NotTakenError) as caught:
        GraphClient(url, TOKEN, SECRET, http, Calls(), Turns()).change("7", {})
    assert caught.value.wait is None
    with graph_http([]) as http, pytest.raises(InputError):
        GraphClient("ftp://x", TOKEN, SECRET, http, Calls(), Turns()).change("7", {})


def test_the_end_of_a_version_is_told_once() -> None:
    warning = {"X_Ad_Api_Version_Warning": "The call has been auto-upgraded."}
    graph = Graph().on("GET", "7", {"id": "7"}, **warning)
    graph.on("GET", "act_1/ads", {"data": []}, **warning, X_App_Usage='{"call_count": 12}')
    with standing(graph) as house:
        house.client.get("7", {})
        house.client.get("7", {})
        assert house.warnings == ["The call has been auto-upgraded."]
        assert house.client.version_warning == house.warnings[0]
        house.platform.find_ad("act_1", name="n")
        assert house.platform.version_warning and house.platform.usage.percent == 12


def test_neither_errors_nor_logs_hold_a_secret(caplog: pytest.LogCaptureFixture) -> None:
    said = f"token {TOKEN} proof {PROOF} secret {SECRET}"
    graph = Graph().on("GET", "7", (400, error(100, message=said, error_user_msg=said)))
    with caplog.at_level(logging.DEBUG), standing(graph) as house, pytest.raises(InputError) as caught:
        house.client.get("7", {})
    everything = str(caught.value) + repr(caught.value) + str(answer_in(caught.value))
    assert not any(secret in everything for secret in (TOKEN, PROOF, SECRET))
    assert TOKEN not in caplog.text and SECRET not in caplog.text


def test_ordering_a_report_may_be_repeated() -> None:
    graph = Graph().on("POST", "act_1/insights", CUT, {"report_run_id": "9"})
    with standing(graph) as house:
        assert house.client.report("act_1/insights", {"level": "ad"}) == {"report_run_id": "9"}
    assert len(graph.calls) == 2


def test_an_answer_larger_than_allowed_leaves_a_change_unknown() -> None:
    graph = Graph().on("POST", "7", (200, b"[]" * (9 << 20))).on("GET", "7", (200, b"[]" * (9 << 20)))
    with standing(graph) as house:
        with pytest.raises(PassingError):
            house.client.change("7", {})
        with pytest.raises(LimitError):
            house.client.get("7", {})
    with (
        standing(Graph().on("POST", "7", (400, error(100, 1487534)))) as house,
        pytest.raises(TooMuchDataError),
    ):
        house.client.change("7", {})


def test_behind_an_open_breaker_nothing_was_sent(sqlite_database: Database) -> None:
    graph = Graph().on("POST", "7", CUT)
    breaker = Breaker(sqlite_database, "meta", threshold=1)
    with serving(graph.behave) as server, graph_http([]) as http:
        client = GraphClient(server.url, TOKEN, SECRET, http, breaker, Turns())
        for kind in (PassingError, NotTakenError):
            with pytest.raises(PassingError) as caught:
                client.change("7", {})
            assert type(caught.value) is kind
    assert len(graph.calls) == 1
