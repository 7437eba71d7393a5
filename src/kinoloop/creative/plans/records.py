"""The plan: one angle, the hooks to choose from, the beats with their seconds, and the evidence behind it."""

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["hook", "problem", "product", "proof", "benefit", "offer", "cta"]


@dataclass(frozen=True)
class Evidence:
    """Something known that speaks for a choice: `kind` such as winner, trend or moment."""

    kind: str
    text: str
    weight: float | None = None


@dataclass(frozen=True)
class Beat:
    """One stretch of the film and what it is to do; `duration_ms` exact."""

    purpose: Purpose
    duration_ms: int
    intent: str


@dataclass(frozen=True)
class Plan:
    """What will be said, in which order, and why. `made_by` names the writer (`plain` or a model)."""

    angle: str
    promise: str
    hooks: tuple[str, ...]
    beats: tuple[Beat, ...]
    title: str
    reason: str
    confidence: float | None
    alternatives: tuple[str, ...]
    made_by: str

    @property
    def duration_ms(self) -> int:
        return sum(beat.duration_ms for beat in self.beats)
