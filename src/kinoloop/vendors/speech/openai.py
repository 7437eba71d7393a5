"""Fills the port Voice over an OpenAI-style speech endpoint, which tells no times: words are spread."""

import time
from collections.abc import Callable
from typing import Literal

from kinoloop.creative.voices.ports import Spoken
from kinoloop.media.spans import SOUND_RATE
from kinoloop.vendors.http import Http
from kinoloop.vendors.speech.asking import CallGuard, ask_for_speech
from kinoloop.vendors.speech.lines import checked_line
from kinoloop.vendors.speech.sound import check_speech, heard_in, stretches_heard
from kinoloop.vendors.speech.timing import spread

Format = Literal["wav", "mp3"]
SLOWEST, FASTEST, LONGEST = 0.25, 4.0, 4096
SPREAD = "Word times are estimated: the words are spread over the speech that is heard."


class OpenAiVoice:
    """Asks `POST {base_url}/audio/speech`; `base_url` is like https://api.openai.com/v1."""

    provider = "openai"

    def __init__(
        self,
        base_url: str,
        key: str,
        model: str,
        voice: str,
        http: Http,
        breaker: CallGuard,
        *,
        response_format: Format = "wav",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.model, self.voice_name = model, voice
        self._url, self._key = base_url.rstrip("/") + "/audio/speech", key
        self._http, self._breaker, self._format, self._sleep = http, breaker, response_format, sleep

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        """Say one line; the model hears the language from the text.

        Raises InputError, LimitError (too long, no credit), PassingError, UnavailableError, IntegrityError.
        """
        line = checked_line(text, pace, SLOWEST, FASTEST, self._http.name, LONGEST)
        reply = ask_for_speech(
            self._http,
            self._url,
            {
                "model": self.model,
                "input": line,
                "voice": self.voice_name,
                "response_format": self._format,
                "speed": pace,
            },
            headers={"authorization": f"Bearer {self._key}"} if self._key else {},
            key=self._key,
            breaker=self._breaker,
            sleep=self._sleep,
        )
        samples = heard_in(reply.body, f".{self._format}", self._http.name)
        check_speech(samples, line, pace, self._http.name)
        words = spread(line, stretches_heard(samples))
        voice = f"{self.model} {self.voice_name}"
        return Spoken(samples, SOUND_RATE, words, "estimated", voice, len(line), (SPREAD,))
