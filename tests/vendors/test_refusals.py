"""Failures that surely left nothing behind are told apart from those that may have."""

import pickle
from random import Random

import pytest

from kinoloop.core.errors import LimitError, PassingError
from kinoloop.vendors.failure_words import worth_another_try
from kinoloop.vendors.guarding import guarded_by
from kinoloop.vendors.http import Attempt, Http, Patience, Reply
from kinoloop.vendors.refusals import NotTakenError
from tests.vendors.server import Seen, serving


def client() -> Http:
    return Http("The service", random=Random(1), patience=Patience(1.0, 0.3, 2.0), trust_env=False)


def test_it_travels_between_processes() -> None:
    again = pickle.loads(pickle.dumps(NotTakenError("busy", why="w", fix="f", wait=3.0)))
    assert isinstance(again, NotTakenError) and (again.wait, again.code) == (3.0, "not_taken")


@pytest.mark.parametrize(
    ("status", "body", "headers", "wait"),
    [
        (429, b"", {"retry_after": "9"}, 9.0),
        (429, b'{"retry_after": 2.5}', {}, 2.5),
        (429, b'{"retry_after": true}', {}, 5.0),
        (429, b'{"retry_after": -1}', {}, 5.0),
        (429, b"[]", {}, 5.0),
        (429, b"busy", {}, 5.0),
    ],
)
def test_a_busy_service_has_not_taken_it(
    status: int, body: bytes, headers: dict[str, str], wait: float
) -> None:
    answer = serving(lambda seen: seen.answer(status, body, **headers))
    with answer as server, client() as http, pytest.raises(NotTakenError) as caught:
        http.send("POST", server.url, json={})
    assert caught.value.wait == wait


def test_who_was_never_reached_has_not_taken_it() -> None:
    with serving(lambda seen: None) as gone:
        url = gone.url
    with client() as http, pytest.raises(NotTakenError) as caught:
        http.send("POST", url, json={})
    assert caught.value.wait is None


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_other_failures_may_have_left_something(status: int) -> None:
    answer = serving(lambda seen: seen.answer(status))
    with answer as server, client() as http, pytest.raises(PassingError) as caught:
        http.send("POST", server.url, json={})
    assert not isinstance(caught.value, NotTakenError)


def test_a_silent_service_may_have_taken_it() -> None:
    def hang(seen: Seen) -> None:
        server.closing.wait(2)

    with serving(hang) as server, client() as http, pytest.raises(PassingError) as caught:
        http.send("POST", server.url, json={})
    assert not isinstance(caught.value, NotTakenError)


def test_no_credit_is_a_limit() -> None:
    answer = serving(lambda seen: seen.answer(402, b"{}"))
    with answer as server, client() as http, pytest.raises(LimitError, match="no credit"):
        http.send("POST", server.url, json={})


class Notes:
    """A breaker that only writes down how calls ended."""

    def __init__(self) -> None:
        self.ends: list[str] = []

    def call(self, work):  # type: ignore[no-untyped-def]  # generic in its answer, as the port is
        try:
            answer = work()
        except Exception as error:
            self.ends.append(type(error).__name__)
            raise
        self.ends.append("fine")
        return answer


def test_only_the_services_own_faults_reach_the_breaker() -> None:
    notes = Notes()

    def attempt_of(error: Exception | None) -> Attempt:
        def attempt() -> Reply:
            if error is not None:
                raise error
            return Reply(200, {}, b"")

        return attempt

    guard = guarded_by(notes)
    assert guard(attempt_of(None)).status == 200
    for error in (NotTakenError("busy", wait=1.0), NotTakenError("gone"), PassingError("503")):
        with pytest.raises(PassingError) as caught:
            guard(attempt_of(error))
        assert caught.value is error
    assert notes.ends == ["fine", "fine", "NotTakenError", "PassingError"]


@pytest.mark.parametrize(
    ("error", "worth"),
    [
        (None, True),
        ("CUDA out of memory", True),
        ("Prediction interrupted; please retry (code: PA)", True),
        ("NSFW content detected", False),
        ("Flagged by moderation", False),
        ("prompt is too long", False),
    ],
)
def test_what_is_worth_another_try(error: str | None, worth: bool) -> None:
    assert worth_another_try(error) is worth
