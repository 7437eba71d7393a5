"""From ads with traits to columns of zeros and ones, and back to what was used.

Only what at least five ads share and not all have becomes a column, the most frequent twenty at most.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from kinoloop.learning.predictor.records import Asked, Counts, Floats, Traits

MOST_COLUMNS, LEAST_ADS = 20, 5


def words(traits: Traits) -> tuple[str, ...]:
    """`kind=level` of each, in order."""
    return tuple(f"{kind}={traits[kind]}" for kind in sorted(traits))


def common(ads: Sequence[Traits]) -> tuple[str, ...]:
    """The columns worth having, in alphabetical order."""
    counted = Counter(word for traits in ads for word in words(traits))
    enough = [word for word, count in counted.items() if LEAST_ADS <= count < len(ads)]
    return tuple(sorted(sorted(enough, key=lambda word: (-counted[word], word))[:MOST_COLUMNS]))


def design(ads: Sequence[Traits], columns: Sequence[str]) -> Floats:
    """(ads, columns) of 0 and 1. A trait without a column is left out, one that is not told counts as 0."""
    place = {word: number for number, word in enumerate(columns)}
    matrix = np.zeros((len(ads), len(columns)))
    for row, traits in enumerate(ads):
        for word in words(traits):
            if word in place:
                matrix[row, place[word]] = 1.0
    return matrix


def counted(ads: Sequence[Asked], columns: Sequence[str]) -> Counts:
    """Ads as arrays. Those without a campaign stand each in one of its own."""
    numbers: dict[str, int] = {}
    for place, ad in enumerate(ads):
        numbers.setdefault(_campaign(ad, place), len(numbers))
    return Counts(
        campaign=np.array([numbers[_campaign(ad, place)] for place, ad in enumerate(ads)], dtype=np.int64),
        impressions=np.array([ad.impressions for ad in ads], dtype=np.float64),
        clicks=np.array([ad.clicks for ad in ads], dtype=np.float64),
        design=design([ad.traits for ad in ads], columns),
    )


def used(ad: Asked, columns: Sequence[str], siblings: int) -> tuple[str, ...]:
    """What told this ad apart from the average one."""
    own = ("impressions", "clicks") if ad.impressions else ()
    shared = ("campaign",) if siblings else ()
    return (*shared, *own, *(word for word in words(ad.traits) if word in set(columns)))


def unused(ad: Asked, columns: Sequence[str]) -> tuple[str, ...]:
    """Traits that were told and that the model has not learnt."""
    return tuple(word for word in words(ad.traits) if word not in set(columns))


def plain(told: Mapping[str, object]) -> dict[str, str]:
    """Traits out of what somebody sends: texts, numbers and truths; anything deeper is left out."""
    kept = {name: value for name, value in told.items() if isinstance(value, str | int | float | bool)}
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in kept.items()
    }


def _campaign(ad: Asked, place: int) -> str:
    return f"ad {place}" if ad.campaign_id is None else f"campaign {ad.campaign_id}"
