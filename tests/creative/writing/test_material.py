"""The brief's words made sayable: thoughts, sentences, names, people."""

from dataclasses import replace

import pytest

from kinoloop.creative.scripts.rules import spoken_ms
from kinoloop.creative.writing.material import (
    LONGEST_LINE_MS,
    fact_line,
    material_of,
    named_line,
    said,
    thoughts,
)
from kinoloop.creative.writing.phrases import BARE, ENGLISH
from tests.creative.makers import HOUSE, LAMP


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Folds flat", ("Folds flat",)),
        ("Folds flat. Charges fast.", ("Folds flat.", "Charges fast.")),
        ("Made by St. John in Porto", ("Made by St. John in Porto",)),
        ("Weighs approx. 3 kg", ("Weighs approx. 3 kg",)),
        ("one side; the other side", ("one side", "the other side")),
        ("Quiet! Really? Yes.", ("Quiet!", "Really?", "Yes.")),
    ],
)
def test_thoughts_part_at_their_own_stops(text: str, parts: tuple[str, ...]) -> None:
    assert thoughts(text) == parts


def test_long_sentences_part_at_commas_and_lose_nothing() -> None:
    text = ", ".join(f"part {word} of a long list of good things" for word in ("a", "b", "c", "d"))
    parts = thoughts(text)
    assert len(parts) > 1 and " ".join(parts) == text
    assert all(spoken_ms(part) <= LONGEST_LINE_MS for part in parts)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("folds flat", "Folds flat."),
        ("iPhone ready", "iPhone ready."),
        ("lumen.example has it", "lumen.example has it."),
        ("really?", "Really?"),
        ("so, ", "So."),
    ],
)
def test_sentences(text: str, sentence: str) -> None:
    assert said(text) == sentence


def test_facts_get_their_subject_only_where_it_makes_a_sentence() -> None:
    material = material_of(LAMP, HOUSE)
    assert fact_line("Folds flat", ENGLISH) == "It folds flat."
    assert fact_line("Folds flat", ENGLISH, again=True) == "And it folds flat."
    assert fact_line("Works of 12 artists", ENGLISH) == "Works of 12 artists."
    assert fact_line("Tests show less noise", ENGLISH) == "Tests show less noise."
    assert fact_line("Plans from 9 euros", ENGLISH) == "Plans from 9 euros."
    assert fact_line("Folds flat", BARE) == "Folds flat."
    assert named_line("Folds flat", material) == "Lumen Lamp folds flat."
    assert named_line("Weighs 3 kg", replace(material, name="Nimbus Boots")) == "Weighs 3 kg."
    assert named_line("Made in Porto", material) == "Made in Porto."


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        ("People who cook", "people who cook"),
        ("Londoners", "Londoners"),
        ("for parents of two", "parents of two"),
        ("iPhone owners.", "iPhone owners"),
        ("", ""),
    ],
)
def test_people_and_names(audience: str, told: str) -> None:
    assert material_of(replace(LAMP, audience=audience), HOUSE).audience == told


@pytest.mark.parametrize(
    ("product", "name", "called"),
    [
        ("Lumen Lamp: a desk lamp", "Lumen Lamp", "Lumen Lamp"),
        ("desk lamp", "", "the desk lamp"),
        ("a desk lamp", "", "a desk lamp"),
        ("The very long name of one product", "", "the very long name of one product"),
        ("Hiking boots", "", "the hiking boots"),
        ("CRM cleanup", "", "the CRM cleanup"),
        ("Lumen Lamp 2", "Lumen Lamp 2", "Lumen Lamp 2"),
    ],
)
def test_what_the_product_is_called(product: str, name: str, called: str) -> None:
    material = material_of(replace(LAMP, product=product), HOUSE)
    assert (material.name, material.called) == (name, called)
