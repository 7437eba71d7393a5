"""How often each level of agreement was met: by the prior, in labelled conversions, among candidates of the
others, and, as the model expects it, among the clicks that blocking missed.
"""

from dataclasses import dataclass, fields

import numpy as np

from kinoloop.learning.attribution.matcher import Weights, blocked, level_tables, soon_share
from kinoloop.learning.attribution.matcher_levels import (
    CODES,
    Columns,
    Floats,
    Ints,
    device_codes,
    place_codes,
)
from kinoloop.learning.attribution.matcher_pairs import Pairs, seen_of
from kinoloop.learning.attribution.matcher_parameters import (
    DELAY_EDGES,
    DEVICES,
    PLACES,
    PRIOR,
    SOON_HOURS,
    Parameters,
)

PRIOR_COUNT = 20.0
"""Conversions that each table of the prior is worth."""


@dataclass(frozen=True)
class Counts:
    """How often each level was met, shaped like the tables of `Parameters`, and delays."""

    same_place: Floats
    same_device: Floats
    other_place: Floats
    other_device: Floats
    delay: Floats

    def __add__(self, more: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(more, field.name) for field in fields(self)))


def believed(prior: Parameters) -> Counts:
    """The prior as counts."""
    names = [field.name for field in fields(Counts)]
    return Counts(*(PRIOR_COUNT * np.array(getattr(prior, name)) for name in names))


def labelled(clicks: Columns, conversions: Columns, labels: Ints, known: Ints, window_hours: float) -> Counts:
    """Levels and delays of the conversions (rows `known`) whose click is known."""
    counts = Counts(*(np.zeros_like(table) for table in vars(believed(PRIOR)).values()))
    first = np.searchsorted(clicks.at, conversions.at - window_hours, side="left")
    last = np.searchsorted(clicks.at, conversions.at, side="right")
    for row in known.tolist():
        click, told = clicks.taken(labels[row : row + 1]), conversions.row(row)
        seen = seen_of(clicks.taken(slice(int(first[row]), int(last[row]))), told)
        hours = float(conversions.at[row] - click.at[0])
        later = int(hours > SOON_HOURS)
        where, what = int(place_codes(click, told)[0]) % CODES, int(device_codes(click, told)[0]) % CODES
        if where < PLACES:
            counts.same_place[seen // 4 * 2 + later, where] += 1
        if what < DEVICES:
            counts.same_device[later, what] += 1
        if hours < DELAY_EDGES[-1]:
            counts.delay[_bins(np.array([hours]))] += 1
    return counts


def _bins(hours: Floats) -> Ints:
    return np.minimum(np.searchsorted(DELAY_EDGES[1:], hours, side="right"), len(DELAY_EDGES) - 2)


def expected(pairs: Pairs, weights: Weights) -> Counts:
    """Levels met by candidates, each by its posterior. What could be several levels counts for none."""
    later = (pairs.delay > SOON_HOURS).astype(np.int64)
    crowded = pairs.seen[pairs.conversion] // 4
    delay = np.bincount(_bins(pairs.delay), weights.each, len(DELAY_EDGES) - 1).astype(np.float64)
    return Counts(
        _by_level(pairs.place, 2 * crowded + later, 4, weights.same, PLACES),
        _by_level(pairs.device, later, 2, weights.same, DEVICES),
        _by_level(pairs.place, crowded, 2, weights.other, PLACES),
        _by_level(pairs.device, later * 0, 1, weights.other, DEVICES)[0],
        delay,
    )


def _by_level(codes: Ints, row: Ints, rows: int, weight: Floats, levels: int) -> Floats:
    table: Floats = np.bincount(row * CODES + codes, weight, rows * CODES).astype(np.float64)
    return table.reshape(rows, CODES)[:, :levels]


def missed(pairs: Pairs, weights: Weights, current: Parameters) -> Counts:
    """Levels of the clicks that blocking missed, as the model itself expects them."""
    soon = soon_share(current)[:, None, None]
    same, other = np.zeros((2, 2, PLACES, DEVICES)), np.zeros((2, 2, PLACES, DEVICES))
    for seen in range(8):
        here, crowded = pairs.seen == seen, seen // 4
        for total, table, mass in zip(
            (same, other),
            level_tables(current, crowded),
            (weights.outside_same, weights.outside_other),
            strict=True,
        ):
            hidden = table * soon * (1 - blocked(seen))
            total[crowded] += hidden / max(float(hidden.sum()), 1e-12) * float(mass[here].sum())
    return Counts(
        same.sum(axis=3).reshape(4, PLACES),
        same.sum(axis=(0, 2)),
        other.sum(axis=(1, 3)),
        other.sum(axis=(0, 1, 2)),
        _spread((same + other).sum(axis=(0, 2, 3)), current),
    )


def _spread(soon_or_later: Floats, current: Parameters) -> Floats:
    """Missed clicks over the bins of delay, as the model expects them."""
    delay, soon = np.array(current.delay), np.array(DELAY_EDGES[1:]) <= SOON_HOURS
    parts = np.where(soon, soon_or_later[0], soon_or_later[1]) * delay
    spread: Floats = parts / np.where(soon, max(delay[soon].sum(), 1e-12), max(delay[~soon].sum(), 1e-12))
    return spread
