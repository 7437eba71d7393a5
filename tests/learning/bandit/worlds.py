"""Markets with a known truth, seen as an account's view; and made-up views for laws."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from kinoloop.learning.bandit.records import AccountView, Outcomes, Standing
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.response import frequency, tired
from kinoloop.sandbox.market.seen import Results, Seen
from kinoloop.sandbox.market.settings import SETTINGS, Setting

Floats = NDArray[np.float64]
HOPE_FACTOR = 1.5
"""People hope for half as much again as a sale brings."""


def lived(setting: str, seed: int, days: float) -> Market:
    """A market after so many days of equal budgets."""
    market = Market(SETTINGS[setting], seed)
    market.advance(market.start + timedelta(days=days))
    return market


def outcomes(results: Results) -> Outcomes:
    guess = np.column_stack([results.second, results.third])
    return Outcomes(
        results.entry_at,
        results.click_at,
        results.by_id,
        guess,
        np.full(guess.shape, np.nan),
        results.ios,
        results.moves,
        results.lost_at,
        results.value,
    )


def viewed(seen: Seen, setting: Setting, hoped: int | None, unit: float = 100.0) -> AccountView:
    ids = tuple(card.ad_id for card in seen.ads)
    standing: tuple[Standing, ...] = tuple("off" if name in seen.paused else "running" for name in ids)
    return AccountView(
        mode="pipeline" if setting.stages else "direct",
        hours=seen.hours,
        step_hours=seen.step_hours,
        ad_ids=ids,
        launched_at=np.array([card.launched_at for card in seen.ads], dtype=np.float64),
        kinds=setting.features,
        features=np.array([card.features for card in seen.ads], dtype=np.int64),
        ios=np.array([card.ios for card in seen.ads]),
        spend=seen.spend,
        impressions=seen.impressions,
        clicks=seen.clicks,
        frequency=seen.frequency,
        budgets=np.array([seen.budgets[card.group_id] for card in seen.ads], dtype=np.int64),
        standing=standing,
        total=round(setting.daily_budget * unit),
        launch=round(setting.average_budget * unit),
        outcomes=outcomes(seen.results),
        stages=tuple(stage.name for stage in setting.stages),
        hoped=hoped,
    )


def account(market: Market, hoped: int | None = None) -> AccountView:
    """What is known now; without `hoped`, half as much again as the truth."""
    usual = market.truth.value.mean() * market.unit * HOPE_FACTOR
    return viewed(market.seen(), market.setting, round(usual) if hoped is None else hoped, market.unit)


def true_log_roas(market: Market) -> Floats:
    """Log return now (fatigue included) on the first unit of money, in an average market."""
    count, truth = len(market.ads), market.truth
    shown = market.cohorts.counts("impressions").sum(axis=0).astype(np.float64)
    left = tired(frequency(shown, truth.audience), truth.powers, truth.floors, truth.paces)
    returns = truth.per_dollar * truth.ctr * left * truth.cvr * truth.worth
    result: Floats = np.log(returns)[:count]
    return result


def permuted(view: AccountView, order: NDArray[np.int64]) -> AccountView:
    """The same account, its ads in another order."""
    back = np.empty(len(order) + 1, dtype=np.int64)
    back[order], back[-1] = np.arange(len(order)), -1
    told = view.outcomes
    per_ad = ("launched_at", "features", "ios", "budgets")
    tables = ("spend", "impressions", "clicks", "frequency")
    return replace(
        view,
        ad_ids=tuple(view.ad_ids[place] for place in order),
        standing=tuple(view.standing[place] for place in order),
        **{name: getattr(view, name)[order] for name in per_ad},
        **{name: getattr(view, name)[:, order] for name in tables},
        outcomes=replace(told, by_id=back[told.by_id], guess=back[told.guess]),
    )
