"""What is true of every ad and what nobody in the account can see; drawn once per ad from the seed."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from kinoloop.sandbox.market.response import impressions
from kinoloop.sandbox.market.settings import Setting, Spread

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """One entry per ad in each array. `rates` has a column per stage; `value` is the mean worth of a sale,
    dollars.

    `favour` is how much of a shared budget the platform likes to give the ad; `features` is seen by
    everybody.
    """

    per_dollar: Floats
    ctr: Floats
    cvr: Floats
    rates: Floats
    value: Floats
    eta: Floats
    audience: Floats
    powers: Floats
    floors: Floats
    paces: Floats
    ios: Floats
    favour: Floats
    features: NDArray[np.int64]

    @property
    def count(self) -> int:
        return len(self.ctr)

    @property
    def worth(self) -> Floats:
        """Expected dollars of one entry (a purchase or a lead)."""
        result: Floats = self.rates.prod(axis=1) * self.value
        return result

    def revenue(self, budgets: Floats, scale: float) -> Floats:
        """Expected dollars a day of fresh ads at these daily budgets, in an average market."""
        shown = impressions(budgets, 1.0, self.per_dollar, scale, self.eta)
        result: Floats = shown * self.ctr * self.cvr * self.worth
        return result

    def joined(self, other: Self) -> Self:
        """Both, in order."""
        pairs = (np.concatenate([getattr(self, f.name), getattr(other, f.name)]) for f in fields(self))
        return type(self)(*pairs)

    def replaced(self, place: int, other: Self) -> Self:
        """With one ad's row taken from `other`; its audience and its phones stay."""
        arrays = {f.name: getattr(self, f.name).copy() for f in fields(self)}
        for name in arrays.keys() - {"audience", "ios"}:
            arrays[name][place] = getattr(other, name)[0]
        return type(self)(**arrays)


class Nature:
    """Draws ads. What a feature is worth is drawn once, so that later ads profit from what was learnt."""

    def __init__(self, setting: Setting, seed: int) -> None:
        self.setting = setting
        rng = np.random.default_rng([seed, 1])
        rows = 3 + len(setting.stages)  # click rate, conversion rate, value, and each stage
        drawn = [rng.standard_normal((rows, levels)) for levels in setting.features]
        self._effects = [effect - effect.mean(axis=1, keepdims=True) for effect in drawn]

    def draw(self, count: int, rng: np.random.Generator) -> Truth:
        setting, tiring = self.setting, self.setting.tiring
        features = np.column_stack([rng.integers(0, n, count) for n in setting.features])
        shares = self._common(features, rng)
        powers = rng.uniform(*tiring.power, count)
        plateau = rng.random(count) < 0.5
        ctr = setting.ctr.median * np.exp(setting.ctr.sd * shares[0])
        return Truth(
            per_dollar=1000 / spread(setting.price, rng.standard_normal(count)),
            ctr=ctr,
            cvr=setting.cvr.median * np.exp(setting.cvr.sd * self._against(shares)),
            rates=self._rates(shares, count),
            value=setting.usual_value * np.exp(setting.value.sd * shares[2]),
            eta=rng.uniform(*setting.eta, count),
            audience=spread(tiring.audience, rng.standard_normal(count)),
            powers=np.where(plateau, 0.0, powers),
            floors=rng.uniform(*tiring.floor, count),
            paces=rng.uniform(*tiring.pace, count),
            ios=rng.uniform(*setting.identity.ios, count),
            favour=np.sqrt(ctr / setting.ctr.median),
            features=features,
        )

    def _common(self, features: NDArray[np.int64], rng: np.random.Generator) -> Floats:
        """Standard normal rows for CTR, CVR, value and each stage: partly by features, partly the ad's
        own.
        """
        rows = self._effects[0].shape[0]
        by_feature = np.zeros((rows, len(features)))
        for column, effect in enumerate(self._effects):
            by_feature += effect[:, features[:, column]]
        spreads = np.sqrt(sum((effect**2).mean(axis=1) for effect in self._effects))
        own = rng.standard_normal(by_feature.shape)
        share = self.setting.feature_share
        result: Floats = np.sqrt(share) * by_feature / spreads[:, None] + np.sqrt(1 - share) * own
        return result

    def _against(self, shares: Floats) -> Floats:
        """The CVR's row, correlated with the CTR's as the setting says."""
        rho = self.setting.correlation
        result: Floats = rho * shares[0] + np.sqrt(1 - rho**2) * shares[1]
        return result

    def _rates(self, shares: Floats, count: int) -> Floats:
        stages, rho = self.setting.stages, self.setting.lead_correlation
        tied = rho * self._against(shares)
        own = np.sqrt(1 - rho**2) * shares[3:]
        rows = [spread(stage.rate, tied + own[place]) for place, stage in enumerate(stages)]
        return np.minimum(np.column_stack(rows), 0.95) if rows else np.ones((count, 1))


def spread(of: Spread, normal: Floats) -> Floats:
    """Lognormal values from standard normal ones."""
    result: Floats = of.median * np.exp(of.sd * normal)
    return result
