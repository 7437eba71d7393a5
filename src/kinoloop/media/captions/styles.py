"""How captions look. A style is data; all lengths are shares of the font size, colours are sRGB."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.core.errors import InputError

Colour = tuple[int, int, int]
Mark = Literal["none", "colour", "pill"]


@dataclass(frozen=True)
class Style:
    """`mark` is how the word being said stands out; `waiting` the opacity of words not yet said."""

    name: str
    size: float = 0.046
    """Font size wanted, as a share of the picture's height (of its width for wide pictures)."""
    fill: Colour = (255, 255, 255)
    accent: Colour = (255, 221, 45)
    outline: Colour = (10, 10, 14)
    outline_width: float = 0.105
    shadow: float = 0.55
    box: tuple[int, int, int, int] | None = None
    upper: bool = False
    mark: Mark = "none"
    waiting: float = 1.0
    line_gap: float = 1.18


STYLES = {
    style.name: style
    for style in (
        Style("bold", upper=True, mark="colour", outline_width=0.13, shadow=0.7),
        Style("karaoke", mark="pill", accent=(112, 72, 255), outline_width=0.09, waiting=0.78),
        Style("plain", size=0.036, outline_width=0.0, shadow=0.0, box=(12, 12, 16, 190), line_gap=1.28),
    )
}


def style_named(name: str) -> Style:
    """The style, or InputError that lists those there are."""
    if name not in STYLES:
        raise InputError(
            f"There is no caption style '{name}'.", fix=f"Choose one of: {', '.join(sorted(STYLES))}."
        )
    return STYLES[name]
