"""Reading clicks, conversions, credits, attempts and settings. Nothing here writes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from kinoloop.core.errors import NotFoundError
from kinoloop.learning.attribution.matcher_parameters import PRIOR, Parameters, read_parameters
from kinoloop.learning.attribution.records import (
    MODELS,
    AdCredit,
    Attribution,
    AttributionSettings,
    Click,
    Conversion,
    Credit,
    LogRow,
    Model,
)
from kinoloop.learning.attribution.rows import (
    read_attribution,
    read_click,
    read_conversion,
    read_log,
    read_settings,
)
from kinoloop.learning.attribution.tables import (
    attribution_credits,
    attribution_performance_log,
    attribution_settings,
    click_tracking,
    conversion_tracking,
)


def settings(connection: Connection, tenant_id: str) -> AttributionSettings:
    """The tenant's own, or the documented defaults."""
    row = connection.execute(_settings_row(tenant_id)).first()
    return AttributionSettings(tenant_id) if row is None else read_settings(row)


def tenants(connection: Connection) -> tuple[str, ...]:
    """Those of whom a conversion is known."""
    tenant = conversion_tracking.c.tenant_id
    return tuple(connection.execute(select(tenant).distinct().order_by(tenant)).scalars())


def parameters(connection: Connection, tenant_id: str) -> Parameters:
    """The matcher's numbers fitted to this tenant, or the prior."""
    row = connection.execute(_settings_row(tenant_id)).first()
    return PRIOR if row is None or row.parameters is None else read_parameters(row.parameters)


def clicks(
    connection: Connection,
    tenant_id: str,
    *,
    ad_id: str | None = None,
    click_ids: Sequence[str] | None = None,
    limit: int = 100,
) -> tuple[Click, ...]:
    """The newest first."""
    query = select(click_tracking).where(click_tracking.c.tenant_id == tenant_id)
    if ad_id is not None:
        query = query.where(click_tracking.c.ad_id == ad_id)
    if click_ids is not None:
        query = query.where(click_tracking.c.click_id.in_(click_ids))
    query = query.order_by(click_tracking.c.click_timestamp.desc(), click_tracking.c.click_id).limit(limit)
    return tuple(read_click(row) for row in connection.execute(query))


def click(connection: Connection, tenant_id: str, click_id: str) -> Click:
    """Raises NotFoundError."""
    found = clicks(connection, tenant_id, click_ids=[click_id], limit=1)
    if not found:
        raise NotFoundError(f"There is no click {click_id}.", fix="Look at the list of clicks.")
    return found[0]


def conversion(connection: Connection, tenant_id: str, conversion_id: str) -> Conversion:
    """What was told of it. Raises NotFoundError."""
    return read_conversion(_conversion_row(connection, tenant_id, conversion_id))


def conversions(
    connection: Connection, tenant_id: str, *, deal_id: str | None = None, limit: int = 100
) -> tuple[Conversion, ...]:
    """The newest first."""
    table = conversion_tracking
    query = select(table).where(table.c.tenant_id == tenant_id)
    if deal_id is not None:
        query = query.where(table.c.crm_deal_id == deal_id)
    query = query.order_by(table.c.conversion_timestamp.desc(), table.c.conversion_id).limit(limit)
    return tuple(read_conversion(row) for row in connection.execute(query))


def labelled(
    connection: Connection, tenant_id: str, *, since: datetime, limit: int
) -> tuple[tuple[Conversion, str | None], ...]:
    """The newest conversions since then, oldest first, each with the click that an id proves, or None.

    Only those that still tell where they came from: what was dropped teaches nothing.
    """
    table = conversion_tracking
    told = table.c.consent & table.c.forgotten_at.is_(None)
    query = select(table).where(*_of_tenant(tenant_id, since), told)
    rows = connection.execute(query.order_by(table.c.conversion_timestamp.desc()).limit(limit)).all()
    return tuple(
        (read_conversion(row), row.attributed_click_id if row.attribution_method == "url_param" else None)
        for row in reversed(rows)
    )


def attribution(connection: Connection, tenant_id: str, conversion_id: str) -> Attribution:
    """The answer as it stands. Raises NotFoundError."""
    row = _conversion_row(connection, tenant_id, conversion_id)
    newest = log(connection, tenant_id, conversion_id=conversion_id, limit=1)[0]
    return read_attribution(row, newest, credits(connection, tenant_id, conversion_id=conversion_id))


def credits(  # noqa: A001
    connection: Connection,
    tenant_id: str,
    *,
    model: Model | None = None,
    deal_id: str | None = None,
    conversion_id: str | None = None,
) -> tuple[Credit, ...]:
    """Credits by conversion, model (in the order of MODELS) and share, the largest first."""
    table, told = attribution_credits, conversion_tracking
    query = select(table).where(table.c.tenant_id == tenant_id)
    if model is not None:
        query = query.where(table.c.model == model)
    if conversion_id is not None:
        query = query.where(table.c.conversion_id == conversion_id)
    if deal_id is not None:
        same = (told.c.tenant_id == table.c.tenant_id) & (told.c.conversion_id == table.c.conversion_id)
        query = query.join(told, same).where(told.c.crm_deal_id == deal_id)
    found = [
        Credit(row.conversion_id, row.click_id, row.ad_id, row.campaign_id, row.model, row.share)
        for row in connection.execute(query)
    ]
    place = {name: number for number, name in enumerate(MODELS)}
    found.sort(key=lambda one: (one.conversion_id, place[one.model], -one.share, one.click_id))
    return tuple(found)


def models_side_by_side(
    connection: Connection, tenant_id: str, *, since: datetime | None = None
) -> tuple[AdCredit, ...]:
    """Under each model what every ad got, and the rest: each model adds up to all conversions and their
    value.

    Values are whole minor units; what rounding leaves goes to the rest. One currency per tenant is taken for
    granted, as settings have one.
    """
    count, value = _totals(connection, tenant_id, since)
    by_model: dict[Model, list[AdCredit]] = {model: [] for model in MODELS}
    for row in connection.execute(_by_ad(tenant_id, since)):
        one = AdCredit(row.model, row.ad_id, row.campaign_id, float(row.conversions), round(row.value))
        by_model[one.model].append(one)
    listed: list[AdCredit] = []
    for model, ads in by_model.items():
        listed += sorted(ads, key=lambda one: (-one.value, -one.conversions, one.ad_id or ""))
        rest = (count - sum(one.conversions for one in ads), value - sum(one.value for one in ads))
        listed.append(AdCredit(model, None, None, max(rest[0], 0.0), rest[1]))
    return tuple(listed)


def unattributed_share(
    connection: Connection, tenant_id: str, *, since: datetime | None = None
) -> float | None:
    """The part of all conversions that no ad is credited with; None while there is no conversion."""
    query = select(func.avg(conversion_tracking.c.unattributed)).where(*_of_tenant(tenant_id, since))
    share = connection.execute(query).scalar()
    return None if share is None else float(share)


def log(
    connection: Connection, tenant_id: str, *, conversion_id: str | None = None, limit: int = 100
) -> tuple[LogRow, ...]:
    """Attempts, the newest first."""
    table = attribution_performance_log
    query = select(table).where(table.c.tenant_id == tenant_id)
    if conversion_id is not None:
        query = query.where(table.c.conversion_id == conversion_id)
    query = query.order_by(table.c.created_at.desc(), table.c.attempt_number.desc(), table.c.id).limit(limit)
    return tuple(read_log(row) for row in connection.execute(query))


def _settings_row(tenant_id: str) -> Select[Any]:
    return select(attribution_settings).where(attribution_settings.c.tenant_id == tenant_id)


def _conversion_row(connection: Connection, tenant_id: str, conversion_id: str) -> Any:
    table = conversion_tracking
    one = (table.c.tenant_id == tenant_id, table.c.conversion_id == conversion_id)
    row = connection.execute(select(table).where(*one)).first()
    if row is None:
        fix = "Look at the list of conversions."
        raise NotFoundError(f"There is no conversion {conversion_id}.", fix=fix)
    return row


def _of_tenant(tenant_id: str, since: datetime | None) -> list[Any]:
    table = conversion_tracking
    wanted: list[Any] = [table.c.tenant_id == tenant_id]
    return wanted if since is None else [*wanted, table.c.conversion_timestamp >= since]


def _totals(connection: Connection, tenant_id: str, since: datetime | None) -> tuple[int, int]:
    value = func.coalesce(func.sum(conversion_tracking.c.conversion_value), 0)
    row = connection.execute(select(func.count(), value).where(*_of_tenant(tenant_id, since))).one()
    return int(row[0]), int(row[1])


def _by_ad(tenant_id: str, since: datetime | None) -> Select[Any]:
    table, told = attribution_credits, conversion_tracking
    same = (told.c.tenant_id == table.c.tenant_id) & (told.c.conversion_id == table.c.conversion_id)
    return (
        select(
            table.c.model,
            table.c.ad_id,
            func.max(table.c.campaign_id).label("campaign_id"),
            func.sum(table.c.share).label("conversions"),
            func.sum(table.c.share * told.c.conversion_value).label("value"),
        )
        .join(told, same)
        .where(*_of_tenant(tenant_id, since))
        .group_by(table.c.model, table.c.ad_id)
    )
