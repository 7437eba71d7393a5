"""A line is paid once; what is kept is whole, exact and may be lost at any time."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from kinoloop.core.errors import PassingError
from kinoloop.creative.voices.ports import Spoken
from kinoloop.vendors.speech.cached import CachedVoice
from kinoloop.vendors.speech.embedded import EmbeddedVoice


@dataclass
class Counting:
    """The embedded voice under another name, which counts."""

    voice_name: str = "one"
    provider: str = "counted"
    model: str = "m"
    said: list[str] = field(default_factory=list)
    broken: bool = False

    def say(self, text: str, *, language: str = "en", pace: float = 1.0) -> Spoken:
        self.said.append(text)
        if self.broken:
            raise PassingError("Not now.")
        return EmbeddedVoice().say(text, language=language, pace=pace)


def test_the_second_time_is_free_and_the_same(tmp_path: Path) -> None:
    inner = Counting()
    voice = CachedVoice(inner, tmp_path)
    assert not voice.knows("Hello there.")
    first, again = voice.say("Hello there."), CachedVoice(inner, tmp_path).say("Hello there.")
    assert inner.said == ["Hello there."] and voice.knows("Hello there.")
    assert np.array_equal(first.samples, again.samples) and again.samples.dtype == np.float32
    assert (first.words, first.rate, first.timing, first.voice) == (
        again.words, again.rate, again.timing, again.voice,
    )  # fmt: skip
    assert (first.characters, again.characters) == (12, 0)
    assert (voice.provider, voice.model, voice.voice_name) == ("counted", "m", "one")


def test_any_difference_is_another_line(tmp_path: Path) -> None:
    inner = Counting()
    voice = CachedVoice(inner, tmp_path)
    voice.say("Hello.")
    voice.say("Hello!")
    voice.say("Hello.", pace=1.1)
    voice.say("Hello.", language="de")
    CachedVoice(Counting("two", said=inner.said), tmp_path).say("Hello.")
    assert len(inner.said) == 5 and len(list(tmp_path.rglob("*.npz"))) == 5


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04broken", b"\x93NUMPY"])
def test_a_damaged_memory_is_no_memory(tmp_path: Path, damage: bytes) -> None:
    inner = Counting()
    voice = CachedVoice(inner, tmp_path)
    voice.say("Hello.")
    voice.path("Hello.", "en", 1.0).write_bytes(damage)
    assert voice.say("Hello.").characters == 6 and len(inner.said) == 2 and voice.knows("Hello.")


def test_a_failure_is_not_kept(tmp_path: Path) -> None:
    inner = Counting(broken=True)
    voice = CachedVoice(inner, tmp_path)
    with pytest.raises(PassingError):
        voice.say("Hello.")
    inner.broken = False
    assert voice.say("Hello.").words and len(inner.said) == 2
