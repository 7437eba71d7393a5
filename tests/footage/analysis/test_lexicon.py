"""Drivers in spoken words: counted by phrase, folded, by language, null with a reason."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.footage.analysis.records import Measured
from kinoloop.footage.analysis.rules.formula import DRIVERS
from kinoloop.footage.analysis.rules.lexicon import driver_in_words, own_lexicon, parse_lexicon, tokens

OWN = own_lexicon()


def _driver(name: str, text: str | None, language: str | None = "en") -> Measured:
    spoken = None if text is None else tokens(text)
    return driver_in_words(name, spoken, language, OWN, where="this shot")


def test_one_hit_in_ten_words() -> None:
    assert _driver("curiosity", "Secret").value == pytest.approx(1 - math.exp(-1))
    assert _driver("curiosity", "the secret is " + "word " * 17).value == pytest.approx(1 - math.exp(-0.5))
    assert _driver("curiosity", "plain words only").value == 0.0


def test_the_longest_phrase_is_one_hit() -> None:
    assert _driver("urgency", "right now").value == pytest.approx(1 - math.exp(-1))
    assert _driver("urgency", "right now now").value == pytest.approx(1 - math.exp(-2))
    assert _driver("empathy", "You’re NOT alone").value == pytest.approx(1 - math.exp(-1))


def test_languages() -> None:
    assert _driver("surprise", "¡Increíble!", "es-MX").value == pytest.approx(1 - math.exp(-1))
    assert _driver("surprise", "increible", "en").value == 0.0
    assert (_driver("surprise", "increible wow", None).value or 0) > 0.8
    assert _driver("surprise", "wow", "pl").reason == "no word list for the language 'pl'"


def test_nothing_said_is_not_zero() -> None:
    assert _driver("urgency", None).reason == "no transcript"
    assert _driver("urgency", " ... ").reason == "no words are spoken in this shot"


@given(st.sampled_from(DRIVERS), st.text(max_size=80))
def test_any_text_gives_a_bounded_value(driver: str, text: str) -> None:
    value = _driver(driver, text).value
    assert value is None or 0 <= value < 1


def test_the_own_list_is_versioned_and_complete() -> None:
    assert OWN.version == "lexicon-1" and set(OWN.languages) == {"en", "es"}
    for drivers in OWN.languages.values():
        assert set(drivers) == set(DRIVERS) and all(min(map(len, phrases)) for phrases in drivers.values())


@pytest.mark.parametrize(
    "text",
    ['version = "x"', '[en]\ncuriosity = ["a"]', 'version = "x"\n[en]\ncuriosity = ["a"]\nfear = ["b"]'],
)
def test_a_wrong_list_does_not_load(text: str) -> None:
    with pytest.raises(InputError):
        parse_lexicon(text)
