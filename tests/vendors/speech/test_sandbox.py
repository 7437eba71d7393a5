"""Both services' voices against the sandbox: wires written by other hands, down to the characters billed."""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import pytest

from kinoloop.core.errors import LimitError, PassingError, UnavailableError
from kinoloop.creative.voices.ports import Voice
from kinoloop.sandbox.faults import Fault
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.http import Http, Patience
from kinoloop.vendors.speech.elevenlabs import ElevenLabsVoice
from kinoloop.vendors.speech.openai import OpenAiVoice
from tests.vendors.speech.fake_speech import said

LINE = "Don't wait: it's a state-of-the-art chair, and it folds flat."
VENDORS = ("openai", "elevenlabs")
each = pytest.mark.parametrize("vendor", VENDORS)


@contextmanager
def voice(sandbox: Sandbox, database: Database, vendor: str, key: str | None = None) -> Iterator[Voice]:
    told = sandbox.environment
    url, key = told[f"KINOLOOP_{vendor.upper()}_URL"], key or told[f"{vendor.upper()}_API_KEY"]
    with Http(vendor, random=Random(1), patience=Patience(2.0, 5.0, 10.0), trust_env=False) as http:
        breaker = Breaker(database, vendor)
        if vendor == "openai":
            yield OpenAiVoice(url, key, "tts-1", "nova", http, breaker, sleep=lambda _: None)
        else:
            yield ElevenLabsVoice(url, key, "voice1", http, breaker, sleep=lambda _: None)


@pytest.fixture(scope="module")
def world() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(world: Sandbox) -> Sandbox:
    world.fault()
    return world


def billed(sandbox: Sandbox, vendor: str) -> int:
    with sandbox.world.lock:
        return int(sum(charge.quantity for charge in sandbox.world.ledger.charges(vendor)))


@each
def test_a_line_is_said_timed_and_billed(sandbox: Sandbox, sqlite_database: Database, vendor: str) -> None:
    before = billed(sandbox, vendor)
    with voice(sandbox, sqlite_database, vendor) as speaks:
        spoken = speaks.say(LINE, pace=1.1)
    true = said(LINE, 1.1)
    assert spoken.timing == ("estimated" if vendor == "openai" else "spoken")
    assert [word.text for word in spoken.words] == LINE.split() and spoken.rate == 48_000
    near = 0.3 if vendor == "openai" else 0.02
    onsets = {word.text: word.start for word in true.words}
    assert all(abs(float(w.start - onsets[w.text])) < near for w in spoken.words if w.text in onsets)
    assert spoken.characters == billed(sandbox, vendor) - before == len(LINE)


@each
def test_a_busy_service_is_asked_again(sandbox: Sandbox, sqlite_database: Database, vendor: str) -> None:
    sandbox.fault(Fault(vendor=vendor, status=429, times=2, headers={"retry-after": "1"}))
    with voice(sandbox, sqlite_database, vendor) as speaks:
        assert speaks.say(LINE).words


@each
@pytest.mark.parametrize("fault", [Fault(status=503), Fault(cut="after"), Fault(cut="midway")])
def test_a_failure_that_may_have_been_charged_is_not_repeated(
    sandbox: Sandbox, sqlite_database: Database, vendor: str, fault: Fault
) -> None:
    before = len(sandbox.requests(vendor))
    sandbox.fault(fault)
    with voice(sandbox, sqlite_database, vendor) as speaks, pytest.raises(PassingError):
        speaks.say(LINE)
    assert len(sandbox.requests(vendor)) == before + 1


@each
def test_a_wrong_key_is_told(sandbox: Sandbox, sqlite_database: Database, vendor: str) -> None:
    with (
        voice(sandbox, sqlite_database, vendor, "sandbox-no-such-key") as speaks,
        pytest.raises(UnavailableError, match="refused our key"),
    ):
        speaks.say(LINE)


def test_no_credit_is_a_limit(sqlite_database: Database) -> None:
    with (
        running_sandbox(credit={"elevenlabs": 0}) as poor,
        voice(poor, sqlite_database, "elevenlabs") as speaks,
        pytest.raises(LimitError, match="no credit"),
    ):
        speaks.say(LINE)
