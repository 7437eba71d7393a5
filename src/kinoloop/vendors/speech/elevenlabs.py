"""Fills the port Voice over ElevenLabs, which tells when each character is said."""

import base64
import binascii
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, ValidationError

from kinoloop.core.errors import IntegrityError, LimitError, UnavailableError
from kinoloop.core.timecode import exact
from kinoloop.creative.voices.ports import Spoken
from kinoloop.media.records import Floats, Word
from kinoloop.media.spans import SOUND_RATE
from kinoloop.vendors.http import Http, Reply
from kinoloop.vendors.speech.asking import CallGuard, ask_for_speech
from kinoloop.vendors.speech.lines import checked_line
from kinoloop.vendors.speech.sound import check_speech, heard_in, stretches_heard
from kinoloop.vendors.speech.timing import from_characters, spread

SLOWEST, FASTEST, LONGEST = 0.7, 1.2, 5000
MODEL = "eleven_flash_v2_5"
FORMAT = "mp3_44100_128"
UNTIMED = "ElevenLabs told no usable word times: the words are spread over the speech that is heard."
_VOICE = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Alignment(BaseModel):
    """One time per character, in seconds from the first sample."""

    model_config = ConfigDict(extra="ignore")
    characters: list[str]
    character_start_times_seconds: list[float]
    character_end_times_seconds: list[float]


class ElevenLabsVoice:
    """Asks `POST {base_url}/v1/text-to-speech/{voice}/with-timestamps`; `voice` is a voice id."""

    provider = "elevenlabs"

    def __init__(
        self,
        base_url: str,
        key: str,
        voice: str,
        http: Http,
        breaker: CallGuard,
        *,
        model: str = MODEL,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model, self.voice_name = model, voice
        place = f"/v1/text-to-speech/{quote(voice, safe='')}/with-timestamps?output_format={FORMAT}"
        self._url, self._key = base_url.rstrip("/") + place, key
        self._http, self._breaker, self._sleep = http, breaker, sleep

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        """Say one line; the model hears the language from the text.

        Raises InputError, LimitError (too long, no credit), PassingError, UnavailableError, IntegrityError.
        """
        line = checked_line(text, pace, SLOWEST, FASTEST, self._http.name, LONGEST)
        reply = self._asked({"text": line, "model_id": self.model, "voice_settings": {"speed": pace}})
        told = reply.json()
        samples = heard_in(_sound_of(told, self._http.name), ".mp3", self._http.name)
        check_speech(samples, line, pace, self._http.name)
        words = _timed(line, told, samples)
        charged = _charged(reply.headers, line)
        voice = f"{self.model} {self.voice_name}"
        if words is not None:
            return Spoken(samples, SOUND_RATE, words, "spoken", voice, charged)
        words = spread(line, stretches_heard(samples))
        return Spoken(samples, SOUND_RATE, words, "estimated", voice, charged, (UNTIMED,))

    def _asked(self, body: Mapping[str, object]) -> Reply:
        try:
            return ask_for_speech(
                self._http,
                self._url,
                body,
                headers={"xi-api-key": self._key},
                key=self._key,
                breaker=self._breaker,
                sleep=self._sleep,
            )
        except UnavailableError as error:
            if "quota_exceeded" not in error.why:  # which ElevenLabs sends as a 401
                raise
            raise LimitError(
                f"{self._http.name} has no credit left for this.",
                why=error.why,
                fix="Add credit to the account there, then try again.",
            ) from None


def _sound_of(told: object, service: str) -> bytes:
    encoded = told.get("audio_base64") if isinstance(told, dict) else None
    if not isinstance(encoded, str):
        raise IntegrityError(f"{service} sent no sound.", why="The answer has no audio_base64.")
    try:
        return base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        why = f"It is not base64: {error}."
        raise IntegrityError(f"{service} sent sound that cannot be used.", why=why) from None


def _timed(line: str, told: Mapping[str, object], samples: Floats) -> tuple[Word, ...] | None:
    try:
        one = Alignment.model_validate(told.get("alignment"))
    except ValidationError:
        return None
    return from_characters(
        line,
        one.characters,
        one.character_start_times_seconds,
        one.character_end_times_seconds,
        exact(len(samples) / SOUND_RATE),
    )


def _charged(headers: Mapping[str, str], line: str) -> int:
    """The characters that the service says it charges, else those of the line."""
    told = headers.get("character-cost", "")
    return int(told) if told.isdigit() else len(line)
