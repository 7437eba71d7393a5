"""Ads whose true rates are known, with what they got."""

from datetime import date, timedelta

import numpy as np

from kinoloop.learning.predictor.records import AdDay, Counts, Floats, Ints

FIRST = date(2026, 10, 1)


def counts(campaign: Ints, shown: Floats, clicks: Floats, design: Floats | None = None) -> Counts:
    empty = np.zeros((len(campaign), 0))
    return Counts(
        campaign, shown.astype(np.float64), clicks.astype(np.float64), empty if design is None else design
    )


def true_rates(
    rng: np.random.Generator,
    campaigns: int,
    ads: int,
    *,
    between: float = 0.6,
    within: float = 0.25,
    middle: float = -4.2,
) -> tuple[Ints, Floats]:
    """The campaign of each ad, and its rate."""
    campaign = np.repeat(np.arange(campaigns), ads)
    logit = middle + rng.normal(0, between, campaigns)[campaign] + rng.normal(0, within, campaigns * ads)
    return campaign, 1 / (1 + np.exp(-logit))


def drawn(rng: np.random.Generator, campaign: Ints, rate: Floats, shown: int) -> Counts:
    return counts(campaign, np.full(len(rate), float(shown)), rng.binomial(shown, rate).astype(np.float64))


def days_of(
    rng: np.random.Generator, campaign: Ints, rate: Floats, *, days: int = 12, shown: int = 300
) -> list[AdDay]:
    """So many impressions of every ad on every day."""
    return [
        AdDay(
            f"ad-{ad}",
            f"c-{campaign[ad]}",
            FIRST + timedelta(days=day),
            shown,
            int(rng.binomial(shown, rate[ad])),
        )
        for day in range(days)
        for ad in range(len(rate))
    ]
