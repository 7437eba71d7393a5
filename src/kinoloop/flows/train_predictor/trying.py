"""The open trial: which campaigns can be judged by now, what they add up to, and what follows from it.

A campaign counts once: by the ads of which both models said something on its first day in the trial, when all
of those have their actuals.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection

from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.predictor import queries
from kinoloop.learning.predictor.records import Prediction
from kinoloop.learning.predictor.rules.pairing import Pair, campaign_gain
from kinoloop.learning.predictor.rules.reliability import quality_of
from kinoloop.registry.models import operations
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Guards, Trial, Unit, Verdict
from kinoloop.registry.models.rules.judging import judge

Json = dict[str, Any]
WHO = "train_predictor"
Said = dict[tuple[str, date | None], Prediction]
"""By ad and the last day that was known."""


def judge_trial(connection: Connection, tools: TrainTools, tenant_id: str) -> Json:
    """Note what came in, and end the trial when it can be ended."""
    trial = registry.open_trial(connection, queries.model_name(tenant_id))
    if trial is None:
        return {"trial": None}
    champion = registry.champion(connection, trial.model_name)
    if champion is None or champion.model_id != trial.champion_id:
        return _end(connection, tools, trial, _void("Somebody made another model the champion meanwhile."))
    challenger = registry.model(connection, trial.challenger_id)
    said = queries.said_since(connection, (champion.sha256, challenger.sha256), trial.opened_at)
    units = _units(_by_day(said, champion.sha256), _by_day(said, challenger.sha256), tools)
    operations.note_units(connection, trial.trial_id, units)
    gains = np.array([unit.gain for unit in registry.units(connection, trial.trial_id)], dtype=np.float64)
    verdict = judge(gains, _guards(said, challenger.sha256), tools.settings)
    if verdict.word == "continue" and tools.clock.now() - trial.opened_at > timedelta(days=tools.trial_days):
        verdict = _void(f"Nothing could be told in {tools.trial_days} days. {verdict.reason}")
    if verdict.word == "continue":
        return {"trial": trial.trial_id, **asdict(verdict)}
    return _end(connection, tools, trial, verdict)


def _end(connection: Connection, tools: TrainTools, trial: Trial, verdict: Verdict) -> Json:
    now, told = tools.clock.now(), asdict(verdict)
    if verdict.word == "promote":
        operations.promote(
            connection,
            trial.challenger_id,
            expected=trial.champion_id,
            who=WHO,
            reason=verdict.reason,
            now=now,
            evidence=told | {"trial_id": trial.trial_id},
        )
    operations.close_trial(connection, trial.trial_id, verdict, now=now)
    return {"trial": trial.trial_id, **told, "event": f"The trial is over ({verdict.word}): {verdict.reason}"}


def _void(reason: str) -> Verdict:
    return Verdict("reject", reason, 0, None, 0.0, 0.0, 0.0, 0.0)


def _by_day(said: Sequence[Prediction], sha256: str) -> Said:
    mine = (one for one in said if one.model_sha256 == sha256 and one.ad_id is not None)
    return {(one.ad_id or "", one.known_until): one for one in mine}


def _units(champion: Said, challenger: Said, tools: TrainTools) -> list[Unit]:
    """The campaigns whose first day is settled, by name. Ads that were never shown tell nothing."""
    days: dict[str, dict[date, list[tuple[Prediction, Prediction]]]] = defaultdict(lambda: defaultdict(list))
    for key in sorted(champion.keys() & challenger.keys(), key=str):
        both = champion[key], challenger[key]
        if both[0].campaign_id is not None and both[0].known_until is not None:
            days[both[0].campaign_id][both[0].known_until].append(both)
    units = []
    for campaign_id, by_day in sorted(days.items()):
        first = by_day[min(by_day)]
        shown = [_pair(campaign_id, *both) for both in first if both[0].actual_impressions]
        if shown and all(both[0].actuals_fetched_at and both[1].actuals_fetched_at for both in first):
            units.append(Unit(campaign_id, *campaign_gain(shown), at=tools.clock.now()))
    return units


def _pair(campaign_id: str, champion: Prediction, challenger: Prediction) -> Pair:
    shown, clicks = champion.actual_impressions or 0, champion.actual_clicks or 0
    return Pair(campaign_id, champion.predicted_ctr, challenger.predicted_ctr, shown, clicks)


def _guards(said: Sequence[Prediction], sha256: str) -> Guards:
    """How the challenger is calibrated on all that has its actuals."""
    told = quality_of([one for one in said if one.model_sha256 == sha256])
    return Guards(None, None) if told is None else Guards(told.slope, told.predicted_over_observed)
