"""A shot with what was measured on it and how it scores. Every number is there, or null with its reason."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.timecode import Span

Vector = NDArray[np.float32]
Json = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """A value, or None with the reason why there is none. Never both, never neither, never NaN."""

    value: float | None
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a measurement has either a value or a reason")
        if self.value is not None and not np.isfinite(self.value):
            raise ValueError(f"{self.value} is not a measurement")

    def as_dict(self) -> Json:
        return {"value": self.value, "reason": self.reason}


Features = dict[str, Measured]


@dataclass(frozen=True)
class FaceSamples:
    """A face track in short: at `times` (s from the file's start) `counts` faces were seen, both (n,)."""

    times: NDArray[np.float64]
    counts: NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """One addend of a score: its value, its weight in the formula, its share once others are missing."""

    name: str
    measured: Measured
    weight: float
    share: float


@dataclass(frozen=True)
class Score:
    """A weighted mean over the parts that exist. `evidence` is the share of the weight they carry, 0 to 1."""

    name: str
    measured: Measured
    parts: tuple[Part, ...]
    evidence: float

    @property
    def value(self) -> float | None:
        return self.measured.value

    @property
    def explanation(self) -> str:
        """The formula with its numbers: `0.40 x 0.62 psychology + ... = 0.55; missing: ...`."""
        used = [part for part in self.parts if part.measured.value is not None]
        missing = [
            f"{part.name} ({part.measured.reason})" for part in self.parts if part.measured.value is None
        ]
        terms = " + ".join(f"{part.share:.2f} x {part.measured.value:.2f} {part.name}" for part in used)
        told = (
            f"{terms} = {self.value:.2f}"
            if self.value is not None
            else f"no {self.name}: {self.measured.reason}"
        )
        return told + (f"; missing: {', '.join(missing)}" if missing and used else "")


@dataclass(frozen=True)
class Scores:
    """The seed's scores of a shot. `psychology`, `hook` and `novelty` are the JSON of their columns."""

    scene: float | None
    psychology: Json
    hook: Json
    novelty: Json
    composite: float | None
    explanation: Json = field(default_factory=dict)
    """`{"formula": version, "lexicon": version, "scene": "0.30 x ...", ..., "evidence": 0..1}`."""


@dataclass(frozen=True, eq=False)
class Shot:
    """One scored shot. `embedding` is a unit vector (512,) of `space`, both None when there is none."""

    clip_id: str
    asset_id: str
    span: Span
    features: Features
    scores: Scores
    text: str | None = None
    space: str | None = None
    embedding: Vector | None = None
    thumbnail_url: str | None = None

    @property
    def composite(self) -> float | None:
        return self.scores.composite
