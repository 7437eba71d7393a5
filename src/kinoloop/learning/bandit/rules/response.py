"""What money buys: views per unit of money, and how fast the next unit buys less.

views(b) = A K ((1 + b/K)^eta - 1) / eta for a daily budget b; A and eta are the ad's, K the usual first
budget. Whole days only, since a day's hours are priced differently.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import Floats
from kinoloop.learning.bandit.rules.concavity import account_eta, days_of, own_etas

PRIOR_VIEWS = 2000.0
OWN_CURVE_SD = 0.03
"""What is left unknown of an ad's price by its curve."""


@dataclass(frozen=True)
class Response:
    """`views` per minor unit at zero budget (NaN when no view was ever bought), with variance of its log;
    `level` the account's. `eta` is each ad's concavity.
    """

    views: Floats
    var: Floats
    level: float
    eta: Floats
    scale: float


def thinned(budget: Floats, scale: float, eta: Floats | float) -> Floats:
    """Views bought at a daily budget, relative to what zero budget's price would buy; 1 at zero."""
    much = np.maximum(np.asarray(budget, dtype=np.float64) / scale, 1e-9)
    result: Floats = np.expm1(eta * np.log1p(much)) / (eta * much)
    return result


def response(spend: Floats, views: Floats, days: Floats, scale: float) -> Response:
    """From tables of days by ads; `days` is the length of each row in days."""
    rate = spend / days[:, None]
    told = days_of(rate / scale, spend, views)
    eta = own_etas(told, account_eta(told))
    full_price = (spend * thinned(rate, scale, eta)).sum(axis=0)
    seen = views.sum(axis=0)
    if seen.sum() <= 0 or full_price.sum() <= 0:
        unknown = np.full(spend.shape[1], np.nan)
        return Response(unknown, np.zeros(spend.shape[1]), float("nan"), eta, scale)
    usual = seen.sum() / full_price.sum()
    each = (seen + PRIOR_VIEWS) / (full_price + PRIOR_VIEWS / usual)
    return Response(each, 1 / (seen + PRIOR_VIEWS) + OWN_CURVE_SD**2, float(np.log(usual)), eta, scale)
