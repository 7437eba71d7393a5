"""POST /v1/text-to-speech/{voice} and its with-timestamps form."""

import base64
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.routing import Route

from kinoloop.sandbox.spoken import Letters, letters, pcm, said, sound_file
from kinoloop.sandbox.wire import Answer, Call, Refusal, route
from kinoloop.sandbox.world import World

_KNOWN = frozenset(
    (
        "text",
        "model_id",
        "language_code",
        "voice_settings",
        "pronunciation_dictionary_locators",
        "seed",
        "previous_text",
        "next_text",
        "previous_request_ids",
        "next_request_ids",
        "apply_text_normalization",
        "apply_language_text_normalization",
        "use_pvc_as_ivc",
    )
)
_LONGEST = 10_000
_DEFAULT = "mp3_44100_128"


def error(status: int, message: str = "") -> Answer:
    words = {
        401: ("invalid_api_key", "Invalid API key"),
        402: ("payment_required", "Payment required."),
        429: ("too_many_concurrent_requests", "Too many concurrent requests."),
        503: ("system_busy", "We are experiencing heavy traffic, please try again."),
    }
    kind, told = words.get(status, ("error", "The request failed."))
    return Answer(status, {"detail": {"status": kind, "message": message or told}})


def routes(world: World) -> list[Route]:
    base = "/elevenlabs/v1/text-to-speech/{voice}"
    return [
        route("POST", f"{base}/with-timestamps", partial(_timed, world)),
        route("POST", base, partial(_plain, world)),
    ]


def _timed(world: World, call: Call) -> Answer:
    given, data, _ = _spoken(world, call)
    told = _alignment(letters(given["text"], said(given["text"], _speed(given))))
    return Answer(
        200,
        {
            "audio_base64": base64.b64encode(data).decode(),
            "alignment": told,
            "normalized_alignment": told,
        },
    )


def _plain(world: World, call: Call) -> Answer:
    _, data, media_type = _spoken(world, call)
    return Answer(200, data, {}, media_type)


def _spoken(world: World, call: Call) -> tuple[dict[str, Any], bytes, str]:
    """The request, its sound and the sound's type; bills the characters."""
    given = _checked(world, call)
    text = given["text"]
    kind, _, rest = call.query.get("output_format", _DEFAULT).partition("_")
    rate = int(rest.split("_")[0]) if rest else 44_100
    if kind not in ("mp3", "pcm", "wav"):
        raise Refusal(_invalid("output_format", "Input should be mp3_..., pcm_... or wav_..."))
    spoken = said(text, _speed(given))
    data = pcm(spoken, rate) if kind == "pcm" else sound_file(spoken, kind, rate)
    model = str(given.get("model_id", "eleven_multilingual_v2"))
    with world.lock:
        world.ledger.charge(
            "elevenlabs", world.new_token(8), model, "character", Decimal(len(text)), world.now()
        )
    return given, data, {"mp3": "audio/mpeg", "wav": "audio/wav", "pcm": "audio/pcm"}[kind]


def _checked(world: World, call: Call) -> dict[str, Any]:
    if call.headers.get("xi-api-key") != world.keys.elevenlabs:
        raise Refusal(error(401))
    given = call.json()
    if not isinstance(given, dict) or not isinstance(given.get("text"), str) or not given["text"].strip():
        raise Refusal(_invalid("text", "Field required"))
    if unknown := sorted(set(given) - _KNOWN):
        raise Refusal(_invalid(unknown[0], "Extra inputs are not permitted"))
    if len(given["text"]) > _LONGEST:
        raise Refusal(error(400, f"The text is longer than {_LONGEST} characters."))
    left = world.ledger.left("elevenlabs")
    if left is not None and left <= 0:
        told = {"status": "quota_exceeded", "message": "This request exceeds your quota."}
        raise Refusal(Answer(401, {"detail": told}))
    return given


def _invalid(name: str, message: str) -> Answer:
    return Answer(422, {"detail": [{"loc": ["body", name], "msg": message, "type": "value_error"}]})


def _speed(given: dict[str, Any]) -> float:
    return float((given.get("voice_settings") or {}).get("speed") or 1.0)


def _alignment(told: Letters) -> dict[str, Any]:
    return {
        "characters": told.characters,
        "character_start_times_seconds": told.starts,
        "character_end_times_seconds": told.ends,
    }
