"""Colours as `#rrggbb`: reading them, the contrast of two (WCAG 2.2), and plain names for prompts."""

import colorsys
import re

from kinoloop.core.errors import InputError
from kinoloop.media.cards.colours import Colour, colour_of
from kinoloop.media.cards.colours import contrast as ratio

_HEX = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})")
_HUES = (
    (15, "red"),
    (40, "orange"),
    (68, "yellow"),
    (160, "green"),
    (200, "turquoise"),
    (255, "blue"),
    (290, "violet"),
    (340, "pink"),
    (361, "red"),
)
"""Upper edge of each hue in degrees."""
_GREY = 0.12
"""Below this saturation a colour has no hue worth naming."""


def hex_colour(text: str) -> str:
    """`#ABC` or `#aabbcc` as `#aabbcc`. Raises InputError."""
    value = text.strip().lower()
    if not _HEX.fullmatch(value):
        raise InputError(
            f"'{text[:40]}' is no colour.", why="Colours are # and 3 or 6 hex digits.", fix="Write #1a2b3c."
        )
    return value if len(value) == 7 else "#" + "".join(digit * 2 for digit in value[1:])


def rgb(colour: str) -> Colour:
    """(red, green, blue), 0 to 255 each."""
    return colour_of(hex_colour(colour))


def contrast(first: str, second: str) -> float:
    """How well one reads on the other: 1 to 21 (WCAG 2.2)."""
    return ratio(rgb(first), rgb(second))


def named(colour: str) -> str:
    """A plain name such as `dark blue`, since picture models read words better than hex digits."""
    red, green, blue = (part / 255 for part in rgb(colour))
    hue, light, saturation = colorsys.rgb_to_hls(red, green, blue)
    if light < 0.08:
        return "black"
    if light > 0.94:
        return "white"
    depth = "dark " if light < 0.35 else "light " if light > 0.7 else ""
    if saturation < _GREY:
        return f"{depth}grey"
    return depth + next(name for edge, name in _HUES if hue * 360 < edge)
