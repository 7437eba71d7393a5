"""The voices: real speech in each format, a time for each character, refusals in each vendor's words."""

import base64
import io
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import av
import httpx
import numpy as np
import openai
import pytest
from elevenlabs.client import ElevenLabs
from elevenlabs.core import ApiError
from hypothesis import given, settings
from hypothesis import strategies as st

from kinoloop.media.records import Word
from kinoloop.media.speak import Speech
from kinoloop.sandbox.spoken import letters, said
from kinoloop.sandbox.testing import Sandbox
from tests.sandbox.clients import call, control

LINE = "Dry feet, all day. Try them on!"
SPEECH = "/openai/v1/audio/speech"


@pytest.fixture
def wire() -> Iterator[httpx.Client]:
    """What the ElevenLabs SDK talks through; closed after the test."""
    with httpx.Client(trust_env=False, timeout=20) as client:
        yield client


def voice(sandbox: Sandbox, key: str, wire: httpx.Client) -> ElevenLabs:
    return ElevenLabs(api_key=key, base_url=sandbox.vendor_url("elevenlabs"), httpx_client=wire)


def heard(data: bytes) -> tuple[float, float]:
    """Seconds of sound, and its loudest sample."""
    with av.open(io.BytesIO(data), "r") as file:
        frames = list(file.decode(audio=0))
        rate = frames[0].sample_rate
        samples = np.concatenate([frame.to_ndarray().astype(np.float64).ravel() for frame in frames])
    return len(samples) / rate, float(np.abs(samples).max())


@pytest.mark.parametrize("kind", ["wav", "mp3", "flac"])
def test_the_openai_sdk_gets_speech(sandbox: Sandbox, kind: Any) -> None:
    url = f"{sandbox.url}/openai/v1"
    with openai.OpenAI(api_key=sandbox.keys.openai, base_url=url, max_retries=0) as client:
        answer = client.audio.speech.create(
            model="gpt-4o-mini-tts", voice="alloy", input=LINE, response_format=kind
        )
    seconds, loudest = heard(answer.content)
    assert abs(seconds - float(said(LINE).duration)) < 0.1 and loudest > 0
    assert sandbox.billed("openai") == round(len(LINE) * 15_000 / 900)


def test_raw_samples_and_pace(sandbox: Sandbox) -> None:
    body = {"model": "tts-1", "voice": "nova", "input": LINE, "response_format": "pcm"}
    plain = call(sandbox, "POST", SPEECH, body).content
    fast = call(sandbox, "POST", SPEECH, {**body, "speed": 1.5}).content
    assert abs(len(plain) / 2 / 24_000 - float(said(LINE).duration)) < 0.01
    assert len(fast) < 0.85 * len(plain)


@pytest.mark.parametrize(
    "wrong", [{"voice": "bob"}, {"model": "gpt-4o"}, {"input": ""}, {"speed": 9}, {"format": "wav"}]
)
def test_speech_that_cannot_be_made(sandbox: Sandbox, wrong: dict[str, Any]) -> None:
    answer = call(sandbox, "POST", SPEECH, {"model": "tts-1", "voice": "nova", "input": "x", **wrong})
    assert answer.status_code == 400 and answer.json()["error"]["param"]


def test_the_elevenlabs_sdk_gets_a_time_for_each_character(sandbox: Sandbox, wire: httpx.Client) -> None:
    client = voice(sandbox, sandbox.keys.elevenlabs, wire)
    told = client.text_to_speech.convert_with_timestamps(
        voice_id="v", text=LINE, model_id="eleven_flash_v2_5", output_format="mp3_44100_128"
    )
    alignment = told.alignment
    assert alignment is not None and "".join(alignment.characters) == LINE
    starts, ends = alignment.character_start_times_seconds, alignment.character_end_times_seconds
    assert all(a <= b for a, b in zip(starts, ends, strict=True)) and starts == sorted(starts)
    seconds, _ = heard(base64.b64decode(told.audio_base_64))
    assert ends[-1] <= seconds + 0.01
    words = said(LINE).words
    for word in words:
        assert abs(starts[LINE.index(word.text)] - float(word.start)) < 0.002
    assert sandbox.billed("elevenlabs") == 300 * len(LINE)
    sound = b"".join(client.text_to_speech.convert(voice_id="v", text=LINE, model_id="eleven_flash_v2_5"))
    assert abs(heard(sound)[0] - seconds) < 0.01


def test_elevenlabs_refuses_in_its_own_words(sandbox: Sandbox, wire: httpx.Client) -> None:
    client = voice(sandbox, "other", wire)
    with pytest.raises(ApiError) as caught:
        client.text_to_speech.convert_with_timestamps(voice_id="v", text="x")
    assert caught.value.status_code == 401
    path = "/elevenlabs/v1/text-to-speech/v/with-timestamps"
    for body, status in (
        ({}, 422),
        ({"text": "  "}, 422),
        ({"text": "x", "output_format": "mp3"}, 422),
        ({"text": "x" * 10_001}, 400),
    ):
        assert call(sandbox, "POST", path, body).status_code == status
    assert call(sandbox, "POST", f"{path}?output_format=opus_48000", {"text": "x"}).status_code == 422
    raw = call(sandbox, "POST", f"{path}?output_format=pcm_16000", {"text": LINE}).json()
    count = len(base64.b64decode(raw["audio_base64"])) // 2
    assert abs(count / 16_000 - float(said(LINE).duration)) < 0.01
    control(sandbox, "/faults", {"faults": [{"status": 503}]})
    assert call(sandbox, "POST", path, {"text": "x"}).json()["detail"]["status"] == "system_busy"


WORDS = st.lists(st.text("abc'é!", min_size=1, max_size=6), min_size=1, max_size=8)


@given(WORDS, st.data())
@settings(max_examples=60)
def test_characters_lie_in_order_inside_the_sound(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    edges = sorted(
        data.draw(st.lists(st.integers(0, 9000), min_size=2 * len(words), max_size=2 * len(words)))
    )
    timed = tuple(
        Word(word, Fraction(a, 1000), Fraction(b, 1000))
        for word, a, b in zip(words, edges[::2], edges[1::2], strict=True)
    )
    told = letters(text, Speech(np.zeros(9000, np.int16), 1000, timed))
    assert len(told.characters) == len(told.starts) == len(told.ends) == len(text)
    assert told.starts == sorted(told.starts) and told.ends == sorted(told.ends)
    assert told.starts[0] >= 0 and told.ends[-1] <= 9
