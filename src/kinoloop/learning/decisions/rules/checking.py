"""What may be set for an account's decisions. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions.records import DecisionSettings

_SHARES = ("kill_chance", "revive_chance", "maturity", "park_chance", "unpark_chance", "scale_chance")
_ABOVE_ZERO = (
    "half_life_days",
    "draws",
    "sd_cap",
    "velocity",
    "velocity_hours",
    "floor_budget",
    "display_factor",
)


def problems(settings: DecisionSettings, policies: Sequence[str]) -> Iterator[str]:
    """A sentence for everything that cannot be."""
    for name in ("total", "launch", "hoped"):
        amount = getattr(settings, name)
        if amount is not None and amount <= 0:
            yield f"{name} is an amount above 0, or left out."
    if settings.mode not in (None, "pipeline", "direct"):
        yield "mode is pipeline or direct, or left out."
    if settings.policy not in policies:
        yield f"policy is one of {', '.join(policies)}."
    if not 7 <= settings.lookback_days <= 365:
        yield "lookback_days is 7 to 365."
    if not 0 <= settings.least_change <= 0.5:
        yield "least_change is a part from 0 to 0.5."
    if settings.stale_hours <= 0:
        yield "stale_hours is more than 0."
    yield from _of_policy(settings.bandit)


def _of_policy(bandit: BanditSettings) -> Iterator[str]:
    told = asdict(bandit)
    for name in _SHARES:
        if not 0 <= told[name] <= 1:
            yield f"bandit.{name} is a part from 0 to 1."
    for name in _ABOVE_ZERO:
        if told[name] <= 0:
            yield f"bandit.{name} is above 0."
    for name in sorted(told.keys() - {*_SHARES, *_ABOVE_ZERO}):
        if told[name] < 0:
            yield f"bandit.{name} is not below 0."
