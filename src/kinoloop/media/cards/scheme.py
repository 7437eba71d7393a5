"""From a palette to a card's colours: ground, shading, letters, accent; any palette reads. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from kinoloop.media.cards.colours import (
    INK,
    TEXT,
    WHITE,
    Colour,
    apart,
    colour_of,
    contrast,
    lab,
    mixed,
    readable_on,
)

HOUSE = ("#16182b", "#6d5efc")
"""Used where a brand has told no colours."""
_SHADING, _GLOW = 0.22, 0.34
_QUIET = 18.0
"""Chroma (C*ab) up to which a colour is calm enough for letters; vivid letters on vivid grounds flicker."""
_STRONG = 7.0
_DIFFERENT = 28.0


@dataclass(frozen=True)
class Scheme:
    """`ground` shades into `deep`; `glow` is the lightly tinted part; `letters` read on all three."""

    ground: Colour
    deep: Colour
    glow: Colour
    letters: Colour
    small: Colour
    accent: Colour

    @property
    def worst(self) -> float:
        """The least contrast of any letters to anything behind them."""
        grounds = (self.ground, self.deep, self.glow)
        return min(contrast(ink, ground) for ink in (self.letters, self.small) for ground in grounds)


def scheme_of(palette: Sequence[str]) -> Scheme:
    """The first colour is the ground; others are accents and, if calm, letters. Raises InputError."""
    colours = [colour_of(text) for text in (palette or HOUSE)]
    ground, others = colours[0], colours[1:]
    calm = [colour for colour in others if _chroma(colour) <= _QUIET]
    letters = readable_on(ground, calm, _STRONG)
    # Shade away from the letters, so that the shaded parts read even better.
    deep = mixed(ground, _opposite(letters), _SHADING)
    accent = next((colour for colour in others if _stands_out(colour, ground)), letters)
    glow = _tinted(ground, _opposite(letters) if accent == letters else accent, letters)
    return Scheme(ground, deep, glow, letters, _softer(letters, (ground, deep, glow)), accent)


def _opposite(letters: Colour) -> Colour:
    return (0, 0, 0) if contrast(letters, INK) > contrast(letters, WHITE) else WHITE


def _stands_out(colour: Colour, ground: Colour) -> bool:
    return apart(colour, ground) >= _DIFFERENT and contrast(colour, ground) >= 1.5


def _tinted(ground: Colour, accent: Colour, letters: Colour) -> Colour:
    """As much of the accent as leaves the letters readable."""
    for share in (_GLOW, 0.26, 0.18, 0.1):
        tint = mixed(ground, accent, share)
        if contrast(letters, tint) >= TEXT:
            return tint
    return ground


def _softer(letters: Colour, grounds: Sequence[Colour]) -> Colour:
    """Second-rank letters: nearer to the ground where that still reads well."""
    soft = mixed(letters, grounds[0], 0.2)
    return soft if min(contrast(soft, ground) for ground in grounds) >= TEXT + 0.5 else letters


def _chroma(colour: Colour) -> float:
    _, a, b = lab(colour)
    return float((a * a + b * b) ** 0.5)
