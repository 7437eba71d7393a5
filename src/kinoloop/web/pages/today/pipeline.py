"""What deals are worth as they stand, what they may bring, and how much of it ads are credited with. Pure.

What a deal brings is a chance until it ends, and which ad brought it a matter of opinion: both have a range.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.attribution.records import MODELS, Model
from kinoloop.learning.lineage.records import Sale
from kinoloop.learning.revenue.records import DealValue, StageTable

DRAWS, AT_ONCE = 2_000, 500
LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Pipeline:
    """Deals that came in within a window, as they stand now. Money is minor units of the stages' currency.

    `expected` adds up chances times prices (`unknown` deals are not in it), with 80 % between `low` and
    `high` by chance alone. `by_ads` is what the matched model credits to ads, `least` and `most` what any
    model does; all of `stand`.
    """

    deals: int
    won: int
    lost: int
    stand: Minor
    won_money: Minor
    expected: Minor
    low: Minor
    high: Minor
    unknown: int
    by_ads: Minor
    least: Minor
    most: Minor


def pipeline_of(
    deals: Sequence[DealValue], credited: Sequence[Sale], table: StageTable, rng: np.random.Generator
) -> Pipeline:
    low, high = likely(deals, table, rng)
    by_model = ads_money(credited)
    return Pipeline(
        deals=len(deals),
        won=sum(one.won for one in deals),
        lost=sum(one.lost for one in deals),
        stand=sum(one.level for one in deals),
        won_money=sum(one.level for one in deals if one.won),
        expected=sum(one.expected or 0 for one in deals),
        low=low,
        high=high,
        unknown=sum(one.expected is None for one in deals),
        by_ads=by_model["matched"],
        least=min(by_model.values()),
        most=max(by_model.values()),
    )


def likely(deals: Sequence[DealValue], table: StageTable, rng: np.random.Generator) -> tuple[Minor, Minor]:
    """What they bring in 8 of 10 cases, if each open one is won by its stage's chance, by itself."""
    chances, prices = list[float](), list[float]()
    for one in deals:
        if one.expected is not None and not one.won and not one.lost:
            chances.append((table.probability or {}).get(one.stage or "", 0.0))
            prices.append(float((one.value if one.value is not None else table.avg_deal_value) or 0))
    sure = sum(one.level for one in deals if one.won)
    drawn = np.zeros(DRAWS)
    for at in range(0, len(chances), AT_ONCE):
        p, price = np.array(chances[at : at + AT_ONCE]), np.array(prices[at : at + AT_ONCE])
        drawn += (rng.random((DRAWS, len(p))) < p) @ price
    low, high = np.quantile(drawn, (LOW, HIGH), method="inverted_cdf")
    return sure + round(float(low)), sure + round(float(high))


def ads_money(credited: Sequence[Sale]) -> Mapping[Model, Minor]:
    """What each model credits to any ad, of what the deals stand at."""
    found: dict[Model, float] = dict.fromkeys(MODELS, 0.0)
    for sale in credited:
        for one in sale.credits:
            found[one.model] += one.share * sale.value / max(1, sale.conversions)
    return {model: round(amount) for model, amount in found.items()}
