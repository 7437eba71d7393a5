"""From channels to one number per candidate span.

The channels become one signal e(t) on the robust scale. A span's strength is the area of e above a
background b, less a fixed price per moment: area makes a whole peak better than a piece of it, and the
price keeps one peak from being sold as two. b lies half way between the file's median and the level that
the best stretches reach (a half-height threshold finds the edges of a box in noise): it follows the file.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from kinoloop.footage.moments.records import Mode, MomentRequest, Pick
from kinoloop.footage.moments.rules.channels import CHANNEL_WEIGHTS, ChannelEvidence
from kinoloop.footage.moments.rules.edges import Edge
from kinoloop.footage.moments.rules.signals import Grid, Values, integral, moving_mean, robust

PRICE = 0.35
"""Price of a moment, in shortest durations times the rise of the best stretches over the background."""
EDGE_SECONDS = 1.5
"""A perfect edge is worth this many seconds of the best stretches."""
HOOK_SECONDS = 3.0
"""Viral moments are judged by their first three seconds once more."""
PICKED_SECONDS = 45.0
"""A chooser's quote is worth this many seconds of the best stretches."""


@dataclass(frozen=True)
class Landscape:
    """The joined signal, its running integral, background and the rise of the best stretches above it."""

    grid: Grid
    signal: Values
    area: Values
    background: float
    rise: float

    def total(self, at: Values) -> Values:
        """Integral of the signal from the start to each relative instant."""
        return np.asarray(np.interp(at, self.grid.edges, self.area))

    def mean(self, start: float, end: float) -> float:
        """Mean signal between two relative instants."""
        low, high = self.total(np.array([start, end]))
        return float((high - low) / (end - start)) if end > start else 0.0


def landscape(grid: Grid, channels: Sequence[ChannelEvidence], request: MomentRequest) -> Landscape:
    """Join the channels that are there by the mode's weights."""
    weights = CHANNEL_WEIGHTS[request.mode]
    heard = [(channel.signal, weights[channel.channel]) for channel in channels if channel.signal is not None]
    total = sum(weight for _, weight in heard)
    joined = sum((signal * weight / total for signal, weight in heard), np.zeros(grid.bins))
    signal = robust(joined)
    background, rise = _background(grid, signal, request)
    return Landscape(grid, signal, integral(grid, signal), background, rise)


def _background(grid: Grid, signal: Values, request: MomentRequest) -> tuple[float, float]:
    typical = float(request.min_duration + request.max_duration) / 2
    smooth = moving_mean(signal, min(float(request.min_duration), float(grid.duration)))
    wanted = min(0.5, request.max_moments * typical / max(float(grid.duration), typical))
    usual, best = float(np.median(smooth)), float(np.quantile(smooth, 1 - wanted / 2))
    rise = max((best - usual) / 2, 1e-6)
    return usual + rise, rise


@dataclass(frozen=True)
class Candidates:
    """Candidate spans as edge indices with their strength, ordered by start then end."""

    start: np.ndarray
    end: np.ndarray
    strength: Values


def candidates(
    land: Landscape, edges: Sequence[Edge], picks: Sequence[Pick], request: MomentRequest
) -> Candidates:
    """All spans of allowed length between edges.

    Each start sees only its own window of ends, so a long file costs time in proportion to its length and the
    result is that of one look at the whole. Of spans with one start, a longer one is kept only when it is
    stronger: the shorter one fits wherever the longer does.
    """
    at = [edge.at for edge in edges]
    when = np.array([land.grid.relative(instant) for instant in at])
    area = land.total(when) - land.background * when
    opens, closes = _edge_worth(land, edges, when, request.mode)
    price = PRICE * float(request.min_duration) * land.rise
    low, high, kept = 0, 0, list[tuple[int, np.ndarray, Values]]()
    for index, start in enumerate(at):
        while low < len(at) and at[low] < start + request.min_duration:
            low += 1
        while high < len(at) and at[high] <= start + request.max_duration:
            high += 1
        strength = area[low:high] - area[index] + opens[index] + closes[low:high] - price
        strength = strength + _picked(land, picks, start, at[low:high])
        ends = _stronger_than_shorter(strength)
        kept.append((index, ends + low, strength[ends]))
    return _joined(kept)


def _edge_worth(land: Landscape, edges: Sequence[Edge], when: Values, mode: Mode) -> tuple[Values, Values]:
    unit = EDGE_SECONDS * land.rise
    opens = np.array([edge.opens for edge in edges]) * unit
    closes = np.array([edge.closes for edge in edges]) * unit
    if mode == "viral":
        end = np.minimum(when + HOOK_SECONDS, float(land.grid.duration))
        opens = opens + np.maximum(land.total(end) - land.total(when) - land.background * (end - when), 0.0)
    return opens, closes


def _picked(land: Landscape, picks: Sequence[Pick], start: Fraction, ends: Sequence[Fraction]) -> Values:
    bonus = np.zeros(len(ends))
    for pick in picks:
        if start <= pick.span.start:
            bonus[bisect_left(ends, pick.span.end) :] += PICKED_SECONDS * land.rise * pick.similarity
    return bonus


def _stronger_than_shorter(strength: Values) -> np.ndarray:
    if not len(strength):
        return np.zeros(0, dtype=np.int64)
    best_before = np.concatenate([[-np.inf], np.maximum.accumulate(strength)[:-1]])
    return np.flatnonzero(strength > best_before)


def _joined(kept: Sequence[tuple[int, np.ndarray, Values]]) -> Candidates:
    starts = [np.full(len(ends), index) for index, ends, _ in kept]
    ends = [ends for _, ends, _ in kept]
    return Candidates(
        np.concatenate(starts).astype(np.int64),
        np.concatenate(ends).astype(np.int64),
        np.concatenate([strength for _, _, strength in kept]),
    )
