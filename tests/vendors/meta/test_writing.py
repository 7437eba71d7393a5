"""Writes: one request each, never repeated; a batch keeps its order; only a plain yes is one."""

import json
from typing import Any

import pytest

from kinoloop.core.errors import InputError, KinoloopError, PassingError, UnavailableError
from kinoloop.delivery.ports import Write, Written
from kinoloop.vendors.meta.faults import answer_in
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.graph import CUT, Graph, error, standing

YES = {"success": True}


def budget(entity_id: str = "20", value: Any = 2500) -> Write:
    return Write("act_1", "adset", entity_id, "daily_budget", value)


def test_a_write_is_one_form_with_an_absolute_value() -> None:
    graph = Graph().on("POST", "20", YES)
    with standing(graph) as house:
        assert house.platform.write(budget()) == Written(YES)
        assert house.platform.write(budget(), validate_only=True) == Written(YES)
    assert [call.params for call in graph.calls] == [
        {"daily_budget": "2500"},
        {"daily_budget": "2500", "execution_options": '["validate_only"]'},
    ]


@pytest.mark.parametrize("answer", [{}, {"success": False}, {"id": "20"}, {"success": "true"}])
def test_only_a_plain_yes_is_one(answer: Any) -> None:
    with standing(Graph().on("POST", "20", answer)) as house, pytest.raises(PassingError) as caught:
        house.platform.write(budget())
    assert not isinstance(caught.value, NotTakenError)


@pytest.mark.parametrize(
    ("answer", "kind", "requests"),
    [
        (CUT, PassingError, 1),
        ((500, error(2)), PassingError, 1),
        ((400, error(613, 1487632)), NotTakenError, 1),
        ((400, error(190)), UnavailableError, 1),
        ((400, error(100, 1885272)), InputError, 1),
    ],
)
def test_whatever_happens_it_is_sent_once(answer: Any, kind: type[KinoloopError], requests: int) -> None:
    graph = Graph().on("POST", "20", answer)
    with standing(graph) as house, pytest.raises(kind) as caught:
        house.platform.write(budget())
    assert type(caught.value) is kind and len(graph.calls) == requests
    assert answer_in(caught.value).get("fbtrace_id") == ("AbCdEf123" if answer is not CUT else None)


def test_what_cannot_be_asked_for_is_not_sent() -> None:
    with standing(Graph()) as house:
        for write in (budget(value=0), budget("act_1"), Write("act_1", "ad", "30", "daily_budget", 5)):
            with pytest.raises(InputError):
                house.platform.write(write)
        assert house.graph.calls == []


def test_a_batch_answers_in_order_and_in_place() -> None:
    answers = [
        {"code": 200, "body": json.dumps(YES)},
        None,
        {"code": 400, "body": json.dumps(error(613, 1487632))},
        {"code": 200, "body": json.dumps({"success": False})},
    ]
    graph = Graph().on("POST", "", answers)
    writes = [budget("20"), budget("x"), budget("21"), budget("22"), budget("23")]
    with standing(graph) as house:
        outcomes = house.platform.write_all(writes, validate_only=True)
    assert outcomes[0] == Written(YES)
    assert [type(one) for one in outcomes[1:]] == [InputError, PassingError, NotTakenError, PassingError]
    (call,) = graph.calls
    assert [item["relative_url"] for item in call.json("batch")] == ["20", "21", "22", "23"]
    assert call.json("batch")[0]["body"] == "daily_budget=2500&execution_options=%5B%22validate_only%22%5D"


def test_the_trace_of_a_success_is_kept_for_the_audit() -> None:
    answers = [{"code": 200, "headers": [{"name": "X-FB-Trace-Id", "value": "B2"}], "body": json.dumps(YES)}]
    graph = Graph().on("POST", "20", YES, X_FB_Trace_Id="A1").on("POST", "", answers)
    with standing(graph) as house:
        assert house.platform.write(budget()).raw == {"success": True, "fbtrace_id": "A1"}
        assert house.platform.write_all([budget()]) == [Written({"success": True, "fbtrace_id": "B2"})]


def test_what_an_item_tells_of_allowances_is_heeded() -> None:
    meter = {"type": "ads_management", "call_count": 100, "estimated_time_to_regain_access": 4}
    headers = [{"name": "X-Business-Use-Case-Usage", "value": json.dumps({"1": [meter]})}, "odd"]
    answers = [{"code": 400, "headers": headers, "body": json.dumps(error(80004))}]
    with standing(Graph().on("POST", "", answers)) as house:
        (outcome,) = house.platform.write_all([budget()])
        assert isinstance(outcome, NotTakenError) and outcome.wait == 240
        assert house.turns.closed == [240, 240]


def test_a_batch_that_was_cut_off_is_unknown_for_each() -> None:
    graph = Graph().on("POST", "", CUT)
    with standing(graph) as house:
        assert [type(one) for one in house.platform.write_all([budget("20"), budget("21")])] == [
            PassingError
        ] * 2
    assert len(graph.calls) == 1


def test_the_size_of_a_batch() -> None:
    with standing(Graph()) as house:
        assert house.platform.write_all([]) == []
        assert [type(one) for one in house.platform.write_all([budget("x")])] == [InputError]
        with pytest.raises(InputError):
            house.platform.write_all([budget()] * 51)
        assert house.graph.calls == []
