"""What a person asks for when they want clips, checked once, carried as plain JSON."""

from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from kinoloop.core.errors import InputError
from kinoloop.core.timecode import exact
from kinoloop.footage.moments.records import MomentRequest, mode_named

ASPECTS: dict[str, Fraction | None] = {
    "9:16": Fraction(9, 16),
    "1:1": Fraction(1),
    "16:9": Fraction(16, 9),
    "source": None,
}
HEIGHTS = {"9:16": 1920, "1:1": 1080, "16:9": 1080, "source": 1080}


@dataclass(frozen=True)
class ClipOrder:
    """Which moments, and how the clips look. Durations in seconds; `style` is a caption style or `none`."""

    mode: str = "viral"
    min_duration: float = 15.0
    max_duration: float = 60.0
    max_moments: int = 3
    aspect: str = "9:16"
    style: str = "bold"
    height: int | None = None

    def __post_init__(self) -> None:
        if self.aspect not in ASPECTS:
            raise InputError(
                f"'{self.aspect}' is not a shape clips can have.", fix=f"Choose one of {', '.join(ASPECTS)}."
            )
        if self.height is not None and not 64 <= self.height <= 4320:
            raise InputError(f"A height of {self.height} is out of range.", fix="Choose 64 to 4320.")
        self.request()

    def request(self) -> MomentRequest:
        """The part that moment detection reads; raises InputError on impossible durations."""
        return MomentRequest(
            mode=mode_named(self.mode),
            min_duration=exact(self.min_duration),
            max_duration=exact(self.max_duration),
            max_moments=self.max_moments,
        )

    @property
    def ratio(self) -> Fraction | None:
        return ASPECTS[self.aspect]

    @property
    def pixels_high(self) -> int:
        return self.height or HEIGHTS[self.aspect]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any] | None) -> "ClipOrder":
        """Read what `as_json` or an HTTP body gave; unknown keys are refused by name."""
        known = set(cls.__dataclass_fields__)
        unknown = sorted(set(value or {}) - known)
        if unknown:
            raise InputError(
                f"Unknown in the order: {', '.join(unknown)}.", fix=f"Known are {', '.join(sorted(known))}."
            )
        try:
            return replace(cls(), **(value or {}))
        except (TypeError, ValueError) as error:
            raise InputError("The order has a value of the wrong kind.", why=str(error)) from error
