"""Creative features as level numbers per kind, in the order of the ads. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import Ints
from kinoloop.learning.decisions.records import Traits

UNKNOWN = -1
LEAST_ADS = 2
"""A level that only one ad has tells nothing that the ad does not tell itself."""
MOST_LEVELS = 6


@dataclass(frozen=True)
class Features:
    """`levels[kind][number]` is the level's name; the table has a row per ad and a column per kind."""

    kinds: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    table: Ints


def features(traits: Traits, ad_ids: Sequence[str]) -> Features:
    """The levels that at least two ads share, the most common of each kind; others are unknown (-1)."""
    names = sorted({kind for ad_id in ad_ids for kind in traits.get(ad_id, {})})
    found = {kind: _levels(traits, ad_ids, kind) for kind in names}
    kinds = tuple(kind for kind in names if len(found[kind]) > 1)
    place = {kind: {level: number for number, level in enumerate(found[kind])} for kind in kinds}
    rows = [
        [place[kind].get(traits.get(ad_id, {}).get(kind, ""), UNKNOWN) for kind in kinds] for ad_id in ad_ids
    ]
    table = np.array(rows, dtype=np.int64).reshape(len(ad_ids), len(kinds))
    return Features(kinds, tuple(found[kind] for kind in kinds), table)


def _levels(traits: Traits, ad_ids: Sequence[str], kind: str) -> tuple[str, ...]:
    counts = Counter(level for ad_id in ad_ids if (level := traits.get(ad_id, {}).get(kind)) is not None)
    common = sorted(
        (level for level, ads in counts.items() if ads >= LEAST_ADS), key=lambda one: (-counts[one], one)
    )
    return tuple(sorted(common[:MOST_LEVELS]))
