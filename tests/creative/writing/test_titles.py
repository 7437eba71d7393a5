"""Titles out of whole pieces, as long as the platform wants them."""

from dataclasses import replace

from kinoloop.creative.writing.material import material_of
from kinoloop.creative.writing.titles import title_of
from tests.creative.makers import HOUSE, LAMP

LONG = (45, 60)


def test_the_first_joining_that_is_right() -> None:
    assert title_of(material_of(LAMP, HOUSE), (1, 100)) == "Lumen Lamp"
    assert title_of(material_of(LAMP, HOUSE), LONG) == "Lumen Lamp: A desk lamp that follows the daylight"


def test_what_is_too_long_is_cut_at_a_word_and_shows_it() -> None:
    wordy = "a lamp " + "that is told of in very many words " * 3
    brief = replace(LAMP, product=wordy.strip(), facts=(), problem="", offer="", audience="")
    title = title_of(material_of(brief, HOUSE), LONG)
    assert title.endswith("...") and 45 <= len(title) <= 60
    assert title.removesuffix("...") in f"A{wordy[1:]}"


def test_what_is_too_short_stays_short() -> None:
    brief = replace(LAMP, product="Lamp", facts=("It glows",), problem="", offer="", audience="")
    assert title_of(material_of(brief, HOUSE), LONG) == "Lamp - It glows"


def test_one_word_without_end_is_cut() -> None:
    brief = replace(LAMP, product="x" * 70, facts=(), problem="", offer="", audience="")
    assert title_of(material_of(brief, HOUSE), LONG) == "X" + "x" * 56 + "..."
    odd = replace(brief, product=f"ab {'x' * 70}")
    assert title_of(material_of(odd, HOUSE), LONG) == ""
