"""Say a text with espeak-ng (a library from a wheel): samples, and when each word is said.

The voice is a synthetic placeholder. The library holds global state, so one text is said at a time, by a
library that was loaded for it: equal texts and voices give equal samples, whatever was said before.
"""

import _ctypes
import ctypes
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.core.timecode import Seconds
from kinoloop.media.records import Word

_SYNCHRONOUS, _DONT_EXIT, _UTF8, _BY_CHARACTER = 2, 0x8000, 1, 1
_WORD_EVENT, _END_EVENT = 1, 5
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_SEED = 7
_LONGEST_PATH = 120
"""The library keeps its data path in a short fixed buffer."""
_ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class Voice:
    """How to speak: an espeak-ng voice, words per minute, and volume, pitch, range from 0 to 100."""

    name: str = "en-us"
    rate: int = 165
    volume: int = 90
    pitch: int = 45
    range: int = 55


@dataclass(frozen=True)
class Speech:
    """(n,) 16-bit mono samples at `rate` Hz and the words with their times from the first sample."""

    samples: NDArray[np.int16]
    rate: int
    words: tuple[Word, ...]

    @property
    def duration(self) -> Seconds:
        return Fraction(len(self.samples), self.rate)


class _Event(ctypes.Structure):
    """`espeak_EVENT` of espeak-ng's speak_lib.h; only the fields before its union are used."""

    _fields_ = (
        ("kind", ctypes.c_int),
        ("identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("number", ctypes.c_char * 8),
    )


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


def speak(text: str, voice: Voice = Voice()) -> Speech:
    """Say the text. Raises InputError for a text without words, UnavailableError without the library."""
    if not text.strip():
        raise InputError("There is nothing to say.", fix="Give a text with words.")
    with _ONE_AT_A_TIME, _library() as (library, rate):
        _set(library, voice)
        samples, marks = _synthesise(library, text)
    end = Fraction(len(samples), rate)
    return Speech(samples, rate, tuple(_words(text, marks, end)))


@contextmanager
def _library() -> Iterator[tuple[Any, int]]:
    """The library as it comes from the file, and its sample rate.

    Ending and starting it leaves what an earlier text changed; only unloading it forgets that.
    """
    library, rate = _load()
    try:
        yield library, rate
    finally:
        library.espeak_Terminate()
        _ctypes.dlclose(library._handle)


def _load() -> tuple[Any, int]:
    try:
        import espeakng_loader

        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except (ImportError, OSError) as error:
        raise UnavailableError(
            "Speech cannot be made.",
            why="espeak-ng could not be loaded.",
            fix="Install the package espeakng-loader.",
        ) from error
    rate = library.espeak_Initialize(
        _SYNCHRONOUS, 0, str(_short(Path(espeakng_loader.get_data_path()))).encode(), _DONT_EXIT
    )
    if rate <= 0:
        raise UnavailableError(
            "Speech cannot be made.",
            why="espeak-ng found no voice data.",
            fix="Reinstall the package espeakng-loader.",
        )
    return library, int(rate)


@cache
def _short(path: Path) -> Path:
    """The path, or a short link to it where it is too long for the library."""
    if len(str(path)) <= _LONGEST_PATH:
        return path
    link = Path(tempfile.mkdtemp(prefix="espeak-")) / path.name
    link.symlink_to(path)
    return link


def _set(library: Any, voice: Voice) -> None:
    if library.espeak_SetVoiceByName(voice.name.encode()) != 0:
        raise InputError(
            f"There is no voice '{voice.name}'.", fix="Name an espeak-ng voice, for example en-us."
        )
    for setting, value in (
        (_RATE, voice.rate),
        (_VOLUME, voice.volume),
        (_PITCH, voice.pitch),
        (_RANGE, voice.range),
    ):
        library.espeak_SetParameter(setting, value, 0)


def _synthesise(library: Any, text: str) -> tuple[NDArray[np.int16], list[tuple[int, Seconds]]]:
    """Samples, and for each word event the place in the text (from 0) and the time."""
    pieces: list[NDArray[np.int16]] = []
    marks: list[tuple[int, Seconds]] = []

    def take(wave: Any, count: int, events: Any) -> int:
        if count > 0 and wave:
            pieces.append(np.ctypeslib.as_array(wave, (count,)).copy())
        place = 0
        while events[place].kind:
            if events[place].kind == _WORD_EVENT:
                marks.append((events[place].text_position - 1, Fraction(events[place].milliseconds, 1000)))
            place += 1
        return 0

    callback = _CALLBACK(take)
    library.espeak_SetSynthCallback(callback)
    library.espeak_ng_SetRandSeed(ctypes.c_long(_SEED))
    data = text.encode()
    library.espeak_Synth(data, len(data) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
    library.espeak_Synchronize()
    empty = np.zeros(0, np.int16)
    return np.concatenate(pieces or [empty]), marks


def _words(text: str, marks: Sequence[tuple[int, Seconds]], end: Seconds) -> list[Word]:
    """One word per written word: from its first event to the next word's, less the pause after a mark."""
    begun: list[tuple[str, Seconds]] = []
    for match in re.finditer(r"\S+", text):
        times = [at for place, at in marks if match.start() <= place < match.end()]
        if times:
            begun.append((match.group(), min(times)))
        elif begun:
            begun[-1] = (f"{begun[-1][0]} {match.group()}", begun[-1][1])
    ends = [*(at for _, at in begun[1:]), end]
    return [
        Word(word, at, max(at, after - _pause(word, after - at)))
        for (word, at), after in zip(begun, ends, strict=True)
    ]


def _pause(word: str, length: Seconds) -> Seconds:
    """How much of the time after a mark is silence: at most three tenths of a second."""
    return min(Fraction(3, 10), length / 3) if word.endswith((".", "?", "!", ",", ":", ";")) else Fraction(0)
