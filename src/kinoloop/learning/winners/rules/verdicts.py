"""Who won and who lost: enough shown, clicked, spent and converted, and a posterior that clears the bar.

One good hour is no winner: 1 click of 30 views is 3.3 %, and says nothing.
"""

from collections.abc import Sequence

import numpy as np

from kinoloop.core.currency import Currency
from kinoloop.core.text import plural
from kinoloop.learning.winners.records import Measure, Standing, Track, Verdict, WinnerSettings
from kinoloop.learning.winners.rules.posteriors import EIGHTY, LogRate, rates, values

SHAPE_OF: dict[Measure, float] = {"return": 4.0, "conversions": 4.0, "ctr": 8.0}
_WORDS: dict[Measure, str] = {
    "return": "revenue per money spent",
    "conversions": "conversions per money spent, beside the account's own",
    "ctr": "click rate beside the account's own",
}


def measure_of(tracks: Sequence[Track]) -> Measure:
    """The best that the account can be measured by."""
    if any(one.value > 0 for one in tracks):
        return "return"
    return "conversions" if any(one.conversions > 0 for one in tracks) else "ctr"


def judge(
    tracks: Sequence[Track], settings: WinnerSettings, currency: Currency = Currency("USD")
) -> tuple[Standing, ...]:
    """All ads of one account, each against the bar; what is too little gets no figure, only its reason."""
    measure = measure_of(tracks)
    counted = [one for one in tracks if _exposure(one, measure) > 0]
    posterior = _posterior(counted, measure) if any(_count(one, measure) for one in counted) else None
    place = {one.ad_id: n for n, one in enumerate(counted)}
    rate = _account_rate(counted, measure)
    made = []
    for one in tracks:
        short = too_little(one, settings, currency)
        short = short or _unmeasured(one, place, posterior, measure, settings)
        if short or posterior is None:
            made.append(Standing(one.ad_id, "not_enough_data", measure, short or "No results yet.", one))
        else:
            made.append(_judged(one, place[one.ad_id], posterior, rate, measure, settings))
    return tuple(made)


def too_little(track: Track, settings: WinnerSettings, currency: Currency) -> str:
    """What is still missing before anything may be said, in words; "" when nothing is."""
    missing = []
    if track.impressions < settings.least_impressions:
        missing.append(f"{track.impressions:,} of {settings.least_impressions:,} impressions")
    if track.clicks < settings.least_clicks:
        missing.append(f"{track.clicks:,} of {settings.least_clicks:,} clicks")
    if track.spend < settings.least_spend:
        missing.append(f"{currency.show(track.spend)} of {currency.show(settings.least_spend)} spent")
    if track.age_hours < settings.least_age_hours:
        missing.append(f"{track.age_hours:.0f} of {settings.least_age_hours:.0f} hours")
    return f"Too little to judge: {', '.join(missing)}." if missing else ""


def _unmeasured(
    track: Track,
    place: dict[str, int],
    posterior: LogRate | None,
    measure: Measure,
    settings: WinnerSettings,
) -> str:
    if track.ad_id not in place or posterior is None:
        return f"Nothing it spent is {settings.settle_days} days old yet: its results are not in."
    if measure != "return" and len(place) < settings.least_peers:
        told = plural(len(place), "ad")
        return f"{told} with results; among fewer than {settings.least_peers} nothing can be compared."
    return ""


def _exposure(track: Track, measure: Measure) -> int:
    return track.impressions if measure == "ctr" else track.settled_spend


def _count(track: Track, measure: Measure) -> float:
    return float(track.clicks) if measure == "ctr" else track.conversions


def _account_rate(tracks: Sequence[Track], measure: Measure) -> float:
    """Counts per unit of exposure over the account; 0 before there is anything."""
    exposure = sum(_exposure(one, measure) for one in tracks)
    return sum(_count(one, measure) for one in tracks) / exposure if exposure else 0.0


def _posterior(tracks: Sequence[Track], measure: Measure) -> LogRate:
    counts = np.array([_count(one, measure) for one in tracks])
    exposure = np.array([_exposure(one, measure) for one in tracks], dtype=np.float64)
    rate = rates(counts, exposure, usual_shape=SHAPE_OF[measure])
    if measure != "return":
        return LogRate(rate.mu - np.log(counts.sum() / exposure.sum()), rate.var)
    return rate.times(values(np.array([float(one.value) for one in tracks]), counts))


def _judged(
    track: Track, place: int, posterior: LogRate, rate: float, measure: Measure, settings: WinnerSettings
) -> Standing:
    one = LogRate(posterior.mu[place : place + 1], posterior.var[place : place + 1])
    bar = settings.bar_return if measure == "return" else settings.bar_lift
    floor = settings.floor_return if measure == "return" else 1 / settings.bar_lift
    over, under = float(one.over(bar)[0]), 1 - float(one.over(floor)[0])
    expected = rate * _exposure(track, measure)
    verdict, why = _verdict(track, over, under, expected, measure, settings)
    low, high = float(one.quantile(-EIGHTY)[0]), float(one.quantile(EIGHTY)[0])
    mean = float(one.mean[0])
    told = f"{mean:.2f} {_WORDS[measure]} (80 %: {low:.2f} to {high:.2f}); {why}"
    return Standing(track.ad_id, verdict, measure, told, track, bar, mean, low, high, over, under)


def _verdict(
    track: Track, over: float, under: float, expected: float, measure: Measure, settings: WinnerSettings
) -> tuple[Verdict, str]:
    bar = settings.bar_return if measure == "return" else settings.bar_lift
    if over >= settings.chance and _count(track, measure) >= settings.least_conversions:
        return "winner", f"{over:.0%} sure to be over {bar:g}."
    if under >= settings.chance and expected >= settings.least_expected:
        floor = settings.floor_return if measure == "return" else 1 / settings.bar_lift
        return "loser", f"{under:.0%} sure to be under {floor:.2g}."
    if over >= settings.chance or under >= settings.chance:
        return "not_enough_data", f"likely, but on {_count(track, measure):.1f} results of its own."
    return "neither", f"{over:.0%} sure to be over {bar:g}, {settings.chance:.0%} is asked."
