"""Remembers lines that were said: whole files named by what was asked, so that a line is paid once."""

import json
import zipfile
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_json
from kinoloop.creative.voices.ports import Spoken, Voice
from kinoloop.media.records import Word

VERSION = 1


class NamedVoice(Voice, Protocol):
    """A voice that tells which one of its provider's it is."""

    @property
    def voice_name(self) -> str: ...


class CachedVoice:
    """Says each line through `voice` once and keeps it in `folder`, which may be emptied at any time."""

    def __init__(self, voice: NamedVoice, folder: Path) -> None:
        self._voice, self._folder = voice, folder

    @property
    def provider(self) -> str:
        return self._voice.provider

    @property
    def model(self) -> str:
        return self._voice.model

    @property
    def voice_name(self) -> str:
        return self._voice.voice_name

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        """As the voice says it, and raises; `characters` is 0 for a line that was said before."""
        path = self.path(text, language, pace)
        if (kept := _read(path)) is not None:
            return kept
        spoken = self._voice.say(text, language=language, pace=pace)
        _write(spoken, path)
        return spoken

    def knows(self, text: str, *, language: str = "en", pace: float = 1.0) -> bool:
        """Whether the line can be said without paying."""
        return _read(self.path(text, language, pace)) is not None

    def path(self, text: str, language: str, pace: float) -> Path:
        asked = [VERSION, self.provider, self.model, self.voice_name, text, language, round(pace, 4)]
        name = hash_json(asked)
        return self._folder / name[:2] / f"{name}.npz"


def _write(spoken: Spoken, path: Path) -> None:
    notes = {
        "rate": spoken.rate,
        "words": [[word.text, str(word.start), str(word.end)] for word in spoken.words],
        "timing": spoken.timing,
        "voice": spoken.voice,
        "notes": spoken.notes,
    }
    told = np.frombuffer(json.dumps(notes).encode(), np.uint8)
    with whole_file(path) as part, part.open("wb") as file:
        np.savez_compressed(file, samples=spoken.samples, notes=told)


def _read(path: Path) -> Spoken | None:
    """What was kept; None when there is nothing, or nothing whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            samples, notes = stored["samples"], json.loads(stored["notes"].tobytes())
        words = tuple(Word(text, Fraction(start), Fraction(end)) for text, start, end in notes["words"])
        return Spoken(
            samples, notes["rate"], words, notes["timing"], notes["voice"], 0, tuple(notes["notes"])
        )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None
