"""Each code and subcode of Meta's means one thing: not taken, unknown, or a clear no with what to do."""

import pickle
from typing import Any

import pytest

from kinoloop.core.errors import (
    ForbiddenError,
    InputError,
    KinoloopError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.vendors.meta.answers import fault_in, fault_in_item, told_by
from kinoloop.vendors.meta.faults import PolicyStopError, TooMuchDataError, answer_in, fault_of, throttle_of
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.meta.graph import answered, error

THROTTLED = [
    (4, None, 300, True),
    (4, 1504022, 300, True),
    (4, 1504039, 300, True),
    (17, None, 300, True),
    (17, 2446079, 300, True),
    (17, 1885172, 86400, False),
    (32, None, 300, True),
    (341, None, 300, True),
    (613, None, 300, True),
    (613, 1487742, 300, True),
    (613, 1996, 300, True),
    (613, 5044001, 1, True),
    (613, 1487632, 3600, False),
    (613, 1487225, 3600, False),
    (17, 999, 300, True),
    (80000, 2446079, 300, True),
    (80003, 2446079, 300, True),
    (80004, 2446079, 300, True),
    (80014, 2446079, 300, True),
]
CLEAR: list[tuple[int, int | None, type[KinoloopError]]] = [
    (100, None, InputError),
    (100, 1885183, InputError),
    (100, 33, NotFoundError),
    (803, None, NotFoundError),
    (190, 463, UnavailableError),
    (102, None, UnavailableError),
    (3, None, ForbiddenError),
    (10, None, ForbiddenError),
    (200, 1870034, ForbiddenError),
    (294, None, ForbiddenError),
    (299, None, ForbiddenError),
    (368, None, PolicyStopError),
    (2635, None, UnavailableError),
    (12, None, UnavailableError),
    (80015, None, InputError),
    (1487390, None, InputError),
]
UNFINISHED = [(1, None), (2, None), (2, 1504043), (-1, None)]


def fault(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> KinoloopError:
    return fault_of(error(code, subcode, **more)["error"], status)


@pytest.mark.parametrize(("code", "subcode", "wait", "shared"), THROTTLED)
@pytest.mark.parametrize("status", [200, 400, 429, 500])
def test_a_throttled_call_was_not_taken(
    code: int, subcode: int | None, wait: float, shared: bool, status: int
) -> None:
    found = fault(code, subcode, status, is_transient=True)
    assert isinstance(found, NotTakenError) and found.wait == wait
    throttle = throttle_of(found)
    assert throttle is not None and throttle.shared is shared


def test_a_told_wait_counts_for_limits_that_all_share_only() -> None:
    told = fault_of(error(80004)["error"], 400, told_wait=720.0)
    own = fault_of(error(613, 1487632)["error"], 400, told_wait=720.0)
    assert isinstance(told, NotTakenError) and told.wait == 720
    assert isinstance(own, NotTakenError) and own.wait == 3600


@pytest.mark.parametrize(("code", "subcode", "kind"), CLEAR)
def test_a_clear_no_is_never_a_passing_failure(
    code: int, subcode: int | None, kind: type[KinoloopError]
) -> None:
    found = fault(code, subcode)
    assert type(found) is kind and not isinstance(found, PassingError)
    assert throttle_of(found) is None


@pytest.mark.parametrize(("code", "subcode"), UNFINISHED)
def test_what_could_not_be_finished_is_unknown(code: int, subcode: int | None) -> None:
    found = fault(code, subcode, 500)
    assert isinstance(found, PassingError) and not isinstance(found, NotTakenError)


def test_transient_failures_of_any_code_are_unknown() -> None:
    assert type(fault(100, 1885000, is_transient=True)) is PassingError
    assert type(fault(100, 1885000, 500)) is InputError
    assert type(fault(99999, None, 503)) is PassingError


@pytest.mark.parametrize(("code", "subcode"), [(100, 1487534), (100, 1504018), (2, 1504038)])
def test_too_much_data_is_its_own_failure(code: int, subcode: int) -> None:
    assert type(fault(code, subcode, 500)) is TooMuchDataError


@pytest.mark.parametrize("subcode", [458, 459, 460, 463, 467, None, 999])
def test_a_dead_token_says_what_to_do(subcode: int | None) -> None:
    found = fault(190, subcode, 401)
    assert isinstance(found, UnavailableError) and found.fix


def test_the_vendors_own_words_and_trace_are_kept() -> None:
    found = fault(
        100, 1885183, error_user_title="Budget too low", error_user_msg="At least 1.00.", error_data={"a": 1}
    )
    assert found.why == "Budget too low. At least 1.00. (code 100, subcode 1885183, trace AbCdEf123)"
    kept = answer_in(found)
    assert kept["fbtrace_id"] == "AbCdEf123" and kept["code"] == 100 and kept["error_subcode"] == 1885183
    assert kept["error_data"] == {"a": 1} and kept["message"] == "No."
    assert answer_in(ValueError("other")) == {}


def test_nothing_secret_is_quoted() -> None:
    told = error(100, message="Invalid appsecret_proof abc123 for tok-1")["error"]
    found = fault_of(told, 400, secrets=("tok-1", "", "abc123"))
    assert "abc123" not in str(found) + str(answer_in(found)) and "tok-1" not in str(found)


def test_an_error_without_anything_is_still_one() -> None:
    found = fault_of({}, 400)
    assert type(found) is InputError and found.why == "It gave no reason."


def test_the_policy_stop_survives_a_process_border() -> None:
    copied = pickle.loads(pickle.dumps(fault(368)))
    assert isinstance(copied, PolicyStopError) and copied.code == "policy_stop"


STATUSES: list[tuple[int, type[KinoloopError]]] = [
    (408, PassingError),
    (500, PassingError),
    (503, PassingError),
    (599, PassingError),
    (401, UnavailableError),
    (403, UnavailableError),
    (404, NotFoundError),
    (410, NotFoundError),
    (400, InputError),
    (302, InputError),
]


@pytest.mark.parametrize(("status", "kind"), STATUSES)
def test_a_status_without_a_reason(status: int, kind: type[KinoloopError]) -> None:
    assert type(fault_in(answered(status, "<html>"), True, None, ())) is kind


def test_too_many_without_a_reason() -> None:
    told = fault_in(answered(429, "", **{"retry-after": "7"}), True, None, ())
    untold = fault_in(answered(429, ""), True, None, ())
    assert isinstance(told, NotTakenError) and told.wait == 7
    assert isinstance(untold, NotTakenError) and untold.wait == 60


def test_a_good_status_may_carry_an_error() -> None:
    assert isinstance(fault_in(answered(200, error(190)), False, None, ()), UnavailableError)
    assert fault_in(answered(200, {"success": True}), False, None, ()) is None


def test_items_of_a_batch_are_judged_alike() -> None:
    throttled = {"code": 400, "headers": [], "body": '{"error": {"code": 17, "error_subcode": 2446079}}'}
    assert isinstance(fault_in_item(throttled, True, ()), NotTakenError)
    assert fault_in_item({"code": 200, "body": '{"success": true}'}, True, ()) is None
    cuts: list[Any] = [
        None,
        {},
        [],
        {"code": "200"},
        {"code": 200, "body": None},
        {"code": 200, "body": "<html>"},
    ]
    for cut in cuts:
        found = fault_in_item(cut, True, ())
        assert type(found) is PassingError, cut
    assert type(fault_in_item({"code": 200, "body": None}, False, ())) is PassingError
    assert told_by({"body": '{"id": "1"}'}) == {"id": "1"} and told_by({"body": "[1]"}) == {"result": [1]}
