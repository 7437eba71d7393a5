"""The form in which every channel hands in its evidence."""

from dataclasses import dataclass
from typing import Literal

from kinoloop.footage.moments.records import Channel, Mode
from kinoloop.footage.moments.rules.signals import Values, robust

FeatureName = Literal[
    "hooks", "questions", "numbers", "emphasis", "density", "centrality",
    "loudness", "dynamics", "speech", "motion", "cuts", "novelty", "typical", "faces",
]  # fmt: skip
Weights = dict[Mode, dict[FeatureName, float]]

CHANNEL_WEIGHTS: dict[Mode, dict[Channel, float]] = {
    "viral": {"transcript": 0.5, "sound": 0.25, "picture": 0.25},
    "highlights": {"transcript": 0.25, "sound": 0.4, "picture": 0.35},
    "summary": {"transcript": 0.7, "sound": 0.1, "picture": 0.2},
}
"""How far each channel is heard. Absent ones leave their weight to the others and lower the confidence."""


@dataclass(frozen=True)
class Feature:
    """One feature over the file: `raw` in its own unit for words, `sigma` on the robust scale for scores."""

    name: FeatureName
    raw: Values
    sigma: Values
    weight: float


@dataclass(frozen=True)
class ChannelEvidence:
    """A channel's opinion per half second, or None with the reason. `trust` scales it in confidence."""

    channel: Channel
    signal: Values | None
    reason: str
    features: tuple[Feature, ...] = ()
    trust: float = 1.0


def absent(channel: Channel, reason: str) -> ChannelEvidence:
    return ChannelEvidence(channel, None, reason)


def weighed(channel: Channel, features: list[Feature], reason: str, trust: float = 1.0) -> ChannelEvidence:
    """Join features into one signal by their weights, on the robust scale again."""
    heard = [feature for feature in features if feature.weight != 0]
    total = sum(abs(feature.weight) for feature in heard)
    signal = robust(sum((f.sigma * f.weight for f in heard[1:]), heard[0].sigma * heard[0].weight) / total)
    return ChannelEvidence(channel, signal, reason, tuple(heard), trust)
