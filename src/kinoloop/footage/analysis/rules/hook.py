"""What holds a viewer in the first three seconds: the strongest of four spoken hooks and a pattern interrupt.

`confidence` is the share of evidence (words 0.5, picture 0.3, sound 0.2) that was there to look at. It is
not a probability: nothing here has been compared with what viewers did.
"""

from dataclasses import dataclass
from fractions import Fraction

from kinoloop.core.timecode import Span
from kinoloop.footage.analysis.records import Features, Json, Measured, Score
from kinoloop.footage.analysis.rules.arithmetic import clamped, missing, weighted
from kinoloop.footage.analysis.rules.evidence import FileEvidence, window
from kinoloop.footage.analysis.rules.features import loudness_rise, opening_motion
from kinoloop.footage.analysis.rules.formula import FULL_CUTS, HOOK_EVIDENCE, HOOK_WINDOW, INTERRUPT
from kinoloop.footage.analysis.rules.lexicon import Lexicon
from kinoloop.footage.analysis.rules.psychology import drivers_of, words_of

SPOKEN_HOOKS = {
    "curiosity_gap": "curiosity",
    "urgency_scarcity": "urgency",
    "social_proof": "social_proof",
    "emotional_story": "empathy",
}
FAINT = 0.10
"""Below this strength a shot has no hook worth naming."""


@dataclass(frozen=True)
class Hook:
    """The strongest hook. `kind` is None below FAINT; `strength` has a reason when there is no evidence."""

    kind: str | None
    strength: Measured
    confidence: float
    scores: dict[str, Score]

    def as_dict(self) -> Json:
        return {
            "hook_type": self.kind,
            "strength": self.strength.value,
            "confidence": self.confidence,
            "reason": self.strength.reason,
        }

    @property
    def explanation(self) -> str:
        if self.strength.value is None:
            return f"no hook strength: {self.strength.reason}"
        if self.kind is None:
            return f"no hook in the first {HOOK_WINDOW:.0f} s is stronger than {FAINT:.2f}"
        return f"{self.kind}: {self.scores[self.kind].explanation}"


def hook(file: FileEvidence, span: Span, features: Features, lexicon: Lexicon) -> Hook:
    """The hook of a clip that would begin where this shot begins."""
    opening = window(span, HOOK_WINDOW, file.analysis.duration)
    drivers = drivers_of(file, span, opening, features, lexicon, where="the first three seconds")
    scores = {kind: drivers[driver] for kind, driver in SPOKEN_HOOKS.items() if words_of(drivers[driver])}
    scores["pattern_interrupt"] = _interrupt(file, span, opening)
    known = {kind: score.value for kind, score in scores.items() if score.value is not None}
    if not known:
        reason = scores["pattern_interrupt"].measured.reason or "nothing was measured"
        return Hook(None, missing(f"{reason}; no hook is spoken"), _confidence(file), scores)
    best = max(known, key=lambda kind: (known[kind], kind))
    kind = best if known[best] >= FAINT else None
    return Hook(kind, Measured(known[best]), _confidence(file), scores)


def _interrupt(file: FileEvidence, span: Span, opening: Span) -> Score:
    motion = opening_motion(file, span)
    cuts = Measured(clamped(file.cuts_in(opening) / FULL_CUTS)) if motion.value is not None else motion
    first_second = Span(opening.start, min(opening.start + Fraction(1), opening.end))
    parts = {"cuts": cuts, "loudness": loudness_rise(file, first_second, low=0.0), "motion": motion}
    return weighted("pattern interrupt", INTERRUPT, parts)


def _confidence(file: FileEvidence) -> float:
    there = {
        "words": file.transcript is not None,
        "picture": file.analysis.picture is not None,
        "sound": file.analysis.sound is not None,
    }
    return round(sum(weight for part, weight in HOOK_EVIDENCE.parts.items() if there[part]), 6)
