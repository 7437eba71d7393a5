"""How many days, and how much money, until an ad may be judged: out of the ignorance zone, enough results in,
and enough of them.

Rough on purpose, and said as such: an answer is promised nowhere, only when there can be one.
"""

import numpy as np
from scipy.special import gammainc

from kinoloop.learning.bandit.records import BanditSettings, Belief, Floats
from kinoloop.learning.bandit.rules.verdicts import Case, Odds, zone_money

PRIOR_RESULTS = 4.0
"""Results that the prior of a conversion rate is worth (`rates`: shape 4)."""
LEGS = 4
"""A lead and three stages. In the B2B market of the sandbox it tells the day within a fifth from day 15."""


def days_to_answer(
    case: Case, belief: Belief, found: Odds, budgets: Floats, settings: BanditSettings
) -> Floats:
    """Days at these daily budgets; NaN where nothing seen so far says how fast results come, or what for."""
    if not found.known:
        return np.full(len(budgets), np.nan)
    pace = np.maximum(budgets, 1e-9)
    zone = np.maximum(
        settings.zone_days - case.age_days, (zone_money(case.launch, settings) - case.spend) / pace
    )
    late = _until_mature(case.age_days, belief.maturity, settings.maturity)
    few = _until_narrow(case, belief, found, pace, settings.sd_cap)
    result: Floats = np.maximum(np.maximum(zone, 0.0), np.maximum(late, few))
    return result


def _until_mature(age: Floats, maturity: Floats, wanted: float) -> Floats:
    """With clicks evenly over an ad's life and a delay in equal exponential legs, the share of results that
    is in depends on age over the leg alone. The leg is what the account's ads have shown (their median).
    """
    shown = (age > 0) & (maturity > 0.02) & (maturity < 0.98)
    if not shown.any():
        return np.where(maturity >= wanted, 0.0, np.nan)
    leg = float(np.median(age[shown] / _legs(maturity[shown])))
    missing = np.maximum(_legs(np.array([wanted]))[0] * leg - age, 0.0)
    return np.where(maturity >= wanted, 0.0, missing)


def _legs(share: Floats) -> Floats:
    """The age x, in legs, at which so much of the results of even clicks is in: P(k, x) - k P(k + 1, x) / x
    for k legs, with P the regularised incomplete gamma function.
    """
    low, high = np.zeros(len(share)), np.full(len(share), 1e3)
    for _ in range(30):
        middle = (low + high) / 2
        inside = gammainc(LEGS, middle) - LEGS / middle * gammainc(LEGS + 1, middle)
        under = inside < share
        low, high = np.where(under, middle, low), np.where(under, high, middle)
    return high


def _until_narrow(case: Case, belief: Belief, found: Odds, pace: Floats, cap: float) -> Floats:
    """If uncertainty falls with the number of results, the prior's included: until it is below the cap."""
    results = belief.leads + belief.coming
    needed = (PRIOR_RESULTS + belief.leads) * (found.sd / cap) ** 2 - PRIOR_RESULTS
    missing = np.maximum(needed - results, 0.0)
    spent, seen = float(case.spend.sum()), float(results.sum())
    usual = seen / spent if spent > 0 and seen > 0 else np.nan
    worth = PRIOR_RESULTS / usual if usual > 0 else np.nan
    rate = (results + PRIOR_RESULTS) / (case.spend + worth)
    days: Floats = np.where(found.sd < cap, 0.0, missing / (rate * pace))
    return days
