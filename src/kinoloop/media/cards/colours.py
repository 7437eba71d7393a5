"""Colours and how they read together; pure. sRGB levels are 0 to 255, ratios 1 to 21."""

from collections.abc import Sequence

from kinoloop.core.errors import InputError

Colour = tuple[int, int, int]
Lab = tuple[float, float, float]
TEXT, LARGE_TEXT = 4.5, 3.0
"""Least contrast of text and of large or bold text (WCAG 2.2, success criterion 1.4.3, level AA)."""
WHITE: Colour = (255, 255, 255)
INK: Colour = (14, 15, 20)
BLACK: Colour = (0, 0, 0)
_WHITE_POINT = (0.95047, 1.0, 1.08883)
_TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))


def colour_of(text: str) -> Colour:
    """`#1a2b3c` or `#abc` as levels. Raises InputError."""
    digits = text.strip().removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    try:
        if len(digits) != 6 or not text.strip().startswith("#"):
            raise ValueError(text)
        return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)
    except ValueError:
        raise InputError(f"'{text[:40]}' is no colour.", fix="Write it like #1a2b3c.") from None


def hex_of(colour: Sequence[float]) -> str:
    """`#rrggbb`, levels rounded and kept in range."""
    return "#" + "".join(f"{min(255, max(0, round(level))):02x}" for level in colour)


def luminance(colour: Sequence[float]) -> float:
    """Relative luminance, 0 to 1: L = 0.2126 R + 0.7152 G + 0.0722 B of linear light.

    A level c of 0 to 1 is c / 12.92 up to 0.04045 and ((c + 0.055) / 1.055) ^ 2.4 above (WCAG 2.2, "relative
    luminance", https://www.w3.org/TR/WCAG22/#dfn-relative-luminance).
    """
    red, green, blue = map(_linear, colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Sequence[float], other: Sequence[float]) -> float:
    """(L1 + 0.05) / (L2 + 0.05), L1 the lighter one (WCAG 2.2, "contrast ratio", #dfn-contrast-ratio)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(one: Sequence[float], other: Sequence[float], share: float) -> Colour:
    """`share` of the other colour laid over the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def readable_on(ground: Colour, wishes: Sequence[Colour], least: float = TEXT) -> Colour:
    """The first wish that reads on the ground; else white or ink, whichever reads better; else black.

    Black and white meet at a luminance of 0.18, where both have 4.58: one always reads.
    """
    best = max((WHITE, INK), key=lambda colour: contrast(colour, ground))
    best = best if contrast(best, ground) >= TEXT else BLACK
    return next((wish for wish in wishes if contrast(wish, ground) >= least), best)


def lab(colour: Sequence[float]) -> Lab:
    """CIE 1976 L*a*b* of an sRGB colour under D65."""
    light = [_linear(level) for level in colour]
    x, y, z = (
        _curve(sum(part * level for part, level in zip(row, light, strict=True)) / white)
        for row, white in zip(_TO_XYZ, _WHITE_POINT, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def apart(one: Sequence[float], other: Sequence[float]) -> float:
    """How different two colours look: Euclid's distance in L*a*b* (CIE76; 2.3 is just seen)."""
    return float(sum((a - b) ** 2 for a, b in zip(lab(one), lab(other), strict=True)) ** 0.5)


def _linear(level: float) -> float:
    part = min(1.0, max(0.0, level / 255))
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _curve(value: float) -> float:
    return float(value ** (1 / 3)) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116
