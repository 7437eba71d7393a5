"""Predictions for the ads that run, by the champion and by the challenger beside it, and what became of them.

Both say it of the same ads on the same day from the same results: that is what makes their trial a fair one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from kinoloop.core.text import plural
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.train_predictor.tools import TrainTools
from kinoloop.learning.predictor import operations, queries
from kinoloop.learning.predictor.records import Actual, AdDay, Asked, CtrModel, Foreseen, Prediction, Traits
from kinoloop.learning.predictor.rules.foreseeing import foresee as foreseen
from kinoloop.learning.predictor.rules.learning import gathered, last_whole_day
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Model

Json = dict[str, Any]
RUNNING = "ACTIVE"


def settle(connection: Connection, tools: TrainTools, tenant_id: str) -> Json:
    """Actuals for predictions whose days are over and settled."""
    told = sum(
        _settle(connection, tools, account) for account in accounts.accounts(connection, tenant_id=tenant_id)
    )
    return {"settled": told, "event": f"Actuals for {plural(told, 'prediction')}" if told else None}


def foresee(connection: Connection, tools: TrainTools, tenant_id: str) -> Json:
    """A prediction for each running ad that has none waiting, by the champion and who is on trial."""
    models, said = in_use(connection, tenant_id), dict[str, int]()
    traits = queries.traits_of(connection, tenant_id) if models else {}
    for account in accounts.accounts(connection, tenant_id=tenant_id):
        wanted = _wanted(connection, account, models)
        for model in models if wanted else ():
            made = _predict(connection, tools, account, model, traits, wanted)
            operations.record(connection, made)
            said[model.version] = said.get(model.version, 0) + len(made)
    total = sum(said.values())
    return {"predictions": said, "event": plural(total, "prediction") if total else None}


def in_use(connection: Connection, tenant_id: str) -> tuple[Model, ...]:
    """The champion, and the challenger that is on trial."""
    name = queries.model_name(tenant_id)
    champion, trial = registry.champion(connection, name), registry.open_trial(connection, name)
    if champion is None:
        return ()
    if trial is None or trial.champion_id != champion.model_id:
        return (champion,)
    return champion, registry.model(connection, trial.challenger_id)


def _settle(connection: Connection, tools: TrainTools, account: AdAccount) -> int:
    now = tools.clock.now()
    ready = last_whole_day(now, account.timezone) - timedelta(days=tools.mature_days + tools.settle_days)
    waiting = queries.waiting(connection, account.account_id, ready)
    by_ad: dict[str | None, list[AdDay]] = defaultdict(list)
    for day in queries.ad_days(connection, account, now) if waiting else ():
        by_ad[day.ad_id].append(day)
    for one in waiting:
        assert one.known_until is not None
        after = one.known_until, one.known_until + timedelta(days=tools.mature_days)
        mine = [day for day in by_ad[one.ad_id] if after[0] < day.day <= after[1]]
        shown, clicks = sum(day.impressions for day in mine), sum(day.clicks for day in mine)
        clicks = min(clicks, shown)
        operations.update_actuals(connection, one.prediction_id, Actual(None, shown, clicks), now=now)
    return len(waiting)


def _wanted(connection: Connection, account: AdAccount, models: Sequence[Model]) -> frozenset[str]:
    """The running ads that are to be told of now. On trial the challenger's waiting ones count: then both say
    something on the same day.
    """
    if not models:
        return frozenset()
    ads = accounts.entities(connection, account.account_id, kind="ad")
    waiting = queries.foreseen_ads(connection, account.account_id, models[-1].sha256)
    return frozenset(ad.entity_id for ad in ads if ad.effective_status == RUNNING) - waiting


def _predict(
    connection: Connection,
    tools: TrainTools,
    account: AdAccount,
    model: Model,
    traits: Mapping[str, Traits],
    wanted: Set[str],
) -> list[Prediction]:
    ads = accounts.entities(connection, account.account_id, kind="ad", gone=True)
    known = gathered(queries.ad_days(connection, account, tools.clock.now()))
    asked = [known.get(ad.entity_id, Asked(ad.entity_id, ad.campaign_id)) for ad in ads]
    asked = [replace(ad, traits=traits.get(ad.ad_id or "", {})) for ad in asked]
    learnt = queries.load(connection, model.sha256)
    told = zip(asked, foreseen(learnt, asked), strict=True)
    return [_kept(tools, account, model, learnt, ad, one) for ad, one in told if ad.ad_id in wanted]


def _kept(
    tools: TrainTools, account: AdAccount, model: Model, learnt: CtrModel, ad: Asked, said: Foreseen
) -> Prediction:
    now = tools.clock.now()
    return Prediction(
        prediction_id=tools.new_id(),
        predicted_ctr=said.ctr,
        predicted_band=said.band,
        created_at=now,
        tenant_id=account.tenant_id,
        account_id=account.account_id,
        campaign_id=ad.campaign_id,
        ad_id=ad.ad_id,
        platform=account.platform,
        model_name=model.model_name,
        model_sha256=model.sha256,
        low=said.low,
        high=said.high,
        level=said.level,
        base_rate=learnt.base_rate,
        evidence=said.evidence,
        known_until=last_whole_day(now, account.timezone),
    )
