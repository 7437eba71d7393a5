"""Which part of the picture a clip shows, over time. Positions are in display pixels of the source."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from kinoloop.core.timecode import Seconds, Span

Fit = Literal["crop", "pad"]


@dataclass(frozen=True)
class CropKey:
    """The left upper corner of the window at a time of the file; straight lines lead from key to key."""

    at: Seconds
    x: float
    y: float


@dataclass(frozen=True)
class CropPiece:
    """One shot's framing. `pad` shows the whole picture over its own blurred image; `keys` is empty then."""

    span: Span
    fit: Fit
    keys: tuple[CropKey, ...]
    reason: str

    def corner(self, at: Seconds) -> tuple[float, float]:
        """Where the window stands at a time; before the first and after the last key it rests."""
        after = bisect_right([key.at for key in self.keys], at)
        if after in (0, len(self.keys)):
            key = self.keys[min(after, len(self.keys) - 1)]
            return key.x, key.y
        a, b = self.keys[after - 1], self.keys[after]
        share = float((at - a.at) / (b.at - a.at))
        return a.x + (b.x - a.x) * share, a.y + (b.y - a.y) * share


@dataclass(frozen=True)
class CropPath:
    """A window of one size through pieces in time order."""

    width: int
    height: int
    pieces: tuple[CropPiece, ...]

    def piece(self, at: Seconds) -> CropPiece:
        """The piece that holds `at`; the nearest one outside."""
        after = bisect_right([piece.span.start for piece in self.pieces], at)
        return self.pieces[max(0, after - 1)]


def window_size(width: int, height: int, aspect: Fraction) -> tuple[int, int]:
    """The largest window of this aspect inside a picture of width x height display pixels."""
    if Fraction(width, height) > aspect:
        return max(1, round(height * aspect)), height
    return width, max(1, round(width / aspect))


def centred(width: int, height: int, aspect: Fraction, span: Span, reason: str = "centre") -> CropPath:
    """A window that rests in the middle."""
    wide, high = window_size(width, height, aspect)
    key = CropKey(span.start, (width - wide) / 2, (height - high) / 2)
    return CropPath(wide, high, (CropPiece(span, "crop", (key,), reason),))
