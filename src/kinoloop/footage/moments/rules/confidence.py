"""How far to trust that a moment stands out: an honest number, never a constant.

confidence = heard x agreement x comparable x separation, each 0 to 1:
heard: share of the mode's channel weights that had evidence (spread word times count for 0.8 of theirs);
agreement: 1/2 + 1/2 of the share of those channels that find the span above the file's usual level;
comparable: share of the file that is not the span, so that a whole file has nothing to stand out from;
separation: m / (m + 2), where m is how many robust sigmas the span lies above all spans of its length.
"""

from collections.abc import Sequence

import numpy as np

from kinoloop.footage.moments.records import Mode
from kinoloop.footage.moments.rules.channels import CHANNEL_WEIGHTS, ChannelEvidence
from kinoloop.footage.moments.rules.scoring import Landscape
from kinoloop.footage.moments.rules.signals import MAD_TO_SIGMA, Values

HALF_AT = 2.0


def heard_share(channels: Sequence[ChannelEvidence], mode: Mode) -> float:
    weights = CHANNEL_WEIGHTS[mode]
    return sum(weights[c.channel] * c.trust for c in channels if c.signal is not None)


def margin(land: Landscape, start: float, end: float) -> float:
    """Robust sigmas by which the span's mean lies above the means of all spans of its length; 0 if below."""
    length = end - start
    starts = land.grid.edges[land.grid.edges <= float(land.grid.duration) - length + 1e-9]
    means = (land.total(starts + length) - land.total(starts)) / length
    usual = float(np.median(means))
    spread = float(np.median(np.abs(means - usual))) * MAD_TO_SIGMA
    if spread < 1e-9:
        return 0.0
    return max(0.0, (land.mean(start, end) - usual) / spread)


def confidence(
    land: Landscape,
    channels: Sequence[ChannelEvidence],
    opinions: dict[str, float | None],
    mode: Mode,
    start: float,
    end: float,
) -> float:
    """Confidence of the span between two relative instants, 0 to 1."""
    above = margin(land, start, end)
    comparable = 1.0 - (end - start) / float(land.grid.duration)
    agreement = 0.5 + 0.5 * _agreeing(channels, opinions, mode)
    return heard_share(channels, mode) * agreement * max(comparable, 0.0) * above / (above + HALF_AT)


def _agreeing(channels: Sequence[ChannelEvidence], opinions: dict[str, float | None], mode: Mode) -> float:
    weights = CHANNEL_WEIGHTS[mode]
    heard = {c.channel: weights[c.channel] for c in channels if c.signal is not None}
    agreeing = sum(weight for name, weight in heard.items() if (opinions[name] or 0.0) > 0)
    return agreeing / sum(heard.values())


def share(value: float) -> float:
    """A robust sigma as 0 to 1 with the file's usual level at one half (logistic)."""
    return float(1.0 / (1.0 + np.exp(-value)))


def mean_between(land: Landscape, values: Values, start: float, end: float) -> float:
    """Mean of any per-bin values between two relative instants."""
    running = np.concatenate([[0.0], np.cumsum(values * np.diff(land.grid.edges))])
    low, high = np.interp([start, end], land.grid.edges, running)
    return float((high - low) / (end - start)) if end > start else 0.0
