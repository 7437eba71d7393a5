"""Fills the port Voice with the embedded synthetic voice: a placeholder that needs no key and no network."""

import re
from collections.abc import Sequence

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from kinoloop.core.errors import InputError
from kinoloop.creative.voices.ports import Spoken
from kinoloop.media import speak as espeak
from kinoloop.media.records import Floats
from kinoloop.media.spans import SOUND_RATE
from kinoloop.vendors.speech.lines import checked_line

RATE = 165
"""Words a minute at pace 1."""
SLOWEST, FASTEST = 0.5, 2.5
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NAMED = {"en": ("en-us",), "en-gb": ("en",), "no": ("nb",), "zh": ("cmn",)}
"""Languages that espeak-ng calls otherwise."""


class EmbeddedVoice:
    """Says lines with espeak-ng; word times are the voice's own."""

    provider = "embedded"
    model = "espeak-ng"

    def __init__(self, name: str | None = None) -> None:
        """`name` is an espeak-ng voice such as en-gb; without it the line's language chooses."""
        self._name = name

    @property
    def voice_name(self) -> str:
        return self._name or "by language"

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        """Say one line. Raises InputError for no words, an unknown language or an impossible pace."""
        line = checked_line(text, pace, SLOWEST, FASTEST, "The embedded voice")
        names = (self._name,) if self._name else _voices_for(language)
        speech, name = _spoken(line, names, self._name or language, round(RATE * pace))
        samples = at_48k(speech.samples.astype(np.float32) / np.float32(32768), speech.rate)
        return Spoken(samples, SOUND_RATE, speech.words, "spoken", f"{self.model} {name}", len(line))


def at_48k(samples: Floats, rate: int) -> Floats:
    """(n,) mono samples at `rate` Hz to 48 kHz."""
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples[None, :]), format="flt", layout="mono")
    frame.sample_rate = rate
    resampler = AudioResampler(format="flt", layout="mono", rate=SOUND_RATE)
    made = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray().ravel() for piece in made]).astype(np.float32)


def _spoken(line: str, names: Sequence[str], wanted: str, rate: int) -> tuple[espeak.Speech, str]:
    """By the first of the voices that there is."""
    for name in names:
        try:
            return espeak.speak(line, espeak.Voice(name=name, rate=rate)), name
        except InputError as error:
            if "no voice" not in error.what:
                raise
    raise _unknown(wanted)


def _voices_for(language: str) -> tuple[str, ...]:
    """Voices of the language as written, then of the language without its region."""
    if not _TAG.fullmatch(language):
        raise _unknown(language)
    whole = language.lower()
    plain = whole.partition("-")[0]
    return (*_NAMED.get(whole, (whole,)), *_NAMED.get(plain, (plain,)))


def _unknown(wanted: str) -> InputError:
    return InputError(
        f"The embedded voice does not speak '{wanted[:40]}'.",
        why="espeak-ng has no voice of that name.",
        fix="Give a language such as en, en-gb, de, fr, es or pt-br, or configure another voice.",
    )
