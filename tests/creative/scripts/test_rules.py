"""How long lines take, lengths that add up exactly, and what is wrong with a script."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.creative.scripts.records import Line, Script
from kinoloop.creative.scripts.rules import (
    check_script,
    fitted,
    needed_ms,
    reorder,
    rescaled,
    share_out,
    spoken_ms,
    words_in,
)
from kinoloop.creative.writing.plain import PlainWriter
from kinoloop.media.speak import speak
from tests.creative.makers import HOUSE, LAMP, LONG, LONG_BRAND

WRITER = PlainWriter()
SCRIPT = WRITER.script(LAMP, HOUSE, WRITER.plan(LAMP, HOUSE))


@pytest.mark.parametrize(
    "text",
    [
        "It follows the daylight from dawn to dusk.",
        "It charges by USB-C in 40 minutes.",
        "20% off until Friday 14 November 2026.",
        "Order at lumenlamp.example/offer today.",
        "It weighs 1,250 grams and costs $149.99.",
        "Internationalisation notwithstanding, responsibilities accumulate.",
        "NASA and IBM use WWW.",
    ],
)
def test_the_embedded_voice_says_it_in_that_time(text: str) -> None:
    assert float(speak(text).duration) * 1000 <= spoken_ms(text)


def test_words_as_a_reader_counts_them() -> None:
    assert words_in("USB-C, 40 % - yes") == 3
    assert spoken_ms("") == 0
    assert spoken_ms("one two three four five six") == pytest.approx(2609, abs=1)
    assert needed_ms("Hi.") == 1500


@given(
    st.lists(st.integers(0, 3000), min_size=1, max_size=20),
    st.integers(0, 90_000),
    st.data(),
)
def test_lengths_add_up_and_keep_each_need(needs: list[int], spare: int, data: st.DataObject) -> None:
    weights = data.draw(st.lists(st.floats(0, 5), min_size=len(needs), max_size=len(needs)))
    total = sum(needs) + 100 * len(needs) + spare
    lengths = share_out(total, needs, weights)
    assert sum(lengths) == total
    assert all(length >= need for length, need in zip(lengths, needs, strict=True))
    if total % 100 == 0:
        assert all(length % 100 == 0 for length in lengths)


def test_needs_beyond_the_film_are_refused() -> None:
    with pytest.raises(InputError, match=r"The lines need 4\.0 s and the film lasts 3\.0 s"):
        share_out(3000, [2000, 2000], [1, 1])


@given(st.lists(st.integers(1, 60_000), min_size=1, max_size=30), st.integers(1, 720))
def test_rescaled_lengths_add_up_exactly(lengths: list[int], seconds: int) -> None:
    scaled = rescaled(lengths, seconds * 1000)
    assert sum(scaled) == seconds * 1000
    exact = [Fraction(length * seconds * 1000, sum(lengths)) for length in lengths]
    assert all(abs(got - wanted) <= 100 for got, wanted in zip(scaled, exact, strict=True))


def test_a_long_line_takes_time_from_others_where_there_is_some() -> None:
    text = "nine words are said here in about four seconds"
    assert fitted([1000, 9000], [text, "Yes."], 10_000)[0] >= spoken_ms(text)
    assert fitted([5000, 5000], [text, "Yes."], 10_000) == (5000, 5000)
    assert fitted([1000, 1000], [text, text], 2000) == (1000, 1000)
    assert fitted([1100, 3300], [text, "no"], 4400) == (1100, 3300)  # tenths of a second leave no way


def _with(place: int, **changes: object) -> Callable[[Script], Script]:
    def change(script: Script) -> Script:
        lines = tuple(
            replace(line, **changes) if line.number == place else line  # type: ignore[arg-type]  # by case
            for line in script.lines
        )
        return replace(script, lines=lines)

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: replace(s, lines=()), "no lines"),
        (lambda s: replace(s, lines=s.lines[:-1]), "There are 4 lines"),
        (_with(2, number=7), "not numbered"),
        (_with(1, purpose="proof"), "first line is not the hook"),
        (_with(5, purpose="proof"), "last line is not the call"),
        (_with(2, duration_ms=9000), "last 33.6 s together, not 30 s"),
        (_with(1, super_text=""), "no on-screen text for the first frame"),
        (_with(3, super_text="one two three four five six seven"), "more than 6 words"),
        (_with(3, text=""), "Line 3 says nothing"),
        (_with(3, text="word " * 30), "Line 3 takes 13.0 s to say and has 7.5 s"),
        (_with(1, text="word " * 10), "takes 4.3 s to say; 4.0 s is the most"),
        (lambda s: replace(s, other_hooks=("word " * 12,)), "does not fit the length of line 1"),
        (lambda s: replace(s, other_ctas=("word " * 20,)), "does not fit the length of line 5"),
    ],
)
def test_what_is_wrong_is_named(change: Callable[[Script], Script], message: str) -> None:
    assert message in " ".join(check_script(change(SCRIPT), LAMP))


def test_a_good_script_has_no_problems_and_a_silent_one_may_say_nothing() -> None:
    assert check_script(SCRIPT, LAMP) == ()
    assert check_script(_with(3, text="")(SCRIPT), replace(LAMP, silent=True)) == ()


def test_a_long_film_asks_at_seven_tenths() -> None:
    script = WRITER.script(LONG, LONG_BRAND, WRITER.plan(LONG, LONG_BRAND))
    assert check_script(script, LONG) == ()
    calls = [line for line in script.lines if line.purpose == "cta"]
    assert len(calls) == 2
    without = tuple(
        replace(line, purpose="proof") if line.purpose == "cta" and line.number < 80 else line
        for line in script.lines
    )
    assert "No call to action stands at 70%" in " ".join(check_script(replace(script, lines=without), LONG))
    timeless = tuple(replace(line, duration_ms=0) for line in script.lines)
    assert "No call" in " ".join(check_script(replace(script, lines=timeless), LONG))


@given(st.permutations(range(1, 6)))
def test_any_order_keeps_every_line(order: list[int]) -> None:
    moved = reorder(SCRIPT, order)
    assert [line.number for line in moved.lines] == [1, 2, 3, 4, 5]
    assert [line.text for line in moved.lines] == [SCRIPT.lines[n - 1].text for n in order]
    back = [order.index(n) + 1 for n in range(1, 6)]
    assert reorder(moved, back) == SCRIPT


def test_an_order_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="Name each of 1 to 5 once"):
        reorder(SCRIPT, [1, 1, 2, 3, 4])


def test_hook_and_call_are_the_ends() -> None:
    assert (SCRIPT.hook, SCRIPT.cta) == (SCRIPT.lines[0].text, SCRIPT.lines[-1].text)
    assert isinstance(SCRIPT.lines[0], Line)
