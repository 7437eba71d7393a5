"""How films open, ask and pace, in one word each."""

from dataclasses import replace

import pytest

from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.traits import call_type, hook_type, pacing, says
from kinoloop.creative.writing.hooks import hooks_of
from kinoloop.creative.writing.material import material_of
from tests.creative.makers import HOUSE, LAMP


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Tired eyes after a day at the screen?", "question"),
        ("20% off until Sunday.", "offer"),
        ("Tired eyes after a day at the screen. Sound familiar.", "problem"),
        ("Lumen Lamp folds flat to 3 cm.", "fact"),
        ("For people who work at a desk.", "audience"),
        ("Over 40 nights.", "fact"),
        ("Meet Lumen Lamp.", "name"),
        ("Look here.", "statement"),
    ],
)
def test_how_a_film_opens(text: str, kind: str) -> None:
    assert hook_type(text, LAMP) == kind


def test_the_plain_writers_hooks_are_of_the_style_they_say() -> None:
    """So that what winners teach of a way to open can be followed by the writer."""
    from kinoloop.creative.briefs.platforms import RULES

    for hook in hooks_of(material_of(LAMP, HOUSE), RULES["ad"]):
        told = hook_type(hook.text, LAMP)
        assert told == hook.style or (hook.style == "problem" and "?" in hook.text), hook


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("20% off until Sunday. Order yours at lumenlamp.example.", "offer"),
        ("Ready? Order yours at lumenlamp.example.", "question"),
        ("Order yours at lumenlamp.example.", "link"),
        ("See it for yourself.", "plain"),
    ],
)
def test_how_a_film_asks(text: str, kind: str) -> None:
    assert call_type(text, LAMP) == kind
    assert call_type("See it.", replace(LAMP, offer="")) == "plain"


def test_how_fast_a_film_goes() -> None:
    assert [pacing([length] * 3) for length in (2_000, 3_000, 5_000)] == ["fast", "medium", "slow"]
    with pytest.raises(ValueError, match="no pace"):
        pacing([])


def test_saying_the_same_takes_half_of_the_words_that_weigh() -> None:
    assert says("It folds flat to 3 cm", "Folds flat to 3 cm")
    assert not says("Charges by USB-C in 40 minutes", "Folds flat to 3 cm")
    assert not says("anything at all", "") and not says("a b c", "on it")
    assert hook_type("Nothing of it", Brief(name="n", product="p")) == "statement"
