"""The one HTTP client against real servers on loopback that misbehave in known ways."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from random import Random

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import (
    ConflictError,
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    NotFoundError,
    PassingError,
    UnavailableError,
)
from kinoloop.vendors.http import Attempt, Http, Patience, Reply, Retries
from tests.vendors.server import LocalServer, Seen, serving

CLOCK = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
waits: list[float] = []


@pytest.fixture(autouse=True)
def forget_waits() -> None:
    waits.clear()


@contextmanager
def client(limit_bytes: int = 1 << 20, redirects: int = 0, whole: float = 5.0) -> Iterator[Http]:
    with Http(
        "The service",
        random=Random(1),
        patience=Patience(1.0, 0.3, whole),
        retries=Retries(3, 0.5, 8.0),
        limit_bytes=limit_bytes,
        redirects=redirects,
        trust_env=False,
        clock=CLOCK,
        sleep=waits.append,
    ) as http:
        yield http


def failing(times: int, status: int = 503, **headers: str) -> AbstractContextManager[LocalServer]:
    left = [times]

    def behave(seen: Seen) -> None:
        left[0] -= 1
        if left[0] >= 0:
            seen.answer(status, b"token=abc123 is down", **headers)
        else:
            seen.answer(200, b'{"ok": true}')

    return serving(behave)


def test_an_answer_comes_whole() -> None:
    with serving(lambda seen: seen.answer(200, b'{"a": 1}')) as server, client() as http:
        reply = http.send("GET", server.url, headers={"x-mine": "1"})
        assert (reply.status, reply.json()) == (200, {"a": 1})
        assert server.seen[0].headers["x-mine"] == "1" and server.seen[0].headers["user-agent"] == "kinoloop"


def test_passing_failures_are_repeated_with_growing_waits() -> None:
    with failing(2) as server, client() as http:
        assert http.send("GET", server.url).json() == {"ok": True}
        assert len(server.seen) == 3
    assert 0.25 <= waits[0] <= 0.5 <= waits[1] <= 1.0


def test_it_gives_up_after_the_last_attempt() -> None:
    with failing(9) as server, client() as http:
        with pytest.raises(PassingError, match="HTTP 503") as caught:
            http.send("GET", server.url)
        assert len(server.seen) == 3 and len(waits) == 2
    assert "abc123" not in str(caught.value)


def test_what_is_not_safe_is_sent_once() -> None:
    with failing(9) as server, client() as http:
        with pytest.raises(PassingError):
            http.send("POST", server.url, json={})
        assert len(server.seen) == 1
        with pytest.raises(PassingError):
            http.send("POST", server.url, json={}, safe=True)
        assert len(server.seen) == 4


@pytest.mark.parametrize(
    "header", ["7", format_datetime(datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC), usegmt=True)]
)
def test_the_servers_wish_to_wait_is_obeyed(header: str) -> None:
    with failing(1, 429, retry_after=header) as server, client() as http:
        http.send("GET", server.url)
    assert waits == [7.0]


def test_a_wish_too_long_is_told_instead_of_waited() -> None:
    with failing(1, 429, retry_after="3600") as server, client() as http:
        with pytest.raises(PassingError, match="asks to wait 3600 s"):
            http.send("GET", server.url)
        assert len(server.seen) == 1 and waits == []


def test_an_unreadable_wish_is_ignored() -> None:
    with failing(1, 429, retry_after="soon") as server, client() as http:
        http.send("GET", server.url)
    assert waits[0] < 1


def test_every_attempt_passes_the_guard() -> None:
    passed: list[int] = []

    def guard(attempt: Attempt) -> Reply:
        passed.append(1)
        return attempt()

    with failing(2) as server, client() as http:
        http.send("GET", server.url, guard=guard)
    assert len(passed) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InputError),
        (401, UnavailableError),
        (402, LimitError),
        (403, UnavailableError),
        (404, NotFoundError),
        (409, ConflictError),
        (302, InputError),
        (418, InputError),
    ],
)
def test_lasting_failures_are_told_at_once(status: int, kind: type[KinoloopError]) -> None:
    with serving(lambda seen: seen.answer(status, b"nope", location="/x")) as server, client() as http:
        with pytest.raises(kind) as caught:
            http.send("GET", server.url)
        assert type(caught.value) is kind and len(server.seen) == 1


def test_secrets_are_masked_wherever_the_server_repeats_them() -> None:
    with (
        serving(lambda seen: seen.answer(400, b"bad key sk-123456!")) as server,
        client() as http,
        pytest.raises(InputError) as caught,
    ):
        http.send("GET", server.url + "/?key=sk-123456", secrets=("sk-123456",))
    assert "sk-123456" not in str(caught.value) and "***" in str(caught.value)


def test_too_large_an_answer_is_cut_off() -> None:
    with (
        serving(lambda seen: seen.answer(200, b"x" * 5000)) as server,
        client(limit_bytes=4096) as http,
        pytest.raises(LimitError, match="4 KiB"),
    ):
        http.send("GET", server.url)


def test_silence_and_trickling_end_in_time() -> None:
    def hang(seen: Seen) -> None:
        time.sleep(0.6)

    def trickle(seen: Seen) -> None:
        seen.handler.send_response(200)
        seen.handler.end_headers()
        for _ in range(40):
            seen.handler.wfile.write(b"x")
            seen.handler.wfile.flush()
            time.sleep(0.05)

    with serving(hang) as server, client() as http, pytest.raises(PassingError, match="too long"):
        http.send("POST", server.url)
    with serving(trickle) as server, client(whole=0.3) as http, pytest.raises(PassingError, match="still"):
        http.send("POST", server.url)


def test_nobody_there_is_a_passing_failure() -> None:
    with serving(lambda seen: seen.answer(200)) as server:
        url = server.url
    with client() as http, pytest.raises(PassingError, match="did not answer"):
        http.send("GET", url)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/x", "http://127.0.0.1/\x00"])
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with client() as http, pytest.raises(InputError, match="cannot be used"):
        http.send("GET", url)


def test_redirects_are_followed_only_when_asked_and_not_in_circles() -> None:
    with serving(lambda seen: seen.answer(302, location="/again")) as server, client(redirects=2) as http:
        with pytest.raises(InputError, match="circles"):
            http.send("GET", server.url)
        assert len(server.seen) == 3


def test_an_answer_that_is_not_json_is_said_to_be_so() -> None:
    with pytest.raises(IntegrityError, match="not JSON"):
        Reply(200, {}, b"<html>").json()


def test_a_stream_comes_in_pieces_and_is_held_to_its_limit() -> None:
    with serving(lambda seen: seen.answer(200, b"x" * 300_000)) as server, client() as http:
        assert sum(map(len, http.chunks(server.url, limit_bytes=1 << 20))) == 300_000
        with pytest.raises(LimitError):
            list(http.chunks(server.url, limit_bytes=1000))
    with serving(lambda seen: seen.answer(404)) as server, client() as http, pytest.raises(NotFoundError):
        list(http.chunks(server.url, limit_bytes=1000))
