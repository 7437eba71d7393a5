"""Brands: colours, forbidden phrases, what goes into prompts and what never does."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.core.errors import InputError
from kinoloop.creative.brand.colours import contrast, hex_colour, named, rgb
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.brand.rules import (
    check_brand,
    forbidden_in,
    negative_prompt,
    palette_notes,
    prompt_with,
)
from tests.creative.makers import LAMP

BRAND = Brand(
    name="Lumen",
    visual_style="Soft evening light, wood and paper.",
    palette=("#ABC", "#102030", "#ffcc00"),
    forbidden_elements=("cigarettes", "crowds"),
    do_not_mention=("cheap",),
)


def test_colours_are_expanded_and_named_once() -> None:
    assert check_brand(replace(BRAND, palette=("#ABC", "#aabbcc", " #102030 "))).palette == (
        "#aabbcc",
        "#102030",
    )


@pytest.mark.parametrize("colour", ["red", "#12", "#1234", "#12345g", "", "#1234567"])
def test_what_is_no_colour(colour: str) -> None:
    with pytest.raises(InputError, match="is no colour"):
        hex_colour(colour)


@given(st.integers(0, 255), st.integers(0, 255), st.integers(0, 255))
def test_every_colour_has_a_name_and_reads_back(red: int, green: int, blue: int) -> None:
    colour = f"#{red:02x}{green:02x}{blue:02x}"
    assert rgb(colour) == (red, green, blue)
    assert named(colour)
    assert contrast(colour, colour) == 1


def test_contrast_as_published() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


def test_plain_names() -> None:
    names = [
        named(c) for c in ("#000", "#fff", "#808080", "#102030", "#ffcc00", "#e0f0e0", "#c00000", "#ff00a0")
    ]
    assert names == ["black", "white", "grey", "dark blue", "yellow", "light green", "red", "pink"]


def test_how_the_palette_reads() -> None:
    assert palette_notes(replace(BRAND, palette=())) == ()
    assert "white or near-black" in palette_notes(replace(BRAND, palette=("#102030",)))[0]
    assert "#102030 on #ffcc00 has a contrast of 10.9:1" in palette_notes(check_brand(BRAND))[0]
    assert "No two palette colours" in palette_notes(replace(BRAND, palette=("#777", "#888888")))[0]


def test_forbidden_by_brand_and_brief_as_whole_words() -> None:
    brief = replace(LAMP, do_not_mention=("cure",))
    assert forbidden_in("A CHEAP cure, no crowds.", BRAND, brief) == ("cheap", "crowds", "cure")
    assert forbidden_in("cheaper, secure", BRAND, brief) == ()


def test_prompts_hold_the_looks_and_never_what_to_avoid() -> None:
    prompt = prompt_with(
        check_brand(BRAND), "A lamp on a desk.", camera="slow push in", styles=("film grain",)
    )
    assert prompt == (
        "A lamp on a desk. slow push in. film grain. Soft evening light, wood and paper. "
        "colours: light blue, dark blue, yellow."
    )
    avoided = negative_prompt(BRAND, LAMP).split(", ")
    assert {"text", "watermark", "logo", "cigarettes", "cheap", "cure"} <= set(avoided)
    assert not forbidden_in(prompt, BRAND, LAMP)
    assert prompt_with(Brand(), "a lamp") == "a lamp."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"client_id": "a/b"}, "'client_id' is no id"),
        ({"palette": ("#000",) * 9}, "'palette' has 9"),
        ({"voice": "x" * 501}, "'voice' has 501"),
        ({"key_messages": tuple(f"m{n}" for n in range(21))}, "'key_messages' has 21"),
        ({"key_messages": ("Cheap light",)}, "says 'cheap'"),
        ({"name": "a\x00b"}, "'name' holds a character"),
    ],
)
def test_what_is_wrong_with_a_brand(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_brand(replace(BRAND, **changes))


def test_messages_that_keep_to_the_rules_stay() -> None:
    assert check_brand(replace(BRAND, key_messages=("Kind light",))).key_messages == ("Kind light",)


def test_empty_entries_are_dropped() -> None:
    assert check_brand(replace(BRAND, forbidden_elements=("", " ", "smoke"))).forbidden_elements == ("smoke",)
