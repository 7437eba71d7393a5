"""Phrases met whole, whatever their dress."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.creative.briefs.wording import clean, mentions


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("Our CAFÉ opens", "cafe"),
        ("best-in-class sound", "best in class"),
        ("the world’s first", "world's"),
        ("che\u00adap", "cheap"),
        ("50% off", "50% off"),
        ("we love C++ here", "C++"),
        ("これは最高です", "最高"),
        ("ｃｈｅａｐ", "cheap"),
    ],
)
def test_met(text: str, phrase: str) -> None:
    assert mentions(text, phrase)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("a cheaper lamp", "cheap"),
        ("secure", "cure"),
        ("C and C#", "C++"),
        ("anything", ""),
        ("anything", " - "),
    ],
)
def test_not_met(text: str, phrase: str) -> None:
    assert not mentions(text, phrase)


@given(st.text(max_size=40))
def test_clean_text_is_one_line_and_stays_so(text: str) -> None:
    try:
        line = clean(text, "it")
    except InputError:
        return
    assert line == clean(line, "it")
    assert "\n" not in line and not line.startswith(" ")


def test_joiners_of_scripts_and_emoji_are_kept() -> None:
    assert clean("می\u200cخواهم 👩\u200d🚀", "it") == "می\u200cخواهم 👩\u200d🚀"
