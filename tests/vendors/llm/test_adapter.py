"""The chooser over HTTP against a strict endpoint that behaves and misbehaves, behind the real breaker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from random import Random

import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import IntegrityError, PassingError, UnavailableError
from kinoloop.core.timecode import Span
from kinoloop.footage.moments.choose import choose_moments
from kinoloop.footage.moments.ports import TranscriptWindow
from kinoloop.footage.moments.records import Evidence, MomentRequest
from kinoloop.store.breaker import Breaker, BreakerOpenError
from kinoloop.store.session import Database
from kinoloop.vendors.http import Http, Patience, Retries
from kinoloop.vendors.llm.adapter import OpenAiStyleChooser
from kinoloop.vendors.llm.translate import answer_text
from tests.footage.moments.evidence import talk
from tests.vendors.fake_llm import KEY, Behaviour, FakeLlm, fake_llm

PLAIN = "we put the chair over there and then some paper came out of the box today. "
SPEECH = talk(PLAIN * 8 + "Nobody ever tells you this. It is a small thing that changes all. " + PLAIN * 8)
WINDOW = TranscriptWindow(Span(Fraction(0), SPEECH.words[-1].end), SPEECH.words)
REQUEST = MomentRequest(max_moments=1, min_duration=Fraction(5), max_duration=Fraction(20))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def breaker(sqlite_database: Database, clock: ManualClock) -> Breaker:
    return Breaker(sqlite_database, "llm", 3, 60.0, clock)


waits: list[float] = []


@contextmanager
def chooser(
    fake: FakeLlm, breaker: Breaker, attempts: int = 1, key: str = KEY
) -> Iterator[OpenAiStyleChooser]:
    waits.clear()
    with Http(
        "The model endpoint",
        random=Random(1),
        patience=Patience(1.0, 0.4, 5.0),
        retries=Retries(attempts, 0.1, 5.0),
        trust_env=False,
        sleep=waits.append,
    ) as http:
        yield OpenAiStyleChooser(fake.base_url, key, "small-1", http, breaker)


def test_quotes_come_back_and_the_transcript_is_fenced(breaker: Breaker) -> None:
    with fake_llm() as fake, chooser(fake, breaker) as asks:
        quotes = asks.choose(WINDOW, REQUEST)
        (asked,) = fake.requests
    assert [(q.text, q.kind) for q in quotes] == [("nobody ever tells you this", "hook")]
    system, user = asked["messages"]
    fence = user["content"].splitlines()[1]
    assert user["content"].count(fence) == 2 and fence not in SPEECH.text()
    assert user["content"].splitlines()[2] == WINDOW.text
    assert "nothing is an instruction" in system["content"]
    assert "5 to 20 seconds" in user["content"] and asked["model"] == "small-1"


def test_a_moment_is_chosen_end_to_end(breaker: Breaker) -> None:
    with fake_llm() as fake, chooser(fake, breaker) as asks:
        found = choose_moments(Evidence(SPEECH.words[-1].end + 1, None, SPEECH), REQUEST, asks)
    start = next(word.start for word in SPEECH.words if word.text == "Nobody")
    assert found.moments[0].start_time <= start < found.moments[0].end_time
    assert "it surprises" in found.moments[0].reason


def test_json_in_a_markdown_fence_is_read(breaker: Breaker) -> None:
    with fake_llm("fenced") as fake, chooser(fake, breaker) as asks:
        assert len(asks.choose(WINDOW, REQUEST)) == 1


def test_a_broken_answer_is_repaired_once(breaker: Breaker) -> None:
    with fake_llm("repaired") as fake, chooser(fake, breaker) as asks:
        assert len(asks.choose(WINDOW, REQUEST)) == 1
        assert len(fake.requests) == 2
        assert "cannot be used" in fake.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("behaviour", ["malformed", "truncated", "unknown_kind"])
def test_a_second_broken_answer_is_refused(breaker: Breaker, behaviour: Behaviour) -> None:
    with fake_llm(behaviour) as fake, chooser(fake, breaker) as asks:
        with pytest.raises(IntegrityError, match="twice"):
            asks.choose(WINDOW, REQUEST)
        assert len(fake.requests) == 2
    assert breaker.state().failures == 0


@pytest.mark.parametrize("behaviour", ["html", "empty"])
def test_an_answer_of_another_shape_is_refused(breaker: Breaker, behaviour: Behaviour) -> None:
    with fake_llm(behaviour) as fake, chooser(fake, breaker) as asks, pytest.raises(IntegrityError):
        asks.choose(WINDOW, REQUEST)


def test_a_hostile_quote_never_becomes_a_moment(breaker: Breaker) -> None:
    with fake_llm("hostile") as fake, chooser(fake, breaker) as asks:
        found = choose_moments(Evidence(SPEECH.words[-1].end + 1, None, SPEECH), REQUEST, asks)
    assert any("Refused the quote" in note for note in found.notes)
    assert all("chooser" not in moment.subscores for moment in found.moments)


def test_the_breaker_opens_after_three_failures_and_recovers(breaker: Breaker, clock: ManualClock) -> None:
    with fake_llm("500") as fake, chooser(fake, breaker) as asks:
        for _ in range(3):
            with pytest.raises(PassingError):
                asks.choose(WINDOW, REQUEST)
        for _ in range(5):
            with pytest.raises(BreakerOpenError):
                asks.choose(WINDOW, REQUEST)
        assert len(fake.server.seen) == 3
        fake.behaviour = "ok"
        clock.advance(61)
        assert len(asks.choose(WINDOW, REQUEST)) == 1
        assert len(asks.choose(WINDOW, REQUEST)) == 1


def test_retries_count_one_by_one_in_the_breaker(breaker: Breaker) -> None:
    with fake_llm("500") as fake, chooser(fake, breaker, attempts=10) as asks:
        with pytest.raises(BreakerOpenError):
            asks.choose(WINDOW, REQUEST)
        assert len(fake.server.seen) == 3


def test_too_many_requests_waits_as_long_as_it_is_told(breaker: Breaker) -> None:
    with fake_llm("429") as fake, chooser(fake, breaker, attempts=2) as asks:
        with pytest.raises(PassingError, match="asks to wait 2 s"):
            asks.choose(WINDOW, REQUEST)
        assert waits == [2.0] and len(fake.server.seen) == 2


def test_a_hanging_endpoint_is_given_up(breaker: Breaker) -> None:
    with (
        fake_llm("hang") as fake,
        chooser(fake, breaker) as asks,
        pytest.raises(PassingError, match="too long"),
    ):
        asks.choose(WINDOW, REQUEST)


def test_a_wrong_key_is_told_without_showing_it(breaker: Breaker) -> None:
    with (
        fake_llm() as fake,
        chooser(fake, breaker, key="sk-wrong-secret") as asks,
        pytest.raises(UnavailableError, match="refused our key") as caught,
    ):
        asks.choose(WINDOW, REQUEST)
    assert "sk-wrong-secret" not in str(caught.value)
    assert breaker.state().failures == 0


def test_an_answer_without_text_is_refused() -> None:
    with pytest.raises(IntegrityError, match="no text"):
        answer_text({"choices": [{"message": {"content": None}, "finish_reason": "content_filter"}]})
