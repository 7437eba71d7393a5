"""What becomes of a challenger: promoted, rejected, or looked at further.

The mSPRT decides (it is the quicker one), the betting process stands beside it for the audit trail. A
promotion needs the minimum gain and a calibrated challenger, too.
"""

import numpy as np

from kinoloop.core.text import plural
from kinoloop.registry.models.records import Floats, Guards, TrialSettings, Verdict, Word
from kinoloop.registry.models.rules.betting import log_wealth
from kinoloop.registry.models.rules.msprt import log_ratios


def judge(gains: Floats, guards: Guards, settings: TrialSettings) -> Verdict:
    """`gains` (units,) in the order in which they came. Raises ValueError for one beyond the bound."""
    if len(gains) and float(np.abs(gains).max()) > settings.bound + 1e-9:
        raise ValueError(f"a gain of {float(np.abs(gains).max()):g} lies beyond {settings.bound:g}")
    signed = _last(log_ratios(gains, settings.effect, settings.least))
    wealth, lost = _last(log_wealth(gains, settings.bound)), _last(log_wealth(-gains, settings.bound))
    mean = float(gains.mean()) if len(gains) else None
    word, reason = _decided(mean or 0.0, len(gains), signed, lost, guards, settings)
    return Verdict(word, reason, len(gains), mean, max(signed, 0.0), max(-signed, 0.0), wealth, lost)


def promoted_at(gains: Floats, settings: TrialSettings) -> int | None:
    """The first unit (counted from 1) at which the test and the minimum gain would promote, guards aside;
    None when it never happens or the challenger was rejected before.
    """
    bar = np.log(settings.threshold)
    signed = log_ratios(gains, settings.effect, settings.least)
    mean = np.cumsum(gains) / np.arange(1, len(gains) + 1)
    better = (signed >= bar) & (mean >= settings.minimum_gain)
    worse = (signed <= -bar) | (log_wealth(-gains, settings.bound) >= bar)
    first, end = _first(better), _first(worse)
    return None if first is None or (end is not None and end <= first) else first + 1


def _decided(
    mean: float, units: int, signed: float, lost: float, guards: Guards, settings: TrialSettings
) -> tuple[Word, str]:
    bar, seen = float(np.log(settings.threshold)), plural(units, "unit")
    if signed <= -bar or lost >= bar:
        return "reject", f"It is worse than the champion: {mean:+.4f} nats per expected click over {seen}."
    if signed < bar:
        return "continue", f"After {seen} nobody can say which is better ({mean:+.4f} nats a click)."
    if mean < settings.minimum_gain:
        return "continue", (
            f"It is better, but by {mean:.4f} nats per expected click; {settings.minimum_gain:g} is asked."
        )
    unfit = _unfit(guards, settings)
    if unfit is not None:
        return "continue", f"It is better, but {unfit}."
    return "promote", f"It is better by {mean:.4f} nats per expected click over {seen}."


def _unfit(guards: Guards, settings: TrialSettings) -> str | None:
    """Why a better challenger may not be used yet."""
    told = (
        ("its calibration slope", guards.slope, settings.slope),
        ("what it predicts over what was seen", guards.predicted_over_observed, settings.ratio),
    )
    for name, value, (low, high) in told:
        if value is None:
            return f"{name} cannot be told yet"
        if not low <= value <= high:
            return f"{name} is {value:.3f}, outside {low:g} to {high:g}"
    return None


def _last(values: Floats) -> float:
    return float(values[-1]) if len(values) else 0.0


def _first(flags: np.typing.NDArray[np.bool_]) -> int | None:
    return int(flags.argmax()) if flags.any() else None
