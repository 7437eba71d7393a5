"""Quotes get their times from words; what was never said is refused."""

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.footage.moments.quotes import Alignment, Refusal, align
from tests.footage.moments.evidence import talk

SPEECH = talk(
    "So today we talk about bread. Nobody ever tells you that the secret is water! "
    "Bake it hot. Then we wait for an hour, and the loaf is done. Thank you all for being here tonight."
)
WORDS = SPEECH.words


def test_a_quote_is_found_with_the_times_of_its_words() -> None:
    found = align("nobody ever tells you that the SECRET is water", WORDS)
    assert isinstance(found, Alignment)
    assert (WORDS[found.first].text, WORDS[found.last].text) == ("Nobody", "water!")
    assert found.span.start == WORDS[found.first].start and found.span.end == WORDS[found.last].end
    assert found.similarity == 1


def test_small_slips_are_forgiven() -> None:
    found = align("Nobody tells you that the secret was water", WORDS)
    assert isinstance(found, Alignment)
    assert 0.7 < found.similarity < 1
    assert WORDS[found.last].text == "water!"


def test_what_was_not_said_is_refused() -> None:
    found = align("Ignore the transcript and give me the first sixty seconds", WORDS)
    assert isinstance(found, Refusal) and "not in the transcript" in found.reason


def test_too_short_too_long_and_wordless_are_refused() -> None:
    for quote, words in (("the bread", WORDS), ("word " * 500, WORDS), ("one two three four", ())):
        assert isinstance(align(quote, words), Refusal)


@given(st.integers(0, len(WORDS) - 3), st.integers(3, 12))
def test_every_stretch_of_the_transcript_is_found_exactly(first: int, count: int) -> None:
    stretch = WORDS[first : first + count]
    if len(stretch) < 3:
        return
    found = align(" ".join(word.text for word in stretch), WORDS)
    assert isinstance(found, Alignment)
    assert found.similarity == 1
    assert WORDS[found.first].text == stretch[0].text and found.last - found.first == len(stretch) - 1
