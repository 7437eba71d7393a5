"""One ad's part of a selection, in the founding repository's fields and ours."""

import numpy as np

from kinoloop.core.currency import Currency, Minor
from kinoloop.learning.bandit.rules.selecting import Selection
from kinoloop.learning.bandit.rules.totals import CLICK_SHAPE, RESULT_SHAPE
from kinoloop.web.api.ml.battle_shapes import AdState, Metrics, Recommendation

_GOOD_CTR, _GOOD_ROAS = 0.05, 3.0
"""What the founding documents take as full marks."""
_CLICKS, _RESULTS = float(np.log1p(1 / CLICK_SHAPE)), float(np.log1p(1 / RESULT_SHAPE))


def recommendation(state: AdState, place: int, found: Selection, money: Currency) -> Recommendation:
    """A paused ad gets nothing."""
    line = found.round.decisions[place]
    now, given = int(found.current[place]), line.budget if line.standing == "running" else 0
    return Recommendation(
        ad_id=line.ad_id,
        current_budget=_major(money, now),
        recommended_budget=_major(money, given),
        change_percentage=round(100 * (given - now) / now, 2) if now else None,
        confidence=round(_known(found, place) / (_CLICKS + _RESULTS), 4),
        reason=line.reason,
        metrics=_metrics(state, place, found),
        verdict=line.word,
        expected_return=_short(line.mean),
        low=_short(line.low),
        high=_short(line.high),
        chance_loser=_short(line.chance_loser),
        chance_best=_short(line.chance_best),
        results_in=_short(line.maturity),
        wait_days=_short(line.wait_days),
        wait_spend=None if line.wait_spend is None else _major(money, line.wait_spend),
    )


def _known(found: Selection, place: int) -> float:
    """The variance that the ad's own data has removed."""
    shares = found.belief.evidence
    return float(_CLICKS * shares["clicks"][place] + _RESULTS * shares["conversions"][place])


def _metrics(state: AdState, place: int, found: Selection) -> Metrics:
    ctr = state.clicks / state.impressions if state.impressions else None
    spend = float(state.spend)
    pipeline = float(state.pipeline_value) / spend if spend else None
    by_clicks, known = _CLICKS * float(found.belief.evidence["clicks"][place]), _known(found, place)
    weight = by_clicks / known if known > 1e-9 else None
    blended = None
    if weight is not None:
        marks = min((ctr or 0.0) / _GOOD_CTR, 1.0), min((pipeline or 0.0) / _GOOD_ROAS, 1.0)
        blended = weight * marks[0] + (1 - weight) * marks[1]
    return Metrics(
        impressions=state.impressions,
        clicks=state.clicks,
        ctr=None if ctr is None else round(100 * ctr, 4),
        pipeline_roas=_short(pipeline),
        cash_roas=_short(float(state.cash_revenue) / spend if spend else None),
        ctr_weight=_short(weight),
        roas_weight=None if weight is None else _short(1 - weight),
        blended_score=_short(blended),
        decay_factor=1.0,
        age_hours=state.age_hours,
    )


def _major(money: Currency, amount: Minor) -> float:
    return float(money.major(amount))


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
