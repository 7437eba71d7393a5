"""What is expected of ads, said with how sure it is."""

from collections.abc import Sequence

import numpy as np

from kinoloop.learning.predictor.records import Asked, CtrModel, Floats, Foreseen, Posterior
from kinoloop.learning.predictor.rules import traits
from kinoloop.learning.predictor.rules.estimating import (
    band_chance,
    band_of,
    interval,
    normal_rate,
    posterior,
)

LEVEL = 0.8


def foresee(model: CtrModel, ads: Sequence[Asked], level: float = LEVEL) -> tuple[Foreseen, ...]:
    """What is expected of each, given what all of them got: ads of one campaign inform each other."""
    if not ads:
        return ()
    counts = traits.counted(ads, model.columns)
    told = posterior(model, counts)
    rates, (low, high) = normal_rate(told.logit, told.variance), interval(told.logit, told.variance, level)
    shown = np.bincount(counts.campaign, weights=counts.impressions)
    others = shown[counts.campaign] - counts.impressions
    return tuple(
        _one(model, ad, told, place, float(rates[place]), (low, high), level, int(others[place]))
        for place, ad in enumerate(ads)
    )


def _one(
    model: CtrModel,
    ad: Asked,
    told: Posterior,
    place: int,
    rate: float,
    bounds: tuple[Floats, Floats],
    level: float,
    others: int,
) -> Foreseen:
    band = band_of(rate)
    return Foreseen(
        ctr=rate,
        low=float(bounds[0][place]),
        high=float(bounds[1][place]),
        level=level,
        band=band,
        chance=band_chance(float(told.logit[place]), float(told.variance[place]), band),
        used=traits.used(ad, model.columns, others),
        unused=traits.unused(ad, model.columns),
        evidence={
            "impressions": ad.impressions,
            "clicks": ad.clicks,
            "campaign_impressions": others + ad.impressions,
        },
    )
