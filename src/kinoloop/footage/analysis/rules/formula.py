"""The weights and yardsticks of all scores, in one versioned table. Change a number, raise the version.

Each table of weights sums to 1; a wrong sum, a negative weight or an unknown name fails on import.
`docs/explanation/scores.md` shows the same formulas in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isclose, isfinite
from types import MappingProxyType

from kinoloop.core.errors import InputError

VERSION = "scores-1"
HOOK_WINDOW = 3.0
"""Seconds from a shot's start in which a viewer decides to stay."""
NEAR_DUPLICATE = 0.85
"""Cosine above which two shots count as the same picture."""
NEIGHBOURS = 4
"""Novelty looks at up to this many nearest other shots."""


@dataclass(frozen=True)
class Weights:
    """Named weights that sum to 1."""

    parts: Mapping[str, float]

    def __post_init__(self) -> None:
        values = list(self.parts.values())
        if not values or any(not isfinite(value) or value < 0 for value in values):
            raise InputError("Weights must be finite and not negative.", why=f"They are {dict(self.parts)}.")
        if not isclose(sum(values), 1.0, abs_tol=1e-9):
            raise InputError("Weights must sum to 1.", why=f"{dict(self.parts)} sum to {sum(values):.6f}.")
        object.__setattr__(self, "parts", MappingProxyType(dict(self.parts)))


def weights(known: frozenset[str], **parts: float) -> Weights:
    """Weights for exactly the `known` names. Raises InputError for a name too many or too few."""
    if set(parts) != known:
        odd = ", ".join(sorted(set(parts) ^ known))
        raise InputError("Weights must name every part once.", why=f"Unknown or missing: {odd}.")
    return Weights(parts)


DRIVERS = ("curiosity", "urgency", "social_proof", "surprise", "empathy")
HOOKS = ("curiosity_gap", "urgency_scarcity", "social_proof", "emotional_story", "pattern_interrupt")

COMPOSITE = weights(frozenset({"psychology", "hook", "novelty"}), psychology=0.40, hook=0.35, novelty=0.25)
SCENE = weights(
    frozenset({"motion", "people", "words", "quality"}), motion=0.30, people=0.25, words=0.20, quality=0.25
)
QUALITY = weights(
    frozenset({"sharpness", "resolution", "exposure"}), sharpness=0.45, resolution=0.30, exposure=0.25
)
PSYCHOLOGY = weights(
    frozenset(DRIVERS), curiosity=0.25, urgency=0.20, social_proof=0.20, surprise=0.20, empathy=0.15
)
NOVELTY = weights(frozenset({"embedding_distance", "diversity"}), embedding_distance=0.70, diversity=0.30)
INTERRUPT = weights(frozenset({"cuts", "loudness", "motion"}), cuts=0.40, loudness=0.30, motion=0.30)
HOOK_EVIDENCE = weights(frozenset({"words", "picture", "sound"}), words=0.50, picture=0.30, sound=0.20)
DRIVER_EVIDENCE: Mapping[str, Weights] = MappingProxyType(
    {
        "curiosity": weights(frozenset({"words"}), words=1.0),
        "urgency": weights(frozenset({"words", "pace"}), words=0.70, pace=0.30),
        "social_proof": weights(frozenset({"words"}), words=1.0),
        "surprise": weights(
            frozenset({"words", "loudness", "motion"}), words=0.60, loudness=0.20, motion=0.20
        ),
        "empathy": weights(frozenset({"words", "faces"}), words=0.70, faces=0.30),
    }
)

MOTION_HALF = 8.0
"""Mean level change per frame (0..255) that scores one half: a walking hand-held camera."""
SHARPNESS_HALF = 300.0
"""Laplacian variance of the small luma picture that scores one half."""
FULL_HEIGHT = 1080
"""Short side in pixels from which resolution scores 1."""
EVEN_LUMA = (0.20, 0.80)
"""Mean brightness (0..1) inside which exposure scores 1; it falls to 0 at black and at white."""
SLOW_WORDS, FAST_WORDS = 2.0, 4.0
"""Spoken words a second that score 0 and 1 as pace."""
LOUD_RISE = 10.0
"""LU above the file's own loudness that score 1."""
FULL_CUTS = 2
"""Cuts inside the hook window that score 1."""
GATE_LUFS = -70.0
"""Absolute gate of EBU R128: below it there is nothing to hear."""
