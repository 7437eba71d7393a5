"""Where captions may stand: the parts of the picture that platform buttons and titles leave free.

Insets are shares of width and height for 9:16 placements, from the platforms' public creative
guidance, rounded outwards. `everywhere` is the worst of all three, so one file suits each of them.
"""

from dataclasses import dataclass
from fractions import Fraction

from kinoloop.core.errors import InputError


@dataclass(frozen=True)
class SafeZone:
    """Insets as shares of the picture, and the height at which the captions' middle would like to stand."""

    left: float
    top: float
    right: float
    bottom: float
    middle: float

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """(left, top, right, bottom) in pixels."""
        return (
            round(width * self.left),
            round(height * self.top),
            round(width * (1 - self.right)),
            round(height * (1 - self.bottom)),
        )


ZONES = {
    "reels": SafeZone(0.06, 0.14, 0.06, 0.35, 0.62),
    "tiktok": SafeZone(0.06, 0.12, 0.12, 0.25, 0.66),
    "shorts": SafeZone(0.05, 0.15, 0.15, 0.35, 0.62),
    "everywhere": SafeZone(0.06, 0.15, 0.15, 0.35, 0.62),
    "upright": SafeZone(0.07, 0.15, 0.07, 0.35, 0.62),
    "square": SafeZone(0.05, 0.06, 0.05, 0.08, 0.84),
    "wide": SafeZone(0.08, 0.05, 0.08, 0.07, 0.87),
}


def zone_named(name: str) -> SafeZone:
    """The zone, or InputError that lists those there are."""
    if name not in ZONES:
        raise InputError(
            f"There is no safe zone '{name}'.", fix=f"Choose one of: {', '.join(sorted(ZONES))}."
        )
    return ZONES[name]


def zone_for(width: int, height: int) -> SafeZone:
    """The zone that suits a picture of this shape on any platform."""
    shape = Fraction(width, height)
    if shape < Fraction(4, 5):
        return ZONES["upright"]
    return ZONES["square"] if shape <= Fraction(5, 4) else ZONES["wide"]
