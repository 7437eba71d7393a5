"""Whether repeated views wear an ad out: its own CTR falling with frequency, safe to look at every day.

Model (facts/decisions.md 4.2): clicks ~ Poisson(n k theta exp(-phi g)), g = log(1 + F) - log(1 + F first
day). Evidence against phi = 0 is an e-value: the likelihood averaged over phi > 0 and theta, over the best
that any steady theta can do. Under a steady CTR it exceeds 1 / alpha at any time with chance alpha at most
(Ville), so looking daily costs nothing. Each day counts by 1 / (1 + day_noise^2 * clicks expected): a
tempered likelihood keeps that bound and forgives a CTR that moves from day to day for reasons of its own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, logsumexp

from kinoloop.learning.winners.records import Exposure, Fatigue, FatigueStatus, WinnerSettings
from kinoloop.learning.winners.rules.audience import audience_of, frequencies, frequency_now

Floats = NDArray[np.float64]
PHI = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.4, 2.0])
PHI_USUAL = 0.5
"""Mean of the exponential prior over phi."""
THETA_SHAPE = 2.0
"""How much the account's CTR tells of a new ad's: the prior is as wide as a factor of two."""
WEEK = 7
WEEKDAY_DAYS = 21
WEEKDAY_CLICKS = 400.0
"""So many clicks of a weekday weigh as much as the guess that it is a day like any other."""


@dataclass(frozen=True)
class Evidence:
    """Day by day, (n,): the log e-value until then, and the exposure `g`. `phi` is the slope at the end."""

    log_e: Floats
    phi: float
    g: Floats


def fatigue(
    exposure: Exposure, account_ctr: float, settings: WinnerSettings, weekdays: Floats | None = None
) -> Fatigue:
    """Judge one ad. `account_ctr` is the account's own rate, `weekdays` (7,) factors by `day` modulo 7.

    The alarm stays until the evidence is gone (an e-value below 1). Saturated and exhausted are degrees of a
    tired ad: a high frequency alone wears nothing out.
    """
    shown = exposure.impressions.astype(np.float64)
    if int(exposure.clicks.sum()) < settings.least_clicks or shown.sum() < settings.least_impressions:
        told = (
            f"{int(shown.sum()):,} impressions and {int(exposure.clicks.sum()):,} clicks are too few to tell."
        )
        return Fatigue("NOT_ENOUGH_DATA", told)
    audience = audience_of(shown, exposure.reach)
    if audience is None:
        return Fatigue("NOT_ENOUGH_DATA", "The platform did not tell how many people were reached.")
    seen, now = frequencies(shown, audience), frequency_now(shown, audience)
    factors = np.ones(WEEK) if weekdays is None else weekdays
    found = evidence(
        exposure.clicks, shown * factors[exposure.day % WEEK], seen, account_ctr, settings.day_noise
    )
    return _told(exposure, found, now, settings)


def evidence(
    clicks: NDArray[np.int64], shown: Floats, seen: Floats, account_ctr: float, day_noise: float
) -> Evidence:
    """The e-value after each day. `shown` are impressions corrected for the weekday, `seen` frequencies."""
    trust = 1 / (1 + day_noise**2 * shown * account_ctr)
    c, n = clicks * trust, shown * trust
    g = np.log1p(seen) - np.log1p(seen[0])
    slope = PHI[:, None]
    counts, steady = np.cumsum(c), np.cumsum(n)
    tired = np.cumsum(n * np.exp(-slope * g), axis=1)
    scale = THETA_SHAPE / account_ctr
    fits = (
        -slope * np.cumsum(c * g)
        + THETA_SHAPE * np.log(scale)
        - gammaln(THETA_SHAPE)
        + gammaln(THETA_SHAPE + counts)
        - (THETA_SHAPE + counts) * np.log(scale + tired)
    )
    prior = -PHI / PHI_USUAL
    prior = prior - logsumexp(prior)
    best = counts * np.log(np.maximum(counts, 1e-300) / steady) - counts
    log_e = logsumexp(fits + prior[:, None], axis=0) - np.where(counts > 0, best, 0.0)
    weights = np.exp(fits[:, -1] + prior - logsumexp(fits[:, -1] + prior))
    return Evidence(log_e, float(weights @ PHI), g)


def weekday_factors(day: NDArray[np.int64], clicks: Floats, impressions: Floats) -> Floats:
    """(7,) factors on the account's CTR by `day` modulo 7, shrunk to 1; from whole account days in order.

    Each day is held against the week around it, so a slow decline stays in. Ones before three weeks.
    """
    if len(day) < WEEKDAY_DAYS:
        return np.ones(WEEK)
    kernel = np.ones(WEEK)
    around = np.convolve(clicks, kernel, "valid") / np.maximum(np.convolve(impressions, kernel, "valid"), 1)
    inner = slice(WEEK // 2, len(day) - WEEK // 2)
    place = day[inner] % WEEK
    expected = np.bincount(place, around * impressions[inner], minlength=WEEK)
    real = np.bincount(place, clicks[inner], minlength=WEEK)
    result: Floats = (real + WEEKDAY_CLICKS) / (expected + WEEKDAY_CLICKS)
    return result


def _told(exposure: Exposure, found: Evidence, now: float, settings: WinnerSettings) -> Fatigue:
    over = np.flatnonzero(found.log_e >= -np.log(settings.fatigue_alarm))
    e_value = float(np.exp(min(found.log_e[-1], 700.0)))
    if not len(over) or found.log_e[-1] < 0:
        told = f"Its CTR holds: nothing against it beyond chance at {now:.1f} views per person."
        return Fatigue("HEALTHY", told, e_value, frequency=now)
    loss = float(1 - np.exp(-found.phi * found.g[-1]))
    status = _degree(exposure, now, settings)
    told = (
        f"CTR is down {loss:.0%} from repeated views (frequency {now:.1f}); "
        f"at most {settings.fatigue_alarm:.0%} of steady ads are ever called so."
    )
    return Fatigue(status, told, e_value, int(exposure.day[over[0]]), loss, now)


def _degree(exposure: Exposure, now: float, settings: WinnerSettings) -> FatigueStatus:
    if now <= settings.saturated_frequency:
        return "FATIGUING"
    first, last = _cpm(exposure, slice(None, WEEK)), _cpm(exposure, slice(-WEEK, None))
    dearer = len(exposure.day) >= 2 * WEEK and first > 0 and last >= settings.exhausted_cpm * first
    return "AUDIENCE_EXHAUSTED" if dearer else "SATURATED"


def _cpm(exposure: Exposure, days: slice) -> float:
    shown = int(exposure.impressions[days].sum())
    return float(exposure.spend[days].sum()) / shown if shown else 0.0
