"""How likely each candidate click brought the conversion, in competition with the others and with none.

Fellegi and Sunter (1969) with three classes, agreement weighed by how common the value is, a density of
delays, and two alternatives: no click at all, and a click that the blocking rules did not find.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinoloop.learning.attribution.matcher_levels import (
    DEVICE_MEMBERS,
    PLACE_MEMBERS,
    Columns,
    Floats,
    Ints,
)
from kinoloop.learning.attribution.matcher_pairs import Pairs
from kinoloop.learning.attribution.matcher_parameters import DELAY_EDGES, SOON_HOURS, Levels, Parameters

HOUSEHOLD_LANGUAGE = 0.95
"""How often strangers at one address share a language."""


@dataclass(frozen=True)
class Weights:
    """Posterior probabilities. Per pair: same device, other device; per conversion: `outside` with a click
    that is no candidate (same device, other device), `none` without a click. They add up to one per
    conversion.
    """

    same: Floats
    other: Floats
    outside_same: Floats
    outside_other: Floats
    none: Floats

    @property
    def each(self) -> Floats:
        """Per pair, whichever device."""
        return self.same + self.other


def weigh(pairs: Pairs, parameters: Parameters) -> Weights:
    """The posterior of every pair."""
    given = pairs.conversion
    prior = parameters.clicked * delay_density(pairs.delay, parameters.delay) / pairs.rate[given]
    same, other = _likelihoods(pairs, parameters)
    stays = np.array(parameters.stays)[pairs.phone]
    same, other = prior * stays[given] * same, prior * (1 - stays[given]) * other
    out = 1 - pairs.visible[:, None] * (1 - outside(parameters)[pairs.seen])
    out_same = parameters.clicked * stays * out[:, 0]
    out_other = parameters.clicked * (1 - stays) * out[:, 1]
    none = np.full(pairs.conversions, 1 - parameters.clicked)
    total = np.bincount(given, same + other, pairs.conversions) + out_same + out_other + none
    return Weights(
        same / total[given], other / total[given], out_same / total, out_other / total, none / total
    )


def weigh_equal(
    delay: Floats, chance: float, rate: float, parameters: Parameters, *, phone: int = -1
) -> tuple[Floats, float]:
    """The posterior of clicks with the conversion's own fingerprint, by that alone, and of no click at all.

    `delay` hours per click, `chance` how often strangers have that fingerprint, `rate` clicks per hour.
    What is left of one is a click with another fingerprint.
    """
    stays = parameters.stays[phone] * parameters.hash_stays
    weights = parameters.clicked * delay_density(delay, parameters.delay) / rate * stays / chance
    none, other = 1 - parameters.clicked, parameters.clicked * (1 - stays)
    total = float(weights.sum()) + none + other
    return weights / total, none / total


def delay_density(hours: Floats, delay: Levels) -> Floats:
    """Per hour. Zero after the last bin."""
    edges = np.array(DELAY_EDGES)
    per_hour = np.append(np.array(delay) / np.diff(edges), 0.0)
    found: Floats = per_hour[np.minimum(np.searchsorted(edges[1:], hours, side="right"), len(delay))]
    return found


def _likelihoods(pairs: Pairs, parameters: Parameters) -> tuple[Floats, Floats]:
    """P(agreement | same device) and P(agreement | other device), each over P(agreement | a stranger)."""
    later = (pairs.delay > SOON_HOURS).astype(np.int64)
    crowded = pairs.seen[pairs.conversion] // 4
    chance = pairs.chance_place * pairs.chance_device
    language = _language(pairs, parameters)
    same = _summed(PLACE_MEMBERS, parameters.same_place)[2 * crowded + later, pairs.place]
    same = same * _summed(DEVICE_MEMBERS, parameters.same_device)[later, pairs.device]
    other = _summed(PLACE_MEMBERS, parameters.other_place)[crowded, pairs.place]
    other = other * (DEVICE_MEMBERS @ np.array(parameters.other_device))[pairs.device]
    return same * language / chance, other * language / chance


def _summed(members: Floats, rows: Sequence[Levels]) -> Floats:
    return np.stack([members @ np.array(row) for row in rows])


def _language(pairs: Pairs, parameters: Parameters) -> Floats:
    same = np.where(pairs.place == 0, HOUSEHOLD_LANGUAGE, pairs.chance_language)
    chance = np.where(
        pairs.language == 1, same, np.where(pairs.place == 0, 1 - HOUSEHOLD_LANGUAGE, pairs.chance_language)
    )
    told = np.where(pairs.language == 1, parameters.same_language, 1 - parameters.same_language)
    return np.where(pairs.language < 0, 1.0, told / chance)


def blocked(seen: int) -> Floats:
    """(2, 7, 6) ones where the blocking rules find a click: soon or later, by place and device level.

    `seen` as in `Pairs`.
    """
    found = np.zeros((2, 7, 6))
    if seen & 1:
        found[0, :, :3] = 1.0
        found[1, :5, :3] = 1.0
    if seen & 2:
        found[:, 0, :] = 1.0
    return found


def outside(parameters: Parameters) -> Floats:
    """(8, 2): for each `seen`, how often blocking misses the click on the same and on another device."""
    soon = soon_share(parameters)
    missed = [
        [
            float((table * soon[:, None, None] * (1 - blocked(seen))).sum())
            for table in level_tables(parameters, seen // 4)
        ]
        for seen in range(8)
    ]
    return np.array(missed)


def soon_share(parameters: Parameters) -> Floats:
    share = sum(
        part for edge, part in zip(DELAY_EDGES[1:], parameters.delay, strict=True) if edge <= SOON_HOURS
    )
    return np.array([share, 1 - share])


def level_tables(parameters: Parameters, crowded: int) -> tuple[Floats, Floats]:
    """(2, 7, 6) each: P(place, device | soon or later) for the same and for another device."""
    place = np.array(parameters.same_place[2 * crowded : 2 * crowded + 2])
    device = np.array(parameters.same_device)
    other = np.array(parameters.other_place[crowded])[:, None] * np.array(parameters.other_device)[None, :]
    return place[:, :, None] * device[:, None, :], np.stack([other, other])


def last_touch(pairs: Pairs, each: Floats, clicks: Columns) -> Floats:
    """What earlier clicks of one person weigh goes to the person's last: same address, system and screen,
    or the same visitor id. Per pair, the sum per conversion unchanged.
    """
    device = _joined(_joined(clicks.ip, clicks.os), clicks.screen)
    moved = _to_last(pairs, each, device, (clicks.ip >= 0) & (clicks.os >= 0) & (clicks.screen >= 0))
    return _to_last(pairs, moved, clicks.visitor, clicks.visitor >= 0)


def _joined(left: Ints, right: Ints) -> Ints:
    """One code for two, equal only where both are."""
    _, first = np.unique(left, return_inverse=True)
    _, second = np.unique(right, return_inverse=True)
    return (first * (int(second.max(initial=0)) + 1) + second).astype(np.int64)


def _to_last(pairs: Pairs, each: Floats, key: Ints, usable: NDArray[np.bool_]) -> Floats:
    if not len(each):
        return each
    own = np.where(usable[pairs.click], key[pairs.click], -1 - np.arange(len(pairs.click)))
    order = np.lexsort((pairs.click, own, pairs.conversion))
    group = np.stack([pairs.conversion[order], own[order]])
    ends = np.append((group[:, 1:] != group[:, :-1]).any(axis=0), True)
    number = np.cumsum(np.append(0, ends[:-1]))
    moved = np.zeros(len(each))
    moved[order[ends]] = np.bincount(number, each[order])
    return moved
