"""The decisions that the founding documents name, by their thresholds: the blend of CTR and ROAS by age, when
an ad is killed, when it is scaled.

They look at what came in until now, not at what is still to come; the policy `ours` does. Kept for those who
want the plain rule, and to measure it. Money is minor units.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import Floats, Mode

Decision = Literal["kill", "scale", "maintain"]


@dataclass(frozen=True)
class Thresholds:
    """An account's own numbers. With `both` an ad leaves the ignorance zone by days or by money alone, as in
    the founding repository; without, it has to leave by both (any day or any money inside protects).
    """

    zone_days: float = 2.0
    zone_spend: Minor = 10_000
    kill_spend: Minor = 20_000
    kill_roas: float = 0.5
    scale_roas: float = 3.0
    both: bool = False

    def protects(self, spend: Minor, days_live: float) -> bool:
        """Whether an ad is inside the ignorance zone, where nothing is killed."""
        young, cheap = days_live < self.zone_days, spend < self.zone_spend
        return (young and cheap) if self.both else (young or cheap)


@dataclass(frozen=True)
class Decided:
    """One ad's decision with its reason; `metrics` says on which numbers, None where there is none."""

    ad_id: str
    decision: Decision
    reason: str
    mode: Mode
    metrics: dict[str, float | None] = field(default_factory=dict)


DEFAULT = Thresholds()


def blend_weight(age_hours: float) -> float:
    """The share of CTR in the founding documents' score: 1 until 6 h, .7 at 24 h, .3 at 72 h, then to .1."""
    return float(blend_weights(np.array([age_hours]))[0])


def blend_weights(age_hours: Floats) -> Floats:
    """`blend_weight` of many ages."""
    young = np.interp(age_hours, [6, 24, 72], [1.0, 0.7, 0.3])
    old = np.maximum(0.1, 0.3 * np.exp(-0.1 * (np.maximum(age_hours, 72) - 72) / 24))
    blended: Floats = np.where(age_hours < 72, young, old)
    return blended


def should_kill_service_ad(
    spend: Minor, synthetic_revenue: Minor, days_live: float, thresholds: Thresholds = DEFAULT
) -> str | Literal[False]:
    """Where deals go through stages: the reason to kill, or False. The pipeline's value counts as revenue."""
    return _kill(spend, synthetic_revenue, days_live, thresholds, "pipeline ROAS")


def should_kill_direct_ad(
    spend: Minor, revenue: Minor, days_live: float, thresholds: Thresholds = DEFAULT
) -> str | Literal[False]:
    """Where people buy at once: the reason to kill, or False. Only money received counts."""
    return _kill(spend, revenue, days_live, thresholds, "ROAS")


def make_decision(
    ad_id: str,
    spend: Minor,
    revenue: Minor,
    synthetic_revenue: Minor,
    days_live: float,
    *,
    mode: Mode = "pipeline",
    thresholds: Thresholds = DEFAULT,
) -> Decided:
    """Kill, scale or maintain, for one ad. It differs from the founding repository where that kills inside
    the ignorance zone, and says why it maintains.
    """
    earned = synthetic_revenue if mode == "pipeline" else revenue
    should_kill = should_kill_service_ad if mode == "pipeline" else should_kill_direct_ad
    roas = earned / spend if spend else None
    metrics = {"spend": spend, "revenue": revenue, "synthetic_revenue": synthetic_revenue}
    told = {**metrics, "roas": roas, "days_live": days_live}
    kill = should_kill(spend, earned, days_live, thresholds)
    if kill:
        return Decided(ad_id, "kill", kill, mode, told)
    if _scales(spend, earned, thresholds):
        reason = f"It returns {earned / spend:.2f} per 1 spent, more than {thresholds.scale_roas:g}."
        return Decided(ad_id, "scale", reason, mode, told)
    return Decided(ad_id, "maintain", _wait(spend, earned, days_live, thresholds), mode, told)


def _kill(
    spend: Minor, earned: Minor, days_live: float, thresholds: Thresholds, name: str
) -> str | Literal[False]:
    if thresholds.protects(spend, days_live) or spend < thresholds.kill_spend or spend == 0:
        return False
    if earned / spend >= thresholds.kill_roas:
        return False
    return f"Its {name} is {earned / spend:.2f}, below {thresholds.kill_roas:g}."


def _scales(spend: Minor, earned: Minor, thresholds: Thresholds) -> bool:
    return spend >= thresholds.kill_spend and spend > 0 and earned / spend > thresholds.scale_roas


def _wait(spend: Minor, earned: Minor, days_live: float, thresholds: Thresholds) -> str:
    if thresholds.protects(spend, days_live):
        return (
            f"Not enough data: it has run {days_live:.1f} of {thresholds.zone_days:g} days, "
            f"and spent {spend / max(thresholds.zone_spend, 1):.0%} of what the ignorance zone asks for."
        )
    if spend < thresholds.kill_spend or spend == 0:
        return "Insufficient spend for a decision."
    low, high = thresholds.kill_roas, thresholds.scale_roas
    return f"It returns {earned / spend:.2f} per 1 spent, between {low:g} and {high:g}."
