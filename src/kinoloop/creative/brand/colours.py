"""Colours as `#rrggbb`: reading them, the contrast of two (WCAG 2.2), and plain names for prompts."""

import colorsys
import re

from kinoloop.core.errors import InputError

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


def rgb(colour: str) -> tuple[int, int, int]:
    """(red, green, blue), 0 to 255 each."""
    value = hex_colour(colour)
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def luminance(colour: str) -> float:
    """Relative luminance of sRGB, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(part / 255) for part in rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """(L1 + 0.05) / (L2 + 0.05) with L1 the lighter one: 1 to 21 (WCAG 2.2)."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


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


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
