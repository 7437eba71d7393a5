"""Learning from days, and looking on later days at whether it was worth it.

The split is in time: what was learnt from lies wholly before what it is judged on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from kinoloop.core.text import plural
from kinoloop.learning.predictor.records import AdDay, Asked, CtrModel, Quality, Traits
from kinoloop.learning.predictor.rules import traits as columns_of
from kinoloop.learning.predictor.rules.estimating import normal_rate, posterior
from kinoloop.learning.predictor.rules.fitting import drift_of, fit
from kinoloop.learning.predictor.rules.metrics import quality

LEAST_ADS, LEAST_CLICKS, LEAST_DAYS = 5, 50, 4
HELD_OUT = 0.25
LEAST_HELD_CLICKS = 20


@dataclass(frozen=True)
class Lesson:
    """A model of all days, with how one of the days before `cut` did from there on. `beats` is None when the
    later days hold too few clicks to say.
    """

    model: CtrModel
    since: date
    until: date
    cut: date
    rows: int
    held_out: Quality
    beats: bool


def too_little(days: Sequence[AdDay]) -> str | None:
    """Why nothing can be learnt from these days yet; None when something can."""
    shown = [day for day in days if day.impressions]
    ads, dates = {day.ad_id for day in shown}, {day.day for day in shown}
    clicks = sum(day.clicks for day in shown)
    if len(ads) < LEAST_ADS:
        return f"{plural(len(ads), 'ad')} had impressions; {LEAST_ADS} are needed."
    if len(dates) < LEAST_DAYS:
        return f"There are results of {plural(len(dates), 'day')}; {LEAST_DAYS} are needed."
    if clicks < LEAST_CLICKS:
        return f"There were {plural(clicks, 'click')}; {LEAST_CLICKS} are needed."
    late = sum(day.clicks for day in shown if day.day >= cut_of(days))
    if late < LEAST_HELD_CLICKS:
        return f"The last days had {plural(late, 'click')}; {LEAST_HELD_CLICKS} are needed to judge by."
    return None


def cut_of(days: Sequence[AdDay]) -> date:
    """The first day of the last quarter of the time."""
    first, last = min(day.day for day in days), max(day.day for day in days)
    held = max(1, round(((last - first).days + 1) * HELD_OUT))
    return last - timedelta(days=held - 1)


def learn(days: Sequence[AdDay], traits: Mapping[str, Traits]) -> Lesson:
    """`traits` by ad id, as far as they are known. Days that `too_little` refuses raise ValueError."""
    trouble = too_little(days)
    if trouble is not None:
        raise ValueError(trouble)
    cut = cut_of(days)
    before, after, everything = _totals(days, traits, cut)
    columns = columns_of.common([ad.traits for ad in before if ad.impressions])
    early = fit(columns_of.counted(before, columns), columns)
    known, then = columns_of.counted(before, columns), columns_of.counted(after, columns)
    told = posterior(early, known)
    drift = drift_of(early, known, then)
    wider = replace(told, variance=told.variance + drift**2)
    judged = quality(normal_rate(wider.logit, wider.variance), then, early.base_rate, wider)
    columns = columns_of.common([ad.traits for ad in everything if ad.impressions])
    model = replace(fit(columns_of.counted(everything, columns), columns), drift=drift)
    first, last = min(day.day for day in days), max(day.day for day in days)
    return Lesson(model, first, last, cut, len(days), judged, beats=judged.ne < 1.0)


def _totals(
    days: Sequence[AdDay], traits: Mapping[str, Traits], cut: date
) -> tuple[list[Asked], list[Asked], list[Asked]]:
    """The same ads in the same order: before the cut, from it on, and both."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    campaigns: dict[str, str] = {}
    for day in sorted(days, key=lambda day: (day.ad_id, day.day)):
        late = 2 * (day.day >= cut)
        sums[day.ad_id][late] += day.impressions
        sums[day.ad_id][late + 1] += day.clicks
        campaigns[day.ad_id] = day.campaign_id
    ads = [Asked(ad_id=ad, campaign_id=campaigns[ad], traits=traits.get(ad, {})) for ad in sums]
    counts = list(sums.values())
    return (
        [replace(ad, impressions=n[0], clicks=n[1]) for ad, n in zip(ads, counts, strict=True)],
        [replace(ad, impressions=n[2], clicks=n[3]) for ad, n in zip(ads, counts, strict=True)],
        [replace(ad, impressions=n[0] + n[2], clicks=n[1] + n[3]) for ad, n in zip(ads, counts, strict=True)],
    )


def last_whole_day(now: datetime, timezone: str) -> date:
    """Yesterday on the account's own clock."""
    return now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=1)


def gathered(days: Iterable[AdDay]) -> dict[str, Asked]:
    """Every ad with all that it got in these days."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    campaigns: dict[str, str] = {}
    for day in days:
        sums[day.ad_id][0] += day.impressions
        sums[day.ad_id][1] += day.clicks
        campaigns[day.ad_id] = day.campaign_id
    return {
        ad_id: Asked(ad_id=ad_id, campaign_id=campaigns[ad_id], impressions=shown, clicks=clicks)
        for ad_id, (shown, clicks) in sorted(sums.items())
    }
