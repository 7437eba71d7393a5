"""What a line falls into when it is said: nothing is lost, words stay whole, long runs are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.vendors.speech.units import LONGEST_RUN, pauses_after, units, weight


def parts(text: str) -> list[str]:
    return [text[start:end] for start, end in units(text)]


@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_every_written_character_is_in_exactly_one_unit(text: str) -> None:
    found = units(text)
    assert "".join("".join(part.split()) for part in parts(text)) == "".join(text.split())
    assert all(a[1] <= b[0] for a, b in pairwise(found))
    assert all(weight(part) > 0 for part in parts(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Don't stop: it's state-of-the-art!", ["Don't", "stop:", "it's", "state-of-the-art!"]),
        ("plastic - and \u201cmore\u201d", ["plastic -", "and", "\u201cmore\u201d"]),
        ("\u2014 Hello ...", ["\u2014 Hello ..."]),
        ("\u00a1Hola, se\u00f1or!", ["\u00a1Hola,", "se\u00f1or!"]),
        (
            "\u041f\u0440\u0438\u0432\u0435\u0442, \u043c\u0438\u0440",
            ["\u041f\u0440\u0438\u0432\u0435\u0442,", "\u043c\u0438\u0440"],
        ),
        (
            "\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c\u6211\u4eec\u51fa\u53bb\u73a9\u3002",
            ["\u4eca\u5929\u5929\u6c14\u5f88\u597d\uff0c", "\u6211\u4eec\u51fa\u53bb\u73a9\u3002"],
        ),
        ("50 % off", ["50", "%", "off"]),
        ("", []),
    ],
)
def test_words_as_they_are_shown(text: str, wanted: list[str]) -> None:
    assert parts(text) == wanted


def test_thai_marks_stay_with_their_letters() -> None:
    text = "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a\u0e17\u0e38\u0e01\u0e04\u0e19"
    found = parts(text)
    assert "".join(found) == text and len(found) > 1
    assert all(part[0] not in "\u0e31\u0e35\u0e38" for part in found)
    assert all(len(part) <= LONGEST_RUN + 2 for part in found)


def test_longer_words_weigh_more_and_numbers_are_said_out() -> None:
    assert weight("extraordinary") > weight("better") > weight("a")
    assert weight("2026") > weight("two") and weight("$9") > weight("9")


@pytest.mark.parametrize(
    ("word", "pause"),
    [("end.", True), ('end."', True), ("\u597d\uff0c", True), ("end", False), ("3.5", False)],
)
def test_pauses_stand_after_marks(word: str, pause: bool) -> None:
    assert pauses_after(word) is pause
