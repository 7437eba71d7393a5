"""The plan: one angle, the hooks to choose from, the beats with their seconds, and the evidence behind it."""

from dataclasses import dataclass
from typing import Literal

Purpose = Literal["hook", "problem", "product", "proof", "benefit", "offer", "cta"]


@dataclass(frozen=True)
class Evidence:
    """Something known that speaks for a choice: `kind` such as winner, trend or moment.

    `source` names what can be cited (an ad that won). `traits` are its ways, as (`hook_type`, `question`),
    and `said` its lines, as (purpose, text): where it has any, they tell what it speaks for, not its words.
    A `weight` below zero speaks against its traits.
    """

    kind: str
    text: str
    weight: float | None = None
    source: str | None = None
    traits: tuple[tuple[str, str], ...] = ()
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Footnote:
    """What a line rests on: `source` is the id of a winner, `text` why, in words."""

    source: str
    text: str


@dataclass(frozen=True)
class Beat:
    """One stretch of the film and what it is to do; `duration_ms` exact. Without footnotes: exploration."""

    purpose: Purpose
    duration_ms: int
    intent: str
    rests_on: tuple[Footnote, ...] = ()

    @property
    def exploration(self) -> bool:
        return not self.rests_on


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

    @property
    def sources(self) -> tuple[str, ...]:
        """All that any line rests on, each once, in the order of the lines."""
        return tuple(dict.fromkeys(note.source for beat in self.beats for note in beat.rests_on))
