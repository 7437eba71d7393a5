"""Exact time: seconds as `Fraction`, spans half open, and their readable forms.

A presentation time is `pts * time_base`; frame numbers and floats never travel between rooms.
Floats appear only at the edges (JSON, SQL columns the seeds call FLOAT) through `exact` and `float`.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from kinoloop.core.errors import InputError

Seconds = Fraction
MICRO = 1_000_000
_CLOCK = re.compile(r"^(?:(\d+):)?(?:(\d{1,2}):)?(\d+(?:[.,]\d+)?)$")


def exact(value: float | int | str | Fraction) -> Seconds:
    """Seconds to the microsecond: what a float or decimal string most plausibly meant."""
    if isinstance(value, Fraction):
        return value
    return Fraction(round(Fraction(value) * MICRO), MICRO)


def parse_seconds(text: str) -> Seconds:
    """Read `83.2`, `1:23.2` or `0:01:23,200`. Raises InputError."""
    match = _CLOCK.match(text.strip())
    if match is None:
        raise InputError(f"'{text}' is not a time.", fix="Write seconds (83.2) or a clock (1:23.2).")
    parts = [Fraction(part.replace(",", ".")) for part in match.groups() if part is not None]
    total = Fraction(0)
    for part in parts:
        total = total * 60 + part
    return total


def clock(at: Fraction, *, comma: bool = False, digits: int = 3) -> str:
    """`HH:MM:SS.mmm`; `comma=True` gives the SubRip form."""
    scale = 10**digits
    ticks = round(max(at, Fraction(0)) * scale)
    whole, rest = divmod(ticks, scale)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    tail = f"{',' if comma else '.'}{rest:0{digits}d}" if digits else ""
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{tail}"


def short_clock(at: Fraction) -> str:
    """`1:23.4`, for tables and pages."""
    tenths = round(max(at, Fraction(0)) * 10)
    return f"{tenths // 600}:{tenths // 10 % 60:02d}.{tenths % 10}"


@dataclass(frozen=True, order=True)
class Span:
    """A half-open stretch of time, `start <= t < end`, in exact seconds."""

    start: Seconds
    end: Seconds

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"span ends before it starts: {self.start} > {self.end}")

    @property
    def duration(self) -> Seconds:
        return self.end - self.start

    @property
    def middle(self) -> Seconds:
        return (self.start + self.end) / 2

    def contains(self, at: Fraction) -> bool:
        return self.start <= at < self.end

    def overlap(self, other: "Span") -> Seconds:
        """Length of the shared stretch, zero when apart."""
        return max(Fraction(0), min(self.end, other.end) - max(self.start, other.start))

    def iou(self, other: "Span") -> float:
        """Intersection over union, 0 to 1."""
        shared = self.overlap(other)
        union = self.duration + other.duration - shared
        return float(shared / union) if union else 0.0

    def shift(self, by: Fraction) -> "Span":
        return Span(self.start + by, self.end + by)

    def clamp(self, within: "Span") -> "Span":
        start = min(max(self.start, within.start), within.end)
        return Span(start, min(max(self.end, start), within.end))

    def __str__(self) -> str:
        return f"{short_clock(self.start)}-{short_clock(self.end)}"
