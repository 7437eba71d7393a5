"""Synthetic speech: samples, word times in order and in place, and clear refusals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.media import speak as speak_module
from kinoloop.media.guard import guarded
from kinoloop.media.speak import Voice, speak

TEXT = "Is your coffee warm by noon? Watch this, it stays cold for 24 hours."


def test_words_have_times_in_order() -> None:
    speech = speak(TEXT)
    assert [word.text for word in speech.words] == TEXT.split()
    assert all(word.start < word.end for word in speech.words)
    assert all(a.end <= b.start for a, b in zip(speech.words[:-1], speech.words[1:], strict=True))
    assert speech.words[-1].end <= speech.duration
    assert 3 < speech.duration < 8 and speech.samples.dtype == np.int16
    assert np.abs(speech.samples).max() > 5000


def test_the_same_text_sounds_the_same_here_and_in_another_process_whatever_was_said_before() -> None:
    first = speak(TEXT)
    speak("She sells sea shells.")
    for again in (speak(TEXT), guarded("kinoloop.media.speak:speak", TEXT, Voice())):
        assert np.array_equal(first.samples, again.samples) and first.words == again.words


def test_a_faster_voice_is_shorter() -> None:
    assert speak(TEXT, Voice(rate=260)).duration < speak(TEXT, Voice(rate=130)).duration


def test_the_sound_is_where_the_words_are() -> None:
    speech = speak("Now. Wait!", Voice(rate=120))
    first, second = speech.words
    loud = np.abs(speech.samples.astype(int)) > 600
    gap = loud[round(first.end * speech.rate) : round(second.start * speech.rate)]
    said = loud[round(second.start * speech.rate) : round(second.end * speech.rate)]
    assert said.mean() > 4 * max(gap.mean(), 0.01)


def test_nothing_and_unknown_voices_are_refused() -> None:
    with pytest.raises(InputError, match="nothing to say"):
        speak("  ")
    with pytest.raises(InputError, match="no voice 'tlh-x'"):
        speak("Hello", Voice(name="tlh-x"))


def test_without_the_library_it_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(UnavailableError, match="Speech cannot be made"):
        speak(TEXT)


def test_a_long_data_path_gets_a_short_link(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 130) / "espeak-ng-data"
    long.mkdir(parents=True)
    short = speak_module._short(long)
    assert len(str(short)) <= 120 and short.resolve() == long.resolve()
    assert speak_module._short(Path("/short")) == Path("/short")
