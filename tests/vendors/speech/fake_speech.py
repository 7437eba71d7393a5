"""A strict stand-in for both speech services: real HTTP, refuses unknown keys, says lines with espeak-ng."""

import base64
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream

from kinoloop.core.clock import Clock
from kinoloop.creative.voices.ports import Spoken
from kinoloop.media.records import Floats
from kinoloop.store.breaker import Breaker
from kinoloop.store.session import Database
from kinoloop.vendors.http import Http, Patience, Retries
from kinoloop.vendors.speech.elevenlabs import ElevenLabsVoice
from kinoloop.vendors.speech.embedded import EmbeddedVoice
from kinoloop.vendors.speech.openai import Format, OpenAiVoice
from tests.vendors.server import LocalServer, Seen, serving

KEY = "sk-test-not-a-real-key"
RATE = 24_000
OPENAI_KEYS = {"model", "input", "voice", "response_format", "speed"}
ELEVEN_PATH = "/elevenlabs/v1/text-to-speech/voice1/with-timestamps?output_format=mp3_44100_128"


@cache
def said(line: str, pace: float = 1.0) -> Spoken:
    return EmbeddedVoice().say(line, pace=pace)


def encoded(samples: Floats, kind: str, rate: int = 48_000) -> bytes:
    """Samples at 48 kHz as a file of `kind`."""
    made = io.BytesIO()
    with av.open(made, "w", format=kind) as container:
        stream = container.add_stream({"wav": "pcm_s16le", "mp3": "mp3"}[kind], rate=rate, layout="mono")
        assert isinstance(stream, AudioStream)
        whole = (np.clip(samples, -1, 1) * 32767).astype(np.int16)[None, :]
        for start in range(0, whole.shape[1], 4096):
            frame = av.AudioFrame.from_ndarray(whole[:, start : start + 4096].copy(), "s16", "mono")
            frame.sample_rate, frame.pts = 48_000, start
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return made.getvalue()


def by_character(spoken: Spoken, line: str) -> dict[str, Any]:
    """Character times as ElevenLabs sends them: each word's characters share its time."""
    starts, ends, at = [0.0] * len(line), [0.0] * len(line), 0
    latest = 0.0
    for word in spoken.words:
        at = line.index(word.text, at)
        step = float(word.end - word.start) / len(word.text)
        for offset in range(len(word.text)):
            starts[at + offset] = float(word.start) + step * offset
            ends[at + offset] = starts[at + offset] + step
        at += len(word.text)
    for place, character in enumerate(line):
        if character == " ":
            starts[place] = ends[place] = latest
        latest = ends[place]
    return {
        "characters": list(line),
        "character_start_times_seconds": starts,
        "character_end_times_seconds": ends,
    }


@dataclass
class FakeSpeech:
    """What it does next: `troubles` (status, body, headers) come first; the rest overrides a good answer."""

    server: LocalServer
    troubles: list[tuple[int, bytes, dict[str, str]]] = field(default_factory=list)
    sound: bytes | None = None
    alignment: Any = "own"
    answer: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def asked(self) -> list[dict[str, Any]]:
        return [json.loads(seen.body) for seen in self.server.seen]


@contextmanager
def fake_speech() -> Iterator[FakeSpeech]:
    holder: list[FakeSpeech] = []
    with serving(lambda seen: _answer(holder[0], seen)) as server:
        holder.append(FakeSpeech(server))
        yield holder[0]


@contextmanager
def openai_voice(
    fake: FakeSpeech, database: Database, *, clock: Clock | None = None, kind: Format = "wav", key: str = KEY
) -> Iterator[OpenAiVoice]:
    with _http("The speech service") as http:
        breaker = Breaker(database, "openai speech", 3, 60.0, clock)
        url = fake.server.url + "/openai/v1/"
        waits: list[float] = []
        yield OpenAiVoice(url, key, "tts-1", "alloy", http, breaker, response_format=kind, sleep=waits.append)


@contextmanager
def eleven_voice(fake: FakeSpeech, database: Database, key: str = KEY) -> Iterator[ElevenLabsVoice]:
    with _http("ElevenLabs") as http:
        breaker = Breaker(database, "elevenlabs", 3, 60.0)
        yield ElevenLabsVoice(
            fake.server.url + "/elevenlabs", key, "voice1", http, breaker, sleep=lambda _: None
        )


def _http(name: str) -> Http:
    patience = Patience(1.0, 2.0, 5.0)
    return Http(name, random=Random(1), patience=patience, retries=Retries(1), trust_env=False)


def _answer(fake: FakeSpeech, seen: Seen) -> None:
    if problem := _strictly(seen):
        return seen.answer(problem[0], json.dumps({"error": {"message": problem[1]}}).encode())
    if fake.troubles:
        status, body, headers = fake.troubles.pop(0)
        return seen.answer(status, body, **headers)
    if fake.answer is not None:
        return seen.answer(200, fake.answer)
    body = json.loads(seen.body)
    if seen.path == ELEVEN_PATH:
        return seen.answer(200, _eleven(fake, body), **fake.headers)
    spoken = said(body["input"], body["speed"])
    return seen.answer(200, fake.sound or encoded(spoken.samples, body["response_format"], RATE))


def _strictly(seen: Seen) -> tuple[int, str] | None:
    body = json.loads(seen.body)
    if (seen.method, seen.path) == ("POST", "/openai/v1/audio/speech"):
        sent, known = seen.headers.get("authorization"), set(body) == OPENAI_KEYS
        right = f"Bearer {KEY}"
    elif (seen.method, seen.path) == ("POST", ELEVEN_PATH):
        sent, right = seen.headers.get("xi-api-key"), KEY
        known = set(body) == {"text", "model_id", "voice_settings"} and set(body["voice_settings"]) == {
            "speed"
        }
    else:
        return 404, f"no route {seen.method} {seen.path}"
    if sent != right:
        return 401, f"incorrect key {sent}"
    return None if known else (422, f"unknown fields in {sorted(body)}")


def _eleven(fake: FakeSpeech, body: dict[str, Any]) -> bytes:
    spoken = said(body["text"], body["voice_settings"]["speed"])
    sound = fake.sound or encoded(spoken.samples, "mp3", 44_100)
    alignment = by_character(spoken, body["text"]) if fake.alignment == "own" else fake.alignment
    told = {"audio_base64": base64.b64encode(sound).decode(), "alignment": alignment}
    return json.dumps(told | {"normalized_alignment": None}).encode()
