"""The lines of a film as sound: said once each, kept as WAV beside the film, with the time of each word."""

import wave
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from kinoloop.core.files import whole_file
from kinoloop.core.ids import hash_json
from kinoloop.core.timecode import Seconds, exact
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.voices.ports import Spoken
from kinoloop.flows.make_video.purse import Purse
from kinoloop.media.records import Word

Json = dict[str, Any]
USUAL_SPEED = 2.5
"""Words per second at pace 1: what the pace of a long line is reckoned from, before anything is paid."""
SLOWEST, FASTEST = 0.85, 1.3
MARGIN = Fraction(1, 4)
"""Silence that a line leaves at the end of its panel, in s."""


@dataclass(frozen=True)
class SaidLine:
    """One line as it was said. `path` is a WAV of the blob store; words count from its start."""

    text: str
    path: str
    duration: Seconds
    words: tuple[Word, ...]
    timing: str
    voice: str

    def as_json(self) -> Json:
        words = [[word.text, str(word.start), str(word.end)] for word in self.words]
        return {
            "text": self.text,
            "path": self.path,
            "duration": str(self.duration),
            "words": words,
            "timing": self.timing,
            "voice": self.voice,
        }

    @classmethod
    def from_json(cls, value: Json) -> "SaidLine":
        words = tuple(Word(text, Fraction(start), Fraction(end)) for text, start, end in value["words"])
        rest = {name: value[name] for name in ("text", "path", "timing", "voice")}
        return cls(duration=Fraction(value["duration"]), words=words, **rest)


def say_line(purse: Purse, brief: Brief, text: str, room_ms: int) -> SaidLine:
    """Say a line, a little faster where its panel is short; booked where the voice costs."""
    studio, pace = purse.studio, pace_for(text, room_ms)
    voice = studio.voice
    key = hash_json([voice.provider, voice.model, brief.voice, brief.language, text, pace])[:16]
    entry = f"voice:{purse.job_id}:{key}"
    paid = purse.price(voice.provider, voice.model, "character", len(text)) > 0
    if paid:
        purse.reserve(entry, voice.provider, voice.model, "voice of a line", len(text), "character")
    spoken = voice.say(text, language=brief.language, pace=pace)
    if paid:
        amount = purse.price(voice.provider, voice.model, "character", spoken.characters)
        purse.commit(entry, amount, None)
    out = studio.blobs.video(purse.job_id, f"voice-{key}.wav")
    write_wav(spoken, out)
    path = studio.blobs.relative(out)
    return SaidLine(text, path, spoken.duration, spoken.words, spoken.timing, spoken.voice)


def pace_for(text: str, room_ms: int) -> float:
    """Unhurried where the panel has room, faster where the line would not fit; in steps of 0.05."""
    room = room_ms / 1000 - float(MARGIN)
    needed = len(text.split()) / USUAL_SPEED / max(room, 0.1)
    return min(FASTEST, max(SLOWEST, round(needed * 20) / 20))


def silent_line(text: str, room_ms: int) -> tuple[Word, ...]:
    """When the words of a line would be said, for a film without sound: spread over its panel by length."""
    words = text.split()
    room = Fraction(room_ms, 1000) * Fraction(9, 10)
    weights = [len(word) + 2 for word in words]
    made, at = [], Fraction(0)
    for word, weight in zip(words, weights, strict=True):
        end = exact(at + room * weight / sum(weights))
        made.append(Word(word, at, end))
        at = end
    return tuple(made)


def words_on_film(lines: Sequence[tuple[int, Sequence[Word]]]) -> tuple[Word, ...]:
    """Words of all lines on the film's clock; each line comes with the ms at which it begins."""
    return tuple(
        Word(word.text, word.start + Fraction(at, 1000), word.end + Fraction(at, 1000))
        for at, words in lines
        for word in words
    )


def write_wav(spoken: Spoken, out: Path) -> None:
    """16-bit mono PCM, whole or not at all."""
    pcm = (np.clip(spoken.samples, -1, 1) * 32767).astype("<i2")
    with whole_file(out) as part, wave.open(str(part), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(spoken.rate)
        file.writeframes(pcm.tobytes())
