"""The embedded voice: words with their own times at 48 kHz, languages it knows, paces it can speak at."""

import numpy as np
import pytest

from kinoloop.core.errors import InputError, LimitError
from kinoloop.vendors.speech.embedded import EmbeddedVoice, at_48k


def test_a_line_is_said_with_true_times() -> None:
    spoken = EmbeddedVoice().say("One chair, all your rooms.")
    assert spoken.rate == 48_000 and spoken.samples.dtype == np.float32
    assert 0.1 < float(np.abs(spoken.samples).max()) <= 1.0 and 1.0 < spoken.duration < 4.0
    assert [word.text for word in spoken.words] == ["One", "chair,", "all", "your", "rooms."]
    assert (spoken.timing, spoken.voice, spoken.notes) == ("spoken", "espeak-ng en-us", ())
    assert EmbeddedVoice().provider == "embedded" and spoken.characters == 26


def test_pace_and_language_are_heard() -> None:
    voice = EmbeddedVoice()
    slow, fast = (
        voice.say("This takes a while to say.", pace=0.8),
        voice.say("This takes a while to say.", pace=1.6),
    )
    assert slow.duration > fast.duration * 3 / 2
    german = voice.say("Guten Tag, liebe Leute.", language="de")
    assert german.voice == "espeak-ng de" and len(german.words) == 4
    assert EmbeddedVoice("it").say("Ciao.", language="fr").voice == "espeak-ng it"
    assert (EmbeddedVoice("it").voice_name, voice.voice_name) == ("it", "by language")


@pytest.mark.parametrize(
    ("language", "voice"),
    [("en", "en-us"), ("en-GB", "en"), ("de-AT", "de"), ("pt-BR", "pt-br"), ("zh-CN", "cmn"), ("no", "nb")],
)
def test_languages_go_by_their_usual_names(language: str, voice: str) -> None:
    assert EmbeddedVoice().say("2 1", language=language).voice == f"espeak-ng {voice}"


@pytest.mark.parametrize("language", ["xx", "klingon", "../en", "", "e" * 200])
def test_an_unknown_language_is_named(language: str) -> None:
    with pytest.raises(InputError, match="does not speak"):
        EmbeddedVoice().say("Hello.", language=language)


def test_an_unknown_voice_is_named() -> None:
    with pytest.raises(InputError, match="does not speak 'nobody'"):
        EmbeddedVoice("nobody").say("Hello.")


@pytest.mark.parametrize(("text", "pace"), [("", 1.0), ("-- !", 1.0), ("Hello", 3.0), ("Hello", 0.0)])
def test_what_cannot_be_said_is_refused(text: str, pace: float) -> None:
    with pytest.raises(InputError):
        EmbeddedVoice().say(text, pace=pace)


def test_a_line_without_end_is_refused() -> None:
    with pytest.raises(LimitError, match="too long"):
        EmbeddedVoice().say("a " * 3000)


def test_resampling_keeps_time_and_tone() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(22_050) / 22_050).astype(np.float32)
    made = at_48k(tone, 22_050)
    assert abs(len(made) - 48_000) <= 64
    spectrum = np.abs(np.fft.rfft(made[:48_000]))
    assert abs(int(spectrum.argmax()) * 48_000 / len(made[:48_000]) - 440) < 1
