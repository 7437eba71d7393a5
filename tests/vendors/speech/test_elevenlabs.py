"""The ElevenLabs voice against a strict endpoint: real character times, missing ones, broken ones."""

import json
from typing import Any

import pytest

from kinoloop.core.errors import (
    InputError,
    IntegrityError,
    KinoloopError,
    LimitError,
    PassingError,
    UnavailableError,
)
from kinoloop.store.session import Database
from kinoloop.vendors.speech.elevenlabs import UNTIMED
from tests.vendors.speech.fake_speech import KEY, by_character, eleven_voice, fake_speech, said

LINE = "Don't wait: it's state-of-the-art, and it ships today!"


def test_words_have_the_times_of_their_characters(sqlite_database: Database) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        spoken = voice.say(LINE, pace=1.1)
        (asked,) = fake.asked
    assert asked == {"text": LINE, "model_id": "eleven_flash_v2_5", "voice_settings": {"speed": 1.1}}
    true = said(LINE, 1.1)
    assert (spoken.timing, spoken.notes, spoken.characters) == ("spoken", (), len(LINE))
    assert [word.text for word in spoken.words] == LINE.split()
    assert all(abs(float(a.start - b.start)) < 0.001 for a, b in zip(spoken.words, true.words, strict=True))
    assert spoken.rate == 48_000 and abs(float(spoken.duration - true.duration)) < 0.15
    assert (voice.provider, voice.model, voice.voice_name) == ("elevenlabs", "eleven_flash_v2_5", "voice1")


def test_what_is_charged_is_what_the_service_says(sqlite_database: Database) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        fake.headers = {"character_cost": "27"}
        assert voice.say(LINE).characters == 27


SHORT = by_character(said(LINE), LINE) | {"character_end_times_seconds": [0.1]}
OTHER = by_character(said("Another line."), "Another line.")


@pytest.mark.parametrize("alignment", [None, {}, {"characters": "x"}, SHORT, OTHER, "later"])
def test_without_usable_times_the_words_are_spread_and_it_says_so(
    sqlite_database: Database, alignment: Any
) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        fake.alignment = alignment
        spoken = voice.say(LINE)
    assert (spoken.timing, spoken.notes) == ("estimated", (UNTIMED,))
    assert [word.text for word in spoken.words] == LINE.split()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"detail": {"status": "invalid_api_key"}}, UnavailableError),
        (401, {"detail": {"status": "quota_exceeded", "message": "You have 3 credits."}}, LimitError),
        (402, {}, LimitError),
        (422, {"detail": "bad"}, InputError),
        (500, {}, PassingError),
    ],
)
def test_failures_are_told_at_once(
    sqlite_database: Database, status: int, body: dict[str, Any], kind: type[KinoloopError]
) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        fake.troubles = [(status, json.dumps(body).encode() + KEY.encode(), {})]
        with pytest.raises(kind) as caught:
            voice.say(LINE)
        assert len(fake.server.seen) == 1
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"audio_base64": 3}',
        b'{"audio_base64": "not base64!"}',
        b'{"audio_base64": "AAAA"}',
    ],
)
def test_an_answer_without_sound_is_refused(sqlite_database: Database, answer: bytes) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        fake.answer = answer
        with pytest.raises(IntegrityError):
            voice.say(LINE)


@pytest.mark.parametrize("pace", [0.6, 1.3])
def test_a_pace_it_cannot_speak_at_costs_nothing(sqlite_database: Database, pace: float) -> None:
    with fake_speech() as fake, eleven_voice(fake, sqlite_database) as voice:
        with pytest.raises(InputError, match=r"0.7 to 1.2"):
            voice.say(LINE, pace=pace)
        assert fake.server.seen == []
