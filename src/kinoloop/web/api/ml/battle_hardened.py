"""Splits a day's money over ads from their totals, keeps what ads really brought, and answers the plain rule.

`select` is reckoned from the request alone, with what `feedback` told of the account's level; an account that
is connected is decided by the scheduled flow, which knows every click. Nothing here changes a budget.
"""

from collections import Counter

import numpy as np
from fastapi import APIRouter

from kinoloop.core.currency import Currency, currency
from kinoloop.core.errors import InputError
from kinoloop.core.ids import hash_json, new_id
from kinoloop.learning.bandit.feedback import Feedback
from kinoloop.learning.bandit.operations import record_feedback
from kinoloop.learning.bandit.queries import latest
from kinoloop.learning.bandit.records import BanditSettings, Floats
from kinoloop.learning.bandit.rules.decision import Thresholds, make_decision
from kinoloop.learning.bandit.rules.selecting import Selection, select
from kinoloop.learning.bandit.rules.totals import Totals
from kinoloop.web.api.ml import battle_shapes as shapes
from kinoloop.web.api.ml.battle_answers import recommendation
from kinoloop.web.api.shapes import Problem
from kinoloop.web.stage import Now, Stage

router = APIRouter(
    prefix="/api/ml/battle-hardened", tags=["battle-hardened"], responses={422: {"model": Problem}}
)


@router.post("/select", summary="Split a day's budget over ads")
def select_budgets(body: shapes.SelectBody, stage: Stage) -> shapes.SelectAnswer:
    """The same body and feedback give the same answer. 422 for an ad that is told of twice, or for a DNA
    score of an ad that is not told of.
    """
    money = currency(body.currency)
    ad_ids = _ids(body)
    with stage.database.read() as connection:
        heard = latest(connection, stage.settings.tenant, body.currency)
    told = _totals(body, money, heard)
    seed = int(hash_json(body.model_dump(mode="json"))[:12], 16)
    total = money.minor(body.total_budget)
    if total < len(ad_ids):
        raise InputError(
            f"{money.show(total)} cannot be split over {len(ad_ids)} ads.",
            fix="Ask for fewer ads, or a larger budget.",
        )
    found = select(ad_ids, told, total, _settings(body, money), seed, money.show)
    return _answer(body, found, money)


@router.post("/feedback", summary="What an ad really spent and brought")
def feedback(body: shapes.FeedbackBody, stage: Stage, clock: Now) -> shapes.FeedbackAnswer:
    """Kept for good; the newest word on an ad counts from the next selection on."""
    money, now = currency(body.currency), clock.now()
    value, spend = money.minor(body.actual_pipeline_value), money.minor(body.actual_spend)
    told = Feedback(stage.settings.tenant, body.ad_id, value, spend, money.code, now)
    with stage.begin() as connection:
        record_feedback(connection, told, new_id=new_id)
    roas = None if told.roas is None else round(told.roas, 4)
    return shapes.FeedbackAnswer(status="recorded", ad_id=told.ad_id, actual_roas=roas, timestamp=now)


@router.post("/decide", summary="Kill, scale or maintain one ad")
def decide(body: shapes.DecideBody) -> shapes.DecideAnswer:
    """The plain rule by thresholds. Inside the ignorance zone (too young or too little spent) nothing is
    killed.
    """
    money, given = currency(body.currency), body.thresholds
    thresholds = Thresholds(
        zone_days=given.ignorance_zone_days,
        zone_spend=money.minor(given.ignorance_zone_spend),
        kill_spend=money.minor(given.min_spend_for_kill),
        kill_roas=given.kill_pipeline_roas,
        scale_roas=given.scale_pipeline_roas,
    )
    found = make_decision(
        body.ad_id,
        money.minor(body.spend),
        money.minor(body.revenue),
        money.minor(body.synthetic_revenue),
        body.days_live,
        mode=body.mode,
        thresholds=thresholds,
    )
    metrics = shapes.DecideMetrics(
        spend=float(body.spend),
        revenue=float(body.revenue),
        synthetic_revenue=float(body.synthetic_revenue),
        roas=found.metrics["roas"],
        days_live=body.days_live,
    )
    return shapes.DecideAnswer(
        ad_id=found.ad_id, decision=found.decision, reason=found.reason, mode=found.mode, metrics=metrics
    )


def _ids(body: shapes.SelectBody) -> tuple[str, ...]:
    ad_ids = tuple(state.ad_id for state in body.ad_states)
    often, number = Counter(ad_ids).most_common(1)[0]
    if number > 1:
        raise InputError(f"Ad '{often}' is told of {number} times.", fix="Send one state for each ad.")
    strange = set(body.creative_dna_scores or {}) - set(ad_ids)
    if strange:
        what = f"There is a DNA score for '{min(strange)}', but no state."
        raise InputError(what, fix="Send its state, or leave it out.")
    return ad_ids


def _settings(body: shapes.SelectBody, money: Currency) -> BanditSettings:
    """A floor of one major unit, as in the founding documents."""
    return BanditSettings(
        zone_days=body.ignorance_zone_days,
        zone_spend=money.minor(body.ignorance_zone_spend),
        floor_budget=money.offset,
        velocity=body.max_budget_change_pct,
    )


def _totals(body: shapes.SelectBody, money: Currency, heard: tuple[Feedback, ...]) -> Totals:
    states, scores = body.ad_states, body.creative_dna_scores or {}
    spend = _column([money.minor(state.spend) for state in states])
    age = _column([state.age_hours / 24 for state in states])
    by_days = spend / np.maximum(age, 1.0)
    told = [None if one.current_budget is None else money.minor(one.current_budget) for one in states]
    earned = [one.pipeline_value if body.mode == "pipeline" else one.cash_revenue for one in states]
    return Totals(
        mode=body.mode,
        impressions=_column([state.impressions for state in states]),
        clicks=_column([state.clicks for state in states]),
        spend=spend,
        value=_column([money.minor(one) for one in earned]),
        age_days=age,
        dna=_column([scores.get(state.ad_id, np.nan) for state in states]),
        pace=_column([by_days[place] if one is None else one for place, one in enumerate(told)]),
        usual=max(float(money.minor(body.total_budget)) / len(states), 1.0),
        worth=None if body.value_per_result is None else money.minor(body.value_per_result),
        told_value=sum(one.value for one in heard),
        told_spend=sum(one.spend for one in heard),
    )


def _column(values: list[float] | list[int]) -> Floats:
    return np.array(values, dtype=np.float64)


def _answer(body: shapes.SelectBody, found: Selection, money: Currency) -> shapes.SelectAnswer:
    lines = [recommendation(state, place, found, money) for place, state in enumerate(body.ad_states)]
    return shapes.SelectAnswer(
        total_budget=float(body.total_budget),
        recommendations=lines,
        num_ads=len(lines),
        currency=money.code,
        policy=found.round.policy,
    )
