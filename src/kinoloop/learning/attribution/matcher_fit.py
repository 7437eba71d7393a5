"""Learn the matcher's numbers from an account: conversions that kept their click id are labels, the others
are weighed by expectation-maximisation. Priors are strong where the data say little.
"""

import math
from dataclasses import replace
from datetime import datetime

import numpy as np

from kinoloop.learning.attribution.matcher import Weights, weigh
from kinoloop.learning.attribution.matcher_counts import (
    PRIOR_COUNT,
    Counts,
    believed,
    expected,
    labelled,
    missed,
)
from kinoloop.learning.attribution.matcher_levels import Columns, Floats, Ints
from kinoloop.learning.attribution.matcher_pairs import Pairs, pair_up
from kinoloop.learning.attribution.matcher_parameters import PRIOR, Parameters

ROUNDS = 12
FIRM = 2.0
"""Weight of what the operator told (organic share, other devices) over the conversions at hand."""


def fit(
    clicks: Columns,
    conversions: Columns,
    labels: Ints,
    *,
    now: datetime | None = None,
    organic: float = 0.20,
    cross_device: float = 0.22,
    window_hours: float = 336.0,
    prior: Parameters = PRIOR,
) -> Parameters:
    """`labels`: index of the click whose id the conversion kept, -1 without one. Both in the order of time.

    `organic` is the share of all conversions that no click brought, `cross_device` the share of the others
    that came on another device: the operator's knowledge, weighed twice the data.
    """
    known, unknown = np.flatnonzero(labels >= 0), np.flatnonzero(labels < 0)
    start = _told(prior, len(known), len(unknown), organic, cross_device)
    start = replace(
        start,
        shared=_shared(clicks, conversions.taken(known), window_hours, prior),
        hash_stays=_hash_stays(clicks.taken(labels[known]), conversions.taken(known), prior),
    )
    counted = believed(prior) + labelled(clicks, conversions, labels, known, window_hours)
    pairs = pair_up(clicks, conversions.taken(unknown), window_hours=window_hours, prior=start)
    current = start
    for _ in range(ROUNDS if len(labels) else 0):
        current = _round(pairs, current, start, counted)
    return replace(current, fitted_at=now, labelled=len(known), unlabelled=len(unknown))


def _told(prior: Parameters, known: int, unknown: int, organic: float, cross_device: float) -> Parameters:
    """The two shares among conversions without an id, by what the operator knows of all."""
    if not unknown:
        return prior
    clicked = min(max(1 - organic * (known + unknown) / unknown, 0.05), 0.98)
    moved = cross_device * (1 - organic) * (known + unknown) / (clicked * unknown)
    shift = _odds(min(max(1 - moved, 0.1), 0.95)) - _odds(prior.stays[-1])
    stays = [1 / (1 + math.exp(-_odds(one) - shift)) for one in prior.stays]
    return replace(prior, clicked=clicked, stays=(stays[0], stays[1], stays[2]))


def _odds(share: float) -> float:
    """Logarithm of the odds."""
    return math.log(share / (1 - share))


def _shared(clicks: Columns, conversions: Columns, window_hours: float, prior: Parameters) -> float:
    """Clicks of others at a converter's address, from how often there is one against none (Poisson).

    Others are clicks with another system or screen. Large networks do not bear on this ratio.
    """
    first = np.searchsorted(clicks.at, conversions.at - window_hours, side="left")
    last = np.searchsorted(clicks.at, conversions.at, side="right")
    counts = [0, 0]
    for row, (low, high) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        told = conversions.row(row)
        at_home = clicks.taken(np.flatnonzero(clicks.ip[low:high] == told["ip"]) + low)
        others = int(((at_home.os != told["os"]) | (at_home.screen != told["screen"])).sum())
        if told["ip"] >= 0 and others < len(counts):
            counts[others] += 1
    return (counts[1] + PRIOR_COUNT * prior.shared) / (counts[0] + PRIOR_COUNT)


def _hash_stays(clicks: Columns, conversions: Columns, prior: Parameters) -> float:
    """How often the conversion has its click's fingerprint; both in the same order."""
    known = (clicks.digest >= 0) & (conversions.digest >= 0)
    equal = float((clicks.digest == conversions.digest)[known].sum())
    return (equal + PRIOR_COUNT * prior.hash_stays) / (float(known.sum()) + PRIOR_COUNT)


def _round(pairs: Pairs, current: Parameters, start: Parameters, counted: Counts) -> Parameters:
    weights = weigh(pairs, current)
    counts = counted + expected(pairs, weights) + missed(pairs, weights, current)
    clicked = float((1 - weights.none).sum())
    stays = [_stays(pairs, weights, start, kind) for kind in (0, 1, -1)]
    return replace(
        current,
        clicked=_drawn(start.clicked, FIRM * pairs.conversions, clicked, pairs.conversions),
        stays=(stays[0], stays[1], stays[2]),
        delay=_share(counts.delay),
        same_place=(
            _share(counts.same_place[0]),
            _share(counts.same_place[1]),
            _share(counts.same_place[2]),
            _share(counts.same_place[3]),
        ),
        same_device=(_share(counts.same_device[0]), _share(counts.same_device[1])),
        other_place=(_share(counts.other_place[0]), _share(counts.other_place[1])),
        other_device=_share(counts.other_device),
    )


def _stays(pairs: Pairs, weights: Weights, start: Parameters, kind: int) -> float:
    """How many of this kind of device stayed on it, what was told weighing more than what was found."""
    here = (pairs.phone == kind)[pairs.conversion]
    alone = pairs.phone == kind
    same = float(weights.same[here].sum() + weights.outside_same[alone].sum())
    other = float(weights.other[here].sum() + weights.outside_other[alone].sum())
    return _drawn(start.stays[kind], FIRM * start.clicked * float(alone.sum()), same, same + other)


def _drawn(told: float, firm: float, found: float, of: float) -> float:
    return (firm * told + found) / (firm + of) if firm + of > 0 else told


def _share(counts: Floats) -> tuple[float, ...]:
    return tuple(float(part) for part in counts / counts.sum())
