"""How good a model was, figure by figure, with what each figure means. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from kinoloop.learning.predictor.records import Bin, Quality
from kinoloop.registry.models.records import TrialSettings

LIMITS = TrialSettings()
COVERED = 0.8
"""The share of ads that an interval of the predictor should hold."""
NEAR = 0.05


@dataclass(frozen=True)
class Measure:
    """`said` is the figure, None where it cannot be told. `fine`: within what is asked; None: no limit."""

    name: str
    said: str | None
    meaning: str
    fine: bool | None = None


def percent(share: float, digits: int = 0) -> str:
    """`2.11 %`."""
    return f"{100 * share:.{digits}f} %"


def quality_kept(metrics: Mapping[str, Any]) -> Quality | None:
    """What was measured on days that the model had not seen; None where nothing was kept."""
    held = metrics.get("held_out")
    names = {one.name for one in fields(Quality)}
    if not isinstance(held, Mapping) or not names <= held.keys():
        return None
    told = {name: held[name] for name in names}
    return Quality(**(told | {"bins": tuple(Bin(**one) for one in held["bins"])}))


def measures_of(told: Quality) -> tuple[Measure, ...]:
    """The figures that count, those that decide first."""
    return (_gain(told), _ratio(told), _slope(told), _ece(told), _coverage(told), _brier(told))


def _gain(told: Quality) -> Measure:
    part = abs(1 - told.ne)
    word = "better" if told.ne < 1 else "worse"
    better = f"{percent(part, 1)} {word} than always saying {percent(told.base_rate, 2)}"
    meaning = f"Log loss over that of the plain average: {better}. Below 1 is worth having."
    return Measure("Against the plain average", f"{told.ne:.4f}", meaning, told.ne < 1)


def _ratio(told: Quality) -> Measure:
    ratio, (low, high) = told.predicted_over_observed, LIMITS.ratio
    name, meaning = "Clicks it said over clicks that came", f"1 is right; {low:g} to {high:g} is asked."
    if ratio is None:
        return Measure(name, None, "Nobody clicked, so it cannot be told.")
    return Measure(name, f"{ratio:.3f}", meaning, low <= ratio <= high)


def _slope(told: Quality) -> Measure:
    name, (low, high) = "Calibration slope", LIMITS.slope
    if told.slope is None:
        return Measure(name, None, "Too few clicks, or it said the same of every ad.")
    lean = "tells ads apart too boldly" if told.slope < 1 else "tells ads apart too timidly"
    tail = f"this one {lean}" if not low <= told.slope <= high else "this one is in order"
    meaning = f"1 is right; {low:g} to {high:g} is asked: {tail}."
    return Measure(name, f"{told.slope:.3f}", meaning, low <= told.slope <= high)


def _ece(told: Quality) -> Measure:
    name = "Miss over ten bins"
    if told.relative_ece is None:
        return Measure(name, None, "Nobody clicked, so it cannot be told.")
    return Measure(
        name,
        percent(told.relative_ece, 1),
        "Clicks that it put into the wrong bin, of all clicks; chance alone makes some.",
    )


def _coverage(told: Quality) -> Measure:
    name = f"{percent(COVERED)} intervals that held"
    if told.coverage is None:
        return Measure(name, None, "It is told when a model is learnt, on days that it had not seen.")
    near = abs(told.coverage - COVERED) <= NEAR + 1 / max(told.ads, 1) ** 0.5
    return Measure(name, percent(told.coverage), f"Of {told.ads} ads; {percent(COVERED)} is right.", near)


def _brier(told: Quality) -> Measure:
    return Measure("Brier score", f"{told.brier:.5f}", "Mean squared error per impression; lower is better.")
