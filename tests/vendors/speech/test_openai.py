"""The OpenAI-style voice against a strict endpoint that behaves and misbehaves."""

import struct
from datetime import UTC, datetime

import numpy as np
import pytest

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    PassingError,
    UnavailableError,
)
from kinoloop.store.breaker import BreakerOpenError
from kinoloop.store.session import Database
from kinoloop.vendors.refusals import NotTakenError
from kinoloop.vendors.speech.openai import SPREAD, Format
from tests.vendors.speech.fake_speech import KEY, encoded, fake_speech, openai_voice, said

LINE = "Stop scrolling. This chair folds flat in two seconds."


@pytest.mark.parametrize("kind", ["wav", "mp3"])
def test_a_line_is_said_and_its_words_are_spread(sqlite_database: Database, kind: Format) -> None:
    with fake_speech() as fake, openai_voice(fake, sqlite_database, kind=kind) as voice:
        spoken = voice.say(f"  {LINE}\n")
        (asked,) = fake.asked
    assert asked == {
        "model": "tts-1", "input": LINE, "voice": "alloy", "response_format": kind, "speed": 1.0,
    }  # fmt: skip
    true = said(LINE)
    assert spoken.rate == 48_000 and spoken.samples.dtype == np.float32 and spoken.samples.ndim == 1
    assert abs(float(spoken.duration - true.duration)) < 0.1
    assert (spoken.timing, spoken.characters, spoken.notes) == ("estimated", len(LINE), (SPREAD,))
    assert [word.text for word in spoken.words] == LINE.split()
    assert all(abs(float(a.start - b.start)) < 0.25 for a, b in zip(spoken.words, true.words, strict=True))
    assert (voice.provider, voice.model, voice.voice_name) == ("openai", "tts-1", "alloy")


def test_a_streamed_header_with_no_length_is_read(sqlite_database: Database) -> None:
    endless = bytearray(encoded(said(LINE).samples, "wav"))
    endless[4:8] = struct.pack("<I", 0xFFFFFFFF)
    at = endless.index(b"data") + 4
    endless[at : at + 4] = struct.pack("<I", 0xFFFFFFFF)
    with fake_speech() as fake, openai_voice(fake, sqlite_database) as voice:
        fake.sound = bytes(endless)
        assert abs(float(voice.say(LINE).duration - said(LINE).duration)) < 0.1


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (400, InputError, "refused the request"),
        (401, UnavailableError, "refused our key"),
        (402, LimitError, "no credit"),
        (500, PassingError, "not able to answer"),
        (503, PassingError, "not able to answer"),
    ],
)
def test_failures_are_told_at_once(
    sqlite_database: Database, status: int, kind: type[KinoloopError], words: str
) -> None:
    with fake_speech() as fake, openai_voice(fake, sqlite_database) as voice:
        fake.troubles = [(status, b"about " + KEY.encode(), {})] * 2
        with pytest.raises(kind, match=words) as caught:
            voice.say(LINE)
        assert len(fake.server.seen) == 1
    assert KEY not in str(caught.value)


def test_what_was_not_taken_is_asked_again(sqlite_database: Database) -> None:
    busy = (429, b"{}", {"retry_after": "1"})
    with fake_speech() as fake, openai_voice(fake, sqlite_database) as voice:
        fake.troubles = [busy, busy]
        assert voice.say(LINE).words and len(fake.server.seen) == 3
        fake.troubles = [(429, b"{}", {"retry_after": "600"})]
        with pytest.raises(NotTakenError, match="asks to wait 600 s"):
            voice.say(LINE)


def test_the_breaker_opens_and_recovers(sqlite_database: Database) -> None:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    with fake_speech() as fake, openai_voice(fake, sqlite_database, clock=clock) as voice:
        fake.troubles = [(500, b"", {})] * 3
        for _ in range(3):
            with pytest.raises(PassingError):
                voice.say(LINE)
        with pytest.raises(BreakerOpenError):
            voice.say(LINE)
        assert len(fake.server.seen) == 3
        clock.advance(61)
        assert voice.say(LINE).words


def test_a_wrong_key_never_shows(sqlite_database: Database) -> None:
    with (
        fake_speech() as fake,
        openai_voice(fake, sqlite_database, key="sk-wrong-secret") as voice,
        pytest.raises(UnavailableError) as caught,
    ):
        voice.say(LINE)
    assert "sk-wrong-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "pace", "kind"),
    [
        ("", 1.0, InputError),
        (" ... !", 1.0, InputError),
        ("\x00\x07", 1.0, InputError),
        ("a" * 4097, 1.0, LimitError),
        ("Hello", 4.1, InputError),
        ("Hello", 0.1, InputError),
        ("Hello", float("nan"), InputError),
    ],
)
def test_a_line_that_cannot_be_said_costs_nothing(
    sqlite_database: Database, text: str, pace: float, kind: type[KinoloopError]
) -> None:
    with fake_speech() as fake, openai_voice(fake, sqlite_database) as voice:
        with pytest.raises(kind):
            voice.say(text, pace=pace)
        assert fake.server.seen == []


@pytest.mark.parametrize(
    ("sound", "words"),
    [
        (b"<html>gateway</html>", "text"),
        (b"\x00\xff" * 5000, "cannot be used"),
        (encoded(np.zeros(96_000, np.float32), "wav"), "silent"),
        (encoded(said("Hi.").samples[:9000], "wav"), "characters cannot take"),
        (encoded(np.tile(said("Hello there.").samples, 60), "wav"), "characters cannot take"),
    ],
)
def test_sound_that_is_not_the_line_is_refused(sqlite_database: Database, sound: bytes, words: str) -> None:
    with fake_speech() as fake, openai_voice(fake, sqlite_database) as voice:
        fake.sound = sound
        with pytest.raises(IntegrityError, match=words):
            voice.say(LINE)
