"""Numbers in every dress, and promises that need a source."""

from dataclasses import replace

import pytest

from kinoloop.creative.brand.records import Brand
from kinoloop.creative.scripts.claims import numbers_in, unfounded
from kinoloop.creative.scripts.supers import super_of
from tests.creative.makers import HOUSE, LAMP


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1,000 lamps, 1.000 lamps, a thousand", {"1000"}),
        ("40-minute charge", {"40"}),
        ("forty-two percent, 42 %, 42 per cent", {"42%"}),
        ("$1,000.50 or 20 €", {"$1000.50", "€20"}),
        ("3.0 cm and 3,5 cm", {"3", "3.5"}),
        ("twenty one days", {"21"}),
        ("one more thing, zero fuss", set()),
        ("twice as light, half the price", {"twice", "half"}),
        ("7:30", {"7", "30"}),
        ("no figure", set()),
        ("", set()),
        ("seven", {"7"}),
        ("007", {"7"}),
    ],
)
def test_numbers(text: str, numbers: set[str]) -> None:
    assert numbers_in(text) == numbers


def test_what_the_brief_says_may_be_said() -> None:
    assert unfounded("Charged in forty minutes. 20 percent off.", LAMP, HOUSE) == ()
    assert unfounded("Loved by 8 of 10", LAMP, HOUSE) == ("10", "8")
    assert unfounded("Loved by 9 of 10", LAMP, Brand(key_messages=("9 of 10 stay",))) == ()


def test_what_nobody_says_is_named() -> None:
    told = unfounded("The best lamp: 40% brighter, guaranteed for 12 years", LAMP, HOUSE)
    assert told == ("12", "40%", "best", "guaranteed")
    proud = replace(LAMP, facts=(*LAMP.facts, "Best lamp of the Porto fair"))
    assert unfounded("The best lamp", proud, HOUSE) == ()


@pytest.mark.parametrize(
    ("text", "fallback", "shown"),
    [
        ("Folds flat to 3 cm.", "", "Folds flat to 3 cm"),
        ("Free shipping on all orders over fifty dollars.", "Lumen Lamp", "Lumen Lamp"),
        ("Tired eyes after a day at the screen. Sound familiar?", "x", "Sound familiar?"),
        ("Wait for it...", "", "Wait for it..."),
        ("Internationalisation notwithstanding responsibilities accumulate", "", ""),
        ("", "", ""),
    ],
)
def test_a_super_is_whole_or_not_at_all(text: str, fallback: str, shown: str) -> None:
    assert super_of(text, fallback) == shown
