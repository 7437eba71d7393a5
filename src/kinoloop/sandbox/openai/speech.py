"""POST /v1/audio/speech: real speech in the format asked for."""

from decimal import Decimal
from typing import Any

from kinoloop.sandbox.forms import Field, check, filled
from kinoloop.sandbox.openai.shapes import error
from kinoloop.sandbox.spoken import pcm, said, sound_file
from kinoloop.sandbox.wire import Answer, Call
from kinoloop.sandbox.world import World

_VOICES = ("alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse")
_RATE = 24_000
_FORM = {
    "model": Field("string", required=True, choices=("tts-1", "tts-1-hd", "gpt-4o-mini-tts")),
    "input": Field("string", required=True, least=1, most=4096),
    "voice": Field("string", required=True, choices=_VOICES),
    "response_format": Field("string", choices=("mp3", "wav", "flac", "pcm"), default="mp3"),
    "speed": Field("number", least=0.25, most=4, default=1.0),
    "instructions": Field("string"),
    "stream_format": Field("string", choices=("audio",)),
}
_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "pcm": "audio/pcm"}


def speech(world: World, call: Call) -> Answer:
    given: dict[str, Any] = call.json()
    if problems := check(_FORM, given):
        return error(400, problems[0].told, problems[0].field)
    whole = filled(_FORM, given)
    kind = whole["response_format"]
    spoken = said(whole["input"], float(whole["speed"]))
    with world.lock:
        world.ledger.charge(
            "openai",
            world.new_token(8),
            whole["model"],
            "character",
            Decimal(len(whole["input"])),
            world.now(),
        )
    data = pcm(spoken, _RATE) if kind == "pcm" else sound_file(spoken, kind, _RATE)
    return Answer(200, data, {}, _TYPES[kind])
