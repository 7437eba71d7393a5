"""Laws of cues: every word once, in order, never two cues at once, lines within their limits."""

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.timecode import Span
from kinoloop.media.captions.rules import VERTICAL, WIDE, cues_from_words, layout_for
from kinoloop.media.records import Word
from kinoloop.media.subtitles import spread

SPOKEN = st.lists(
    st.tuples(
        st.text("abcdefg,.!?", min_size=1, max_size=24),
        st.integers(0, 900),
        st.integers(0, 1500),
        st.booleans(),
    ),
    max_size=40,
)


def told(drawn: list[tuple[str, int, int, bool]]) -> list[Word]:
    """Words with gaps, some overlapping the one before."""
    words, at = [], Fraction(0)
    for text, length, gap, overlaps in drawn:
        at += Fraction(gap, 1000)
        words.append(Word(text, at, at + Fraction(length, 1000) + (Fraction(1, 2) if overlaps else 0)))
        at += Fraction(length, 1000)
    return words


@given(SPOKEN)
def test_every_word_stands_in_one_cue_in_order(drawn: list[tuple[str, int, int, bool]]) -> None:
    words = told(drawn)
    cues = cues_from_words(words)
    assert [word.text for cue in cues for word in cue.words] == [word.text for word in words]


@given(SPOKEN)
def test_cues_never_overlap_and_hold_their_words(drawn: list[tuple[str, int, int, bool]]) -> None:
    cues = cues_from_words(told(drawn))
    for before, after in pairwise(cues):
        assert before.span.end <= after.span.start
    for cue in cues:
        assert cue.span.start == cue.words[0].start
        assert cue.words[-1].end <= cue.span.end


@given(SPOKEN)
def test_lines_keep_their_limits(drawn: list[tuple[str, int, int, bool]]) -> None:
    for cue in cues_from_words(told(drawn)):
        assert len(cue.lines) <= VERTICAL.lines
        for line in cue.lines:
            assert len(line) == 1 or len(" ".join(word.text for word in line)) <= VERTICAL.line_chars


@given(SPOKEN, st.integers(0, 9000), st.integers(1, 9000))
def test_cues_of_a_span_stay_inside_it(
    drawn: list[tuple[str, int, int, bool]], start: int, length: int
) -> None:
    span = Span(Fraction(start, 1000), Fraction(start + length, 1000))
    cues = cues_from_words(told(drawn), span=span)
    assert all(cue.span.start >= 0 and cue.span.end <= span.duration for cue in cues)


def test_sentences_and_pauses_break() -> None:
    words = [
        *spread("Look at this. It works", Span(Fraction(0), Fraction(2))),
        Word("now", Fraction(4), Fraction(5)),
    ]
    assert [cue.text for cue in cues_from_words(words)] == ["Look at this.", "It works", "now"]


def test_a_long_clause_breaks_at_its_comma_and_no_word_is_left_alone() -> None:
    words = spread(
        "Still scrubbing pans for twenty minutes, every single evening", Span(Fraction(0), Fraction(4))
    )
    cues = [cue.text.replace("\n", " ") for cue in cues_from_words(words)]
    assert cues[-1] == "every single evening"
    assert min(len(cue.split()) for cue in cues) > 1


def test_a_short_word_stays_long_enough_and_two_lines_are_even() -> None:
    (cue,) = cues_from_words([Word("Wow", Fraction(1), Fraction("1.1"))])
    assert cue.span.duration >= VERTICAL.shortest
    (wide,) = cues_from_words(spread("one two three four five", Span(Fraction(0), Fraction(2))))
    assert wide.text == "one two three\nfour five"


def test_reading_speed_is_kept_where_there_is_room() -> None:
    (cue,) = cues_from_words([Word("x" * 30, Fraction(0), Fraction("0.2"))])
    assert 30 / cue.span.duration <= VERTICAL.chars_per_second


def test_the_word_being_said() -> None:
    (cue,) = cues_from_words(spread("one two", Span(Fraction(1), Fraction(3))))
    assert cue.spoken(Fraction(1)) == 0
    assert cue.spoken(Fraction("2.9")) == 1
    assert cue.spoken(Fraction("0.5")) is None


def test_layouts() -> None:
    assert layout_for(Fraction(9, 16)) == layout_for(Fraction(1)) == VERTICAL
    assert layout_for(Fraction(16, 9)) == WIDE
    assert cues_from_words([]) == ()
    assert cues_from_words([Word("  ", Fraction(0), Fraction(1))]) == ()
