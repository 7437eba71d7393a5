"""Which ad brought how many results, when only some carry a click id and fuzzy answers are often wrong.

How often an answer is right is measured where the click id came along too: that overlap is free labelled
data. Wrong answers are taken off at the click share of their time, so ads with few clicks get no phantoms.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import AccountView, Floats, Ints, Outcomes
from kinoloop.learning.bandit.rules.answers import Answers, listed, voting
from kinoloop.learning.bandit.rules.delays import Curve

KEPT, KEPT_WEIGHT = 0.6, 2.0


@dataclass(frozen=True)
class Links:
    """Pairs of a result (`row` of the outcomes) and an `ad`, with the information weight of the match."""

    row: Ints
    ad: Ints
    weight: Floats


@dataclass(frozen=True)
class Credits:
    """Sums per ad, discounted unless said otherwise; two-dimensional ones have a column per kind of answer.

    `sure` results with a click id and the exposure `sure_exposure` (ripe clicks whose id would have come
    along); `other_exposure` is the rest. `named` answers, `chance` how they would fall by clicks alone;
    per kind `right` is the share of answers that are right, `caught` the share of results without an id that
    get a right one. `sure_count` and `named_count` are not discounted.
    """

    sure: Floats
    sure_exposure: Floats
    other_exposure: Floats
    named: Floats
    chance: Floats
    right: Floats
    caught: Floats
    sure_count: Floats
    named_count: Floats


@dataclass(frozen=True)
class Times:
    """Steps of the click table: hours since the first began when each starts and ends; the age discount."""

    start: Floats
    end: Floats
    discount: Floats
    now: float
    half_life: float

    def worth(self, at: Floats) -> Floats:
        """Discount of what happened at these hours."""
        result: Floats = 2.0 ** (-np.maximum(self.now - at, 0.0) / self.half_life)
        return result


def count(view: AccountView, clicks: Floats, times: Times, curve: Curve) -> tuple[Credits, Links]:
    """Count everything that tells which ad brought a result. `clicks` is steps by ads."""
    outcomes, ads = view.outcomes, view.count
    sure = np.flatnonzero(outcomes.by_id >= 0)
    ripe = (curve.over(times.now - times.end, times.now - times.start) * times.discount) @ clicks
    kept = kept_share(view)
    flow, at = _flow(outcomes, clicks, times, curve)
    flows = [_shares(flow**votes) for votes in range(1, voting(outcomes) + 1)]
    luck = np.zeros((len(outcomes), len(flows)))
    for place, share in enumerate(flows):
        luck[sure, place] = share[at[sure], outcomes.by_id[sure]]
    answers = listed(outcomes, view.organic, luck)
    worth = times.worth(outcomes.entry_at) * _waited(curve, times.half_life)
    made = Credits(
        _sum(outcomes.by_id[sure], times.worth(outcomes.click_at[sure]), ads),
        ripe * kept,
        ripe * (1 - kept),
        answers.table(worth, ads),
        _chance(answers, at, worth, flows, ads),
        answers.right,
        answers.caught,
        _sum(outcomes.by_id[sure], np.ones(len(sure)), ads),
        answers.table(np.ones(len(outcomes)), ads),
    )
    weight = answers.right[answers.kind] ** 2
    links = Links(
        np.concatenate([sure, answers.row]),
        np.concatenate([outcomes.by_id[sure], answers.ad]),
        np.concatenate([np.ones(len(sure)), weight]),
    )
    return made, links


def kept_share(view: AccountView) -> Floats:
    """Chance per ad that a result carries its click id, by the phones of its clicks."""
    outcomes, phones = view.outcomes, view.ios
    known = phones[~np.isnan(phones)]
    usual = known.mean() if len(known) else (outcomes.ios.mean() if len(outcomes) else 0.5)
    share = np.where(np.isnan(phones), usual, phones)
    iphone, other = (_kept(outcomes, outcomes.ios == flag, view.organic) for flag in (True, False))
    result: Floats = share * iphone + (1 - share) * other
    return result


def credited(seen: Credits, rate: Floats) -> tuple[Floats, Floats]:
    """Results and exposure per ad with all answers in, given a first guess of each ad's rate.

    An answer counts by the chance that it is right for that ad; the sum alone is kept from below zero, since
    cutting parts at zero would add results that never were.
    """
    chance = chance_right(seen, rate)
    extra = (chance * (seen.named - (1 - seen.right) * seen.chance)).sum(axis=1)
    caught = (chance * seen.caught).sum(axis=1)
    return np.maximum(seen.sure + extra, 0.0), seen.sure_exposure + caught * seen.other_exposure


def chance_right(seen: Credits, rate: Floats) -> Floats:
    """Chance that an answer naming an ad (row) is right, by kind of answer (column)."""
    total = seen.chance.sum(axis=0)
    mean = np.divide(rate @ seen.chance, total, out=np.ones_like(total), where=total > 0)
    relative = seen.right * rate[:, None] / mean
    result: Floats = relative / (relative + 1 - seen.right)
    return result


def seen_results(seen: Credits, rate: Floats) -> Floats:
    """Expected number of results per ad that are in, not discounted."""
    result: Floats = seen.sure_count + (chance_right(seen, rate) * seen.named_count).sum(axis=1)
    return result


def _kept(outcomes: Outcomes, mine: np.ndarray[tuple[int], np.dtype[np.bool_]], organic: float) -> float:
    with_id = float((mine & (outcomes.by_id >= 0)).sum())
    paid = float(mine.sum()) * (1 - organic)
    return min((with_id + KEPT * KEPT_WEIGHT) / (paid + KEPT_WEIGHT), 1.0)


def _waited(curve: Curve, half_life: float) -> float:
    """Mean extra discount of a click over its result, for results whose click is not known."""
    middle = (curve.edges[1:] + curve.edges[:-1]) / 2
    return float(np.diff(curve.cdf) @ 2.0 ** (-middle / half_life))


def _flow(outcomes: Outcomes, clicks: Floats, times: Times, curve: Curve) -> tuple[Floats, Ints]:
    """Clicks of each ad that could lead to a result in a step, and the step of each result; one empty step
    where there are none.
    """
    steps = len(times.start)
    at = np.clip(np.searchsorted(times.end, outcomes.entry_at), 0, max(steps - 1, 0))
    if not steps:
        return np.zeros((1, clicks.shape[1])), at
    middle, half = (times.start + times.end) / 2, (times.end - times.start) / 2
    since = middle[:, None] - middle
    flow: Floats = (curve.at(since + half) - curve.at(since - half)) @ clicks
    return _shares(flow), at


def _shares(table: Floats) -> Floats:
    """Each row over its sum; an empty row stays empty."""
    total = table.sum(axis=1, keepdims=True)
    result: Floats = np.divide(table, total, out=np.zeros_like(table), where=total > 0)
    return result


def _chance(answers: Answers, at: Ints, worth: Floats, flows: list[Floats], ads: int) -> Floats:
    """Answers of each kind spread over ads by the clicks that could have led to a result at their time; the
    more layers agree on an ad by chance, the more clicks it must have.
    """
    chance = np.zeros((ads, len(answers.right)))
    for kind, votes in enumerate(answers.agreed):
        mine = answers.row[answers.kind == kind]
        flow = flows[votes - 1]
        chance[:, kind] = np.bincount(at[mine], worth[mine], minlength=len(flow)) @ flow
    return chance


def _sum(ads: Ints, weight: Floats, count: int) -> Floats:
    return np.bincount(ads, weight, minlength=count).astype(np.float64)
