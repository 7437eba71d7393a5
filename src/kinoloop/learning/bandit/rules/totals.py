"""Belief from totals alone: views, clicks, money and age of each ad, as somebody tells them in one request.

log return = log (clicks per money) + log (value per click). Each is a Gamma posterior around what all ads
told of have together (shapes 8 and 4, as in `fatigue` and `belief`). Value is counted in results of equal
worth; where the worth is not told, it is what makes 3 % of clicks a result, which only decides how sure one
may be. Clicks count as far as their results can be in: evenly over the ad's age, by a usual delay. What is
not in totals (fatigue, curvature, which click brought what) is not made up: no fatigue, eta at its usual.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import Belief, Floats, Mode
from kinoloop.learning.bandit.rules.allocation import average_gain
from kinoloop.learning.bandit.rules.concavity import USUAL_ETA

CLICK_SHAPE, RESULT_SHAPE = 8.0, 4.0
USUAL_RATE = 0.03
TOLD_RESULTS = 5.0
"""The most results that feedback counts for: it tells the account's level, not this ad's."""
DELAYS: Mapping[Mode, tuple[float, float, float]] = {"direct": (0.30, 0.7, 1.6), "pipeline": (0.0, 4.0, 1.0)}
"""Share at once, median days of the rest, sigma of its log; to a purchase, or a first stage that counts."""
UNTOLD_VAR = 2.0
"""Variance of the account's log level when nothing tells what a result is worth."""
DNA_BOOST = 0.2
"""How much more a creative with the best score is expected to bring, before it has shown anything."""


@dataclass(frozen=True)
class Totals:
    """One entry per ad; money is minor units. `value` is the pipeline's, or cash in direct mode; `dna` scores
    from 0 to 1, NaN unknown. `worth` is what one result is worth, None when untold. `told_value` and
    `told_spend` are feedback's totals. `pace` is the daily budget that the ads had, `usual` the account's.
    """

    mode: Mode
    impressions: Floats
    clicks: Floats
    spend: Floats
    value: Floats
    age_days: Floats
    dna: Floats
    pace: Floats
    usual: float
    worth: Minor | None = None
    told_value: Minor = 0
    told_spend: Minor = 0


def mature(age_days: Floats, mode: Mode) -> Floats:
    """The share of results that is in, of clicks that came evenly over so many days."""
    at_once, median, sigma = DELAYS[mode]
    ages = age_days[:, None] * (np.arange(50) + 0.5) / 50
    later = ndtr(np.log(np.maximum(ages, 1e-9) / median) / sigma)
    share: Floats = (at_once + (1 - at_once) * later).mean(axis=1)
    return share


@dataclass(frozen=True)
class Level:
    """What the account's ads have in common: clicks per money, results per click, the worth of a result, and
    how many results that rests on.
    """

    clicks: float
    rate: float
    worth: float
    results: float

    @property
    def log_roas(self) -> float:
        return float(np.log(self.clicks * self.rate * self.worth))


def believe_totals(told: Totals) -> Belief:
    """The posterior of every ad told of."""
    maturity, count = mature(told.age_days, told.mode), len(told.spend)
    ripe = told.clicks * maturity
    level, creative = _level(told, ripe), _creative(told.dna)
    results = told.value / level.worth
    taps, tap_var = _gamma(told.clicks, told.spend, np.full(count, level.clicks), CLICK_SHAPE)
    sold, sold_var = _gamma(results, ripe, level.rate * np.exp(creative), RESULT_SHAPE)
    first_unit = -np.log(average_gain(told.pace, told.usual, USUAL_ETA))
    parts = {
        "account": level.log_roas + first_unit,
        "clicks": taps - np.log(level.clicks),
        "creative": creative,
        "conversions": sold - np.log(level.rate) - creative,
    }
    known = told.worth is not None or told.value.sum() + told.told_value > 0
    unknown = np.full(count, np.nan)
    return Belief(
        mu=np.sum(list(parts.values()), axis=0),
        var=tap_var + sold_var,
        common=1 / (level.results + 1) if known else UNTOLD_VAR,
        response=np.divide(told.impressions, told.spend, out=unknown, where=told.spend > 0),
        eta=np.full(count, USUAL_ETA),
        scale=told.usual,
        maturity=maturity,
        fatigue=np.zeros(count),
        coming=np.exp(sold + sold_var / 2) * (told.clicks - ripe),
        leads=results,
        parts=parts,
        evidence={
            "clicks": 1 - tap_var / np.log1p(1 / CLICK_SHAPE),
            "conversions": 1 - sold_var / np.log1p(1 / RESULT_SHAPE),
        },
    )


def _level(told: Totals, ripe: Floats) -> Level:
    """Rates of all ads together, each with one count from before; feedback adds a few results."""
    clicks = float((told.clicks.sum() + 1) / (told.spend.sum() + told.usual))
    worth = _worth(told, ripe)
    heard, heard_spend = _heard(told, worth)
    results = float(told.value.sum()) / worth + heard
    rate = (results + 1) / float(ripe.sum() + heard_spend * clicks + 1 / USUAL_RATE)
    return Level(clicks, rate, worth, results)


def _creative(dna: Floats) -> Floats:
    """The log of each creative's boost over the mean one; unknown scores count as the mean of the known."""
    known = dna[~np.isnan(dna)]
    boost = 1 + DNA_BOOST * np.nan_to_num(dna, nan=float(known.mean()) if len(known) else 0.0)
    centred: Floats = np.log(boost / boost.mean())
    return centred


def _gamma(counts: Floats, exposure: Floats, usual: Floats, shape: float) -> tuple[Floats, Floats]:
    """Mean and variance of the log of a rate, moment-matched, from a Gamma prior around the usual rate."""
    total = shape + counts
    var = np.log1p(1 / total)
    return np.log(total / (shape / usual + exposure)) - var / 2, var


def _worth(told: Totals, ripe: Floats) -> float:
    if told.worth is not None:
        return float(told.worth)
    if told.value.sum() > 0:
        return float(told.value.sum() / max(USUAL_RATE * ripe.sum(), 1.0))
    return float(max(told.told_value, 1) / TOLD_RESULTS)


def _heard(told: Totals, worth: float) -> tuple[float, float]:
    """Feedback as results and money, scaled down to at most `TOLD_RESULTS` results."""
    results = told.told_value / worth
    share = min(1.0, TOLD_RESULTS / results) if results > 0 else 0.0
    return results * share, told.told_spend * share
