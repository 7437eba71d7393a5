"""What every ad returns on the next unit of money: views per money x clicks x results x sales x worth.

Each factor is a lognormal; their logs add up. Nothing is remembered between rounds. `statistics.gather` reads
the tables, `weighed` does the thinking, so each can be timed alone.
"""

from collections.abc import Mapping

import numpy as np

from kinoloop.learning.bandit.records import AccountView, BanditSettings, Belief, Floats
from kinoloop.learning.bandit.rules.credit import credited, seen_results
from kinoloop.learning.bandit.rules.fatigue import ClickRates, click_rates
from kinoloop.learning.bandit.rules.rates import Design, Habits, Rates, fit
from kinoloop.learning.bandit.rules.response import Response
from kinoloop.learning.bandit.rules.stages import StageRates, stage_rates
from kinoloop.learning.bandit.rules.statistics import Statistics, gather
from kinoloop.learning.bandit.rules.value import Worth, worth

RESULTS = Habits(mean=0.03, feature_sd=0.15, shape=4.0)
SURROGATE, ENOUGH_CLICKS = -2, 20.0
UNKNOWN_LEVEL_VAR = 1.0
"""Variance of the account's log level where nothing tells what a sale or a view is worth."""
Z80 = 1.2815515655446004


def believe(view: AccountView, settings: BanditSettings) -> Belief:
    """The posterior of every ad of an account, from its tables as they stand."""
    return weighed(gather(view, settings))


def weighed(seen: Statistics) -> Belief:
    """The posterior from sufficient statistics."""
    taps = click_rates(seen.attention, seen.design)
    design = seen.design.joined(surrogate(taps.fresh, seen.clicks), SURROGATE)
    first = fit(seen.credits.sure, seen.credits.sure_exposure, design, RESULTS)
    guess, _ = first.posterior(seen.credits.sure, seen.credits.sure_exposure)
    counts, exposure = credited(seen.credits, np.exp(guess))
    results = fit(counts, exposure, design, RESULTS)
    mu, var = results.posterior(counts, exposure)
    ways = stage_rates(seen.passages, design) if seen.passages is not None else None
    money = worth(seen.sales)
    return _joined(seen, taps, results, (mu, var), ways, money)


def surrogate(log_rate: Floats, clicks: Floats) -> Floats:
    """Click rate as a feature of what comes after the click: centred and scaled, 0 for young ads. The
    account learns how much, and with which sign, it tells.
    """
    told = clicks >= ENOUGH_CLICKS
    if not told.any():
        return np.zeros_like(log_rate)
    some = log_rate[told]
    result: Floats = np.where(told, (log_rate - some.mean()) / (0.15 + some.std()), 0.0)
    return result


def interval(log_mean: Floats, var: Floats, factor: float) -> tuple[Floats, Floats, Floats]:
    """Mean and 80 % interval of a lognormal, its standard deviation times `factor` for display: on the
    seeds that the settings were tuned on the plain one covers 78-89 % where it should cover 80 %.
    """
    wide = factor * np.sqrt(var)
    return np.exp(log_mean + var / 2), np.exp(log_mean - Z80 * wide), np.exp(log_mean + Z80 * wide)


def _joined(
    seen: Statistics,
    taps: ClickRates,
    results: Rates,
    result: tuple[Floats, Floats],
    ways: StageRates | None,
    money: Worth | None,
) -> Belief:
    bought, ads = seen.response, len(seen.clicks)
    nothing = np.zeros(ads)
    factors = {
        "clicks": (taps.now, taps.var, taps.rates.level),
        "conversions": (*result, results.level),
        "stages": (ways.mu, ways.var, ways.level) if ways else (nothing, nothing, 0.0),
        "value": (money.mu, money.var, money.level) if money else (nothing, nothing, 0.0),
        "price": _price(bought),
    }
    known = money is not None and bool(np.isfinite(bought.level))
    level = sum(part[2] for part in factors.values()) if known else 0.0
    fits = [taps.rates, results, *(ways.rates if ways else ())]
    common = sum(rates.common for rates in fits) + (money.common if money else 0.0)
    parts = _parts(factors, fits, taps, level)
    return Belief(
        mu=np.sum(list(parts.values()), axis=0),
        var=np.sum([var for _, var, _ in factors.values()], axis=0),
        common=common + (0.0 if known else UNKNOWN_LEVEL_VAR),
        response=bought.views,
        eta=bought.eta,
        scale=bought.scale,
        maturity=seen.maturity,
        fatigue=taps.lost,
        coming=np.exp(result[0] + result[1] / 2) * seen.pending,
        leads=seen_results(seen.credits, np.exp(result[0])),
        parts=parts,
        evidence=_evidence(taps, results, result[1], ways, money),
    )


def _price(bought: Response) -> tuple[Floats, Floats, float]:
    if not np.isfinite(bought.level):
        return np.zeros_like(bought.var), bought.var, 0.0
    return np.log(bought.views), bought.var, bought.level


def _parts(
    factors: Mapping[str, tuple[Floats, Floats, float]], fits: list[Rates], taps: ClickRates, level: float
) -> dict[str, Floats]:
    """What makes up each ad's log return: the account's level, its features by kind, its own data."""
    design: Design = fits[-1].design
    parts = {"account": np.full(len(taps.now), level)}
    for kind in sorted({int(group) for group in design.group if group >= 0}):
        parts[f"kind_{kind}"] = np.sum([rates.part(kind) for rates in fits], axis=0)
    parts["surrogate"] = np.sum([rates.part(SURROGATE) for rates in fits[1:]], axis=0)
    predicted = {
        "clicks": np.log(taps.rates.mean),
        "conversions": np.log(fits[1].mean),
        "stages": np.sum([np.log(rates.mean) for rates in fits[2:]], axis=0) if fits[2:] else 0.0,
    }
    for name, (mu, _, usual) in factors.items():
        parts[name] = mu - predicted.get(name, usual)
    parts["fatigue"] = -taps.slope * taps.worn
    parts["clicks"] = parts["clicks"] - parts["fatigue"]
    return parts


def _evidence(
    taps: ClickRates, results: Rates, result_var: Floats, ways: StageRates | None, money: Worth | None
) -> dict[str, Floats]:
    """Share of each factor's prior variance that data has removed."""
    told = {
        "clicks": 1 - taps.var / taps.rates.prior_var,
        "conversions": 1 - result_var / results.prior_var,
    }
    if ways is not None:
        told["stages"] = 1 - ways.var / ways.prior_var
    told["value"] = 1 - money.var / money.prior_var if money else np.zeros_like(taps.var)
    return {name: np.clip(share, 0.0, 1.0) for name, share in told.items()}
