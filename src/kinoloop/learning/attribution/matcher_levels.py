"""How far two visits agree: codes of agreement between many clicks and one conversion.

What is missing on either side makes no code of its own but a set of levels that it could be; a set of all
levels weighs nothing. Codes below the number of levels are single levels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
MISSING = -1
PLACE_SETS = (
    *((level,) for level in range(7)),
    (0, 1, 2, 3, 4, 5, 6),  # 7 nothing to compare
    (0, 1, 2, 4),  # 8 no address, same city
    (3, 5),  # 9 no address, same zone, other city
    (3, 5, 6),  # 10 no address, other city, zone unknown
    (2, 3),  # 11 same /16, city unknown
    (4, 5),  # 12 other network, same zone, city unknown
    (4, 5, 6),  # 13 other network, nothing else known
    (5, 6),  # 14 other network, other city, zone unknown
    (0, 1, 2, 3, 4, 5),  # 15 same zone, nothing else known
)
DEVICE_SETS = (
    *((level,) for level in range(6)),
    (0, 1, 2, 3, 4, 5),  # 6 nothing to compare
    (0, 1),  # 7 browser unknown
    (0, 1, 2, 3),  # 8 version unknown
    (0, 1, 2, 3, 4),  # 9 same system, nothing else known
    (0, 2, 3),  # 10 equal fingerprints, fields unknown
    (1, 4, 5),  # 11 other fingerprints, fields unknown
)
PATTERNS = 8
"""A code is kept as `pattern * CODES + set`: which fields were known, and what they say."""
CODES = 16


@dataclass(frozen=True)
class Columns:
    """Visits as columns of codes, MISSING (-1) where unknown; `at` in hours, `version` in its order.

    `near` and `wide` are the networks around the address, `digest` the fingerprint, `visitor` our own
    id, `phone` 1 for a phone, 0 for another device.
    """

    at: Floats
    ip: Ints
    near: Ints
    wide: Ints
    city: Ints
    timezone: Ints
    os: Ints
    version: Ints
    screen: Ints
    browser: Ints
    language: Ints
    digest: Ints
    visitor: Ints
    phone: Ints

    def __len__(self) -> int:
        return len(self.at)

    def taken(self, index: Ints | slice) -> "Columns":
        return Columns(**{field.name: getattr(self, field.name)[index] for field in fields(self)})

    def row(self, index: int) -> dict[str, int]:
        """One visit's codes."""
        return {field.name: int(getattr(self, field.name)[index]) for field in fields(self)[1:]}


def members(sets: Sequence[tuple[int, ...]], levels: int) -> Floats:
    """(CODES, levels) ones where a set holds a level, to sum a table over sets: `members @ table`."""
    table = np.zeros((CODES, levels))
    for code, held in enumerate(sets):
        table[code, list(held)] = 1.0
    return table


PLACE_MEMBERS, DEVICE_MEMBERS = members(PLACE_SETS, 7), members(DEVICE_SETS, 6)


def place_codes(clicks: Columns, told: Mapping[str, int]) -> Ints:
    """(clicks,) codes of where both were."""
    city = _agreement(clicks.city, told["city"])
    zone = _agreement(clicks.timezone, told["timezone"])
    by_city = np.where(
        city == 1, 1, np.where(city == 0, np.where(zone == 1, 2, np.where(zone == 0, 3, 4)), 0)
    )
    by_city = np.where(city == MISSING, np.where(zone == 1, 5, np.where(zone == 0, 3, 0)), by_city)
    pattern: Ints = (city >= 0) * 2 + (zone >= 0)
    unplaced: Ints = pattern * CODES + _NO_ADDRESS[by_city]
    if told["ip"] == MISSING:
        return unplaced
    near = np.where(clicks.near == told["near"], 1, np.where(clicks.wide == told["wide"], 2, 3))
    network = np.where(clicks.ip == told["ip"], 0, near)
    codes = (pattern + 4) * CODES + _WITH_ADDRESS[network, by_city]
    return np.where(clicks.ip == MISSING, unplaced, codes)


_NO_ADDRESS = np.array([7, 8, 9, 6, 10, 15])
"""By what the city says: unknown, same, other in the zone, other zone, other, same zone only."""
_WITH_ADDRESS = np.array(
    [[0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1], [11, 2, 3, 3, 3, 11], [13, 4, 5, 6, 14, 12]]
)


def device_codes(clicks: Columns, told: Mapping[str, int]) -> Ints:
    """(clicks,) codes of how like the devices are."""
    os = _agreement(clicks.os, told["os"])
    if told["os"] == MISSING:
        return _by_digest(clicks, told)
    screen = _agreement(clicks.screen, told["screen"])
    version, browser = told["version"], told["browser"]
    known = (clicks.version >= 0) & (version >= 0)
    like = np.where(clicks.version == version, 0, np.where(clicks.version < version, 2, 3))
    seen = (clicks.browser >= 0) & (browser >= 0)
    like = np.where(like == 0, np.where(seen, np.where(clicks.browser == browser, 0, 1), 7), like)
    like = np.where(known, like, 8)
    codes = np.where(screen == 1, like, np.where(screen == 0, 4, 9))
    codes = np.where(os == 1, codes, 5)
    pattern = np.where(screen >= 0, np.where(known, np.where(seen, 0, 1), 2), 3)
    return np.where(os == MISSING, _by_digest(clicks, told), pattern * CODES + codes)


def _by_digest(clicks: Columns, told: Mapping[str, int]) -> Ints:
    same = _agreement(clicks.digest, told["digest"])
    codes = np.where(same == 1, 10, 11)
    return np.where(same == MISSING, 5 * CODES + 6, 4 * CODES + codes)


def _agreement(values: Ints, told: int) -> Ints:
    """1 same, 0 different, MISSING where either is."""
    if told == MISSING:
        return np.full(len(values), MISSING, dtype=np.int64)
    return np.where(values == MISSING, MISSING, (values == told).astype(np.int64))


def language_codes(clicks: Columns, told: Mapping[str, int]) -> Ints:
    """(clicks,) 1 same, 0 different, MISSING."""
    return _agreement(clicks.language, told["language"])
