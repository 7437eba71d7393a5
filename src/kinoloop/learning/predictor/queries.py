"""Reading what models learn from, the champion itself, and predictions with what became of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from kinoloop.core.errors import UnavailableError
from kinoloop.delivery.accounts import queries as mirror
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.insights import queries as insights
from kinoloop.learning.predictor.records import AdDay, Asked, CtrModel, Prediction, Reliability, Traits
from kinoloop.learning.predictor.rows import read_prediction
from kinoloop.learning.predictor.rules.artifact import from_bytes
from kinoloop.learning.predictor.rules.learning import gathered, last_whole_day
from kinoloop.learning.predictor.rules.reliability import reliability
from kinoloop.learning.predictor.tables import predictions as table
from kinoloop.learning.winners import queries as winners
from kinoloop.registry.models import queries as registry
from kinoloop.registry.models.records import Model
from kinoloop.store.reading import newest_first, row_by_id

LOOK_BACK = 90
"""Days of results that a model learns from and a prediction rests on."""


class UntrainedError(UnavailableError):
    """Nothing has been learnt that beats a constant."""

    code = "untrained"


def model_name(tenant_id: str) -> str:
    """Every tenant has models of its own."""
    return f"ctr:{tenant_id}"


def champion(connection: Connection, tenant_id: str) -> tuple[Model, CtrModel]:
    """The model in use. Raises UntrainedError when there is none: no constant stands in for it."""
    found = registry.champion(connection, model_name(tenant_id))
    if found is None:
        raise UntrainedError(
            "No click-through rate can be predicted yet.",
            why="No model has been learnt from this tenant's results that did better than their average.",
            fix="Wait for a few days of results of five ads or more, it then trains once a day.",
        )
    return found, load(connection, found.sha256)


def load(connection: Connection, sha256: str) -> CtrModel:
    """A model by its hash. Raises NotFoundError, IntegrityError."""
    return from_bytes(registry.artifact(connection, sha256))


def ad_days(
    connection: Connection, account: AdAccount, now: datetime, *, days: int = LOOK_BACK
) -> tuple[AdDay, ...]:
    """What every ad of an account got on each of the last whole days. Ads that the mirror does not know are
    left out: nobody knows their campaign.
    """
    until = last_whole_day(now, account.timezone)
    since = until - timedelta(days=days - 1)
    ads = mirror.entities(connection, account.account_id, kind="ad", gone=True)
    campaigns = {ad.entity_id: ad.campaign_id for ad in ads}
    return tuple(
        AdDay(one.entity_id, campaigns[one.entity_id], one.day, one.impressions, one.clicks)
        for one in insights.totals(connection, account.account_id, since, until, by_entity=True)
        if one.entity_id in campaigns
    )


def tenant_days(connection: Connection, tenant_id: str, now: datetime) -> tuple[AdDay, ...]:
    """The same over all accounts of a tenant."""
    found = [ad_days(connection, one, now) for one in mirror.accounts(connection, tenant_id=tenant_id)]
    return tuple(day for days in found for day in days)


def traits_of(connection: Connection, tenant_id: str) -> Mapping[str, Traits]:
    """What a tenant's ads are like, by ad: the creative DNA as far as it is known."""
    return {
        one.ad_id: {name: level for name, level in one.traits.items() if level is not None}
        for one in winners.dna(connection, tenant_id)
    }


def with_campaign(connection: Connection, tenant_id: str, asked: Asked, now: datetime) -> tuple[Asked, ...]:
    """What was asked first, with its own results when it is a known ad that told none, then the campaign's
    other ads.
    """
    known = gathered(tenant_days(connection, tenant_id, now))
    told = traits_of(connection, tenant_id)
    if asked.ad_id in known:
        asked = _filled(asked, known[asked.ad_id], told.get(asked.ad_id, {}))
    others = (
        replace(ad, traits=told.get(ad_id, {}))
        for ad_id, ad in known.items()
        if ad.campaign_id == asked.campaign_id and ad_id != asked.ad_id
    )
    return (asked, *(others if asked.campaign_id is not None else ()))


def _filled(asked: Asked, own: Asked, traits: Traits) -> Asked:
    """What the caller told goes before what is known."""
    counted = asked if asked.impressions else own
    return replace(
        asked,
        campaign_id=asked.campaign_id or own.campaign_id,
        impressions=counted.impressions,
        clicks=counted.clicks,
        traits={**traits, **asked.traits},
    )


def prediction(connection: Connection, prediction_id: str) -> Prediction:
    """Raises NotFoundError."""
    fix = "Use the id that the prediction was answered with."
    found = row_by_id(connection, table.c.prediction_id, prediction_id, what="prediction", fix=fix)
    return read_prediction(found)


def predictions(
    connection: Connection, tenant_id: str, *, limit: int = 50, after: str | None = None
) -> tuple[Prediction, ...]:
    """The newest first; `after` is the last id of the page before. Raises InputError."""
    query = select(table).where(table.c.tenant_id == tenant_id)
    paged = newest_first(query, table.c.prediction_id, limit=limit, after=after, what="a prediction")
    return tuple(read_prediction(row) for row in connection.execute(paged))


def waiting(connection: Connection, account_id: str, until: date) -> tuple[Prediction, ...]:
    """A model's predictions for ads of an account that rest on days up to `until` and have no actuals."""
    c = table.c
    query = select(table).where(
        c.account_id == account_id,
        c.model_sha256.is_not(None),
        c.ad_id.is_not(None),
        c.actuals_fetched_at.is_(None),
        c.known_until <= until.isoformat(),
    )
    return tuple(read_prediction(row) for row in connection.execute(query.order_by(c.prediction_id)))


def foreseen_ads(connection: Connection, account_id: str, sha256: str) -> frozenset[str]:
    """Ads of an account for which the model's last word still waits for its actuals."""
    c = table.c
    query = select(c.ad_id).where(
        c.account_id == account_id,
        c.model_sha256 == sha256,
        c.ad_id.is_not(None),
        c.actuals_fetched_at.is_(None),
    )
    return frozenset(connection.execute(query).scalars())


def said_since(connection: Connection, sha256s: Iterable[str], since: datetime) -> tuple[Prediction, ...]:
    """What these models said by the clock of ads from `since` on, oldest first. What somebody asked in
    between has no last known day and is left out.
    """
    c = table.c
    scheduled = (c.ad_id.is_not(None), c.known_until.is_not(None), c.created_at >= since)
    query = select(table).where(c.model_sha256.in_(sorted(sha256s)), *scheduled)
    rows = connection.execute(query.order_by(c.created_at, c.prediction_id))
    return tuple(read_prediction(row) for row in rows)


def measured(
    connection: Connection, tenant_id: str, *, since: datetime | None = None, sha256: str | None = None
) -> tuple[Prediction, ...]:
    """Predictions with actuals (of one model, made since then), oldest first."""
    c = table.c
    query = select(table).where(c.tenant_id == tenant_id, c.actual_ctr.is_not(None))
    query = query if since is None else query.where(c.created_at >= since)
    query = query if sha256 is None else query.where(c.model_sha256 == sha256)
    return tuple(read_prediction(row) for row in connection.execute(query.order_by(c.prediction_id)))


def reliability_of(connection: Connection, tenant_id: str, *, since: datetime | None = None) -> Reliability:
    """How far to trust this tenant's predictions (made since then)."""
    query = select(func.count()).select_from(table).where(table.c.tenant_id == tenant_id)
    query = query if since is None else query.where(table.c.created_at >= since)
    total = connection.execute(query).scalar_one()
    found: Sequence[Prediction] = measured(connection, tenant_id, since=since)
    return reliability(found, total)
