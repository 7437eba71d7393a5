"""The few sums that all scores share: saturation, ramps, and a weighted mean over the parts that exist."""

from collections.abc import Callable, Mapping

from kinoloop.footage.analysis.records import Measured, Part, Score
from kinoloop.footage.analysis.rules.formula import Weights


def clamped(value: float) -> float:
    """Inside 0..1."""
    return min(max(value, 0.0), 1.0)


def saturating(value: float, half: float) -> float:
    """`v / (v + half)`: 0 at 0, one half at `half`, towards 1."""
    return clamped(value / (value + half)) if value > 0 else 0.0


def ramp(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, straight between."""
    return clamped((value - low) / (high - low))


def missing(reason: str) -> Measured:
    return Measured(None, reason)


def mapped(measured: Measured, into: Callable[[float], float]) -> Measured:
    """Apply a function to the value, keep the reason when there is none."""
    return measured if measured.value is None else Measured(clamped(into(measured.value)))


def weighted(name: str, weights: Weights, parts: Mapping[str, Measured]) -> Score:
    """`sum(w_i v_i) / sum(w_i)` over the parts that have a value; null with every reason when none has.

    Raises KeyError when a part of the formula was not handed in: that is a fault in the code.
    """
    used = {part: weight for part, weight in weights.parts.items() if parts[part].value is not None}
    total = sum(used.values())
    made = tuple(
        Part(part, parts[part], weight, weight / total if part in used and total else 0.0)
        for part, weight in weights.parts.items()
    )
    if not total:
        reasons = dict.fromkeys(part.measured.reason or f"{part.name} weighs nothing" for part in made)
        return Score(name, missing("; ".join(reasons)), made, 0.0)
    value = sum(part.share * part.measured.value for part in made if part.measured.value is not None)
    return Score(name, Measured(clamped(value)), made, clamped(total))
