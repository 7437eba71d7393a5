"""The transcriber: what it refuses and why, and how segments become words. No weights are needed."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import CancelledError, MediaError, UnavailableError
from kinoloop.media.watch import SilentWatch
from kinoloop.vendors.whisper.adapter import WhisperTranscriber, load_model
from kinoloop.vendors.whisper.translate import transcript_from


@dataclass(frozen=True)
class Spoken:
    word: str
    start: float
    end: float


@dataclass(frozen=True)
class Segment:
    text: str
    start: float
    end: float
    words: list[Spoken] | None = None


@dataclass(frozen=True)
class Info:
    duration: float
    language: str


class Recogniser:
    """Says what it is told to, through the same door as the real one."""

    def __init__(self, segments: list[Segment], breaks: bool = False) -> None:
        self.segments, self.breaks, self.asked = segments, breaks, dict[str, Any]()

    def transcribe(self, path: str, **asked: Any) -> tuple[Iterator[Segment], Info]:
        self.asked = asked
        return self._speak(), Info(10.0, "en")

    def _speak(self) -> Iterator[Segment]:
        yield from self.segments
        if self.breaks:
            raise RuntimeError("Invalid data found")


class Listener(SilentWatch):
    def __init__(self, cancel_after: int = 99) -> None:
        self.told, self.left = list[float](), cancel_after

    def progress(self, done: float, total: float, note: str = "") -> None:
        self.told.append(done / total)

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise CancelledError("Stopped.")


HELLO = Segment(" Hello there.", 1.0, 2.0, [Spoken(" Hello", 1.0, 1.5), Spoken(" there.", 1.4, 2.0)])


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    (tmp_path / "model.bin").write_bytes(b"not really weights")
    return tmp_path


def test_a_missing_folder_is_told_and_never_looked_for_elsewhere(tmp_path: Path) -> None:
    transcriber = WhisperTranscriber(tmp_path / "none", load=lambda folder: pytest.fail("loaded"))
    with pytest.raises(UnavailableError, match="no folder of weights"):
        transcriber.transcribe(tmp_path / "a.mp4", SilentWatch())


def test_a_folder_without_weights_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"holds no model\.bin"):
        WhisperTranscriber(tmp_path).check()


@pytest.mark.skipif(find_spec("faster_whisper") is not None, reason="faster-whisper is installed here")
def test_a_missing_package_is_told_with_the_way_to_install_it(weights: Path) -> None:
    with pytest.raises(UnavailableError, match=r"kinoloop\[transcribe\]"):
        WhisperTranscriber(weights).transcribe(weights / "a.mp4", SilentWatch())


def test_weights_that_do_not_load_are_told(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = weights / "lib"
    package.mkdir()
    code = "class WhisperModel:\n    def __init__(self, folder, **how):\n        raise RuntimeError(how)\n"
    (package / "faster_whisper.py").write_text(code)
    monkeypatch.syspath_prepend(str(package))
    monkeypatch.delitem(sys.modules, "faster_whisper", raising=False)
    with pytest.raises(UnavailableError, match="'local_files_only': True"):
        load_model(weights)
    sys.modules.pop("faster_whisper", None)


def test_words_come_with_their_times(weights: Path) -> None:
    recogniser, listener = Recogniser([HELLO]), Listener()
    transcriber = WhisperTranscriber(weights, language="en", load=lambda folder: recogniser)
    heard = transcriber.transcribe(weights / "a.mp4", listener)
    assert [(w.text, float(w.start), float(w.end)) for w in heard.words] == [
        ("Hello", 1.0, 1.5),
        ("there.", 1.5, 2.0),
    ]
    assert heard.word_timed and heard.language == "en" and "faster-whisper" in heard.source
    assert recogniser.asked["word_timestamps"] and recogniser.asked["language"] == "en"
    assert listener.told == [0.2]


def test_silence_gives_no_words(weights: Path) -> None:
    heard = WhisperTranscriber(weights, load=lambda folder: Recogniser([])).transcribe(weights, SilentWatch())
    assert heard.words == ()


def test_a_person_can_stop_it_and_a_broken_file_is_named(weights: Path) -> None:
    stopped = WhisperTranscriber(weights, load=lambda folder: Recogniser([HELLO, HELLO]))
    with pytest.raises(CancelledError):
        stopped.transcribe(weights / "a.mp4", Listener(cancel_after=2))
    broken = WhisperTranscriber(weights, load=lambda folder: Recogniser([HELLO], breaks=True))
    with pytest.raises(MediaError, match=r"'a\.mp4' could not be transcribed.*Invalid data"):
        broken.transcribe(weights / "a.mp4", SilentWatch())


def test_a_segment_without_word_times_is_spread_and_said_to_be() -> None:
    heard = transcript_from([Segment("one two three four", 2.0, 4.0)], None, "test")
    assert [float(w.start) for w in heard.words] == [2.0, 2.5, 3.0, 3.5]
    assert not heard.word_timed


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), max_size=20))
def test_times_never_run_backwards(pairs: list[tuple[float, float]]) -> None:
    spoken = [Spoken(" w", start, end) for start, end in pairs]
    heard = transcript_from([Segment("", 0, 100, spoken)], None, "test")
    assert all(word.end - word.start >= Fraction(1, 100) for word in heard.words)
    assert all(one.end <= other.start for one, other in pairwise(heard.words))
