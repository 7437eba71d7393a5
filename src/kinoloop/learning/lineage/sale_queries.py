"""Reading deals as they stand with every credit of theirs, many at a time."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from kinoloop.learning.attribution.tables import attribution_credits, click_tracking, conversion_tracking
from kinoloop.learning.lineage.film_queries import chunks
from kinoloop.learning.lineage.records import CreditedClick, Sale
from kinoloop.learning.revenue.tables import deal_values

_told, _credit = conversion_tracking.c, attribution_credits.c
_click, _deal = click_tracking.c, deal_values.c
_converted = attribution_credits.join(
    conversion_tracking,
    (_told.tenant_id == _credit.tenant_id) & (_told.conversion_id == _credit.conversion_id),
)
_clicked = _converted.outerjoin(
    click_tracking, (_click.tenant_id == _credit.tenant_id) & (_click.click_id == _credit.click_id)
)


def sales(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> tuple[Sale, ...]:
    """These deals with their credits, in the order asked for; those that nothing is known of are left out."""
    found: dict[str, Sale] = {}
    for chunk in chunks(deal_ids):
        looked = _looked_up(connection, tenant_id, chunk)
        credited = _credited(connection, tenant_id, chunk)
        query = select(deal_values).where(_deal.tenant_id == tenant_id, _deal.deal_id.in_(chunk))
        for row in connection.execute(query):
            found[row.deal_id] = _sale(row, looked.get(row.deal_id, 0), credited.get(row.deal_id, ()))
    return tuple(found[deal_id] for deal_id in deal_ids if deal_id in found)


def won_deals(connection: Connection, tenant_id: str, limit: int) -> tuple[str, ...]:
    """Their ids, the latest first."""
    query = select(_deal.deal_id).where(_deal.tenant_id == tenant_id, _deal.won)
    latest = query.order_by(_deal.updated_at.desc(), _deal.deal_id.desc()).limit(limit)
    return tuple(connection.execute(latest).scalars())


def deals_of_ads(connection: Connection, tenant_id: str, ad_ids: Iterable[str]) -> tuple[str, ...]:
    """The deals that any model credits to one of these ads, by id."""
    query = select(_told.crm_deal_id).distinct().select_from(_converted)
    mine = query.where(_credit.tenant_id == tenant_id, _told.crm_deal_id.is_not(None))
    found: set[str] = set()
    for chunk in chunks(ad_ids):
        found |= set(connection.execute(mine.where(_credit.ad_id.in_(chunk))).scalars())
    return tuple(sorted(found))


def _looked_up(connection: Connection, tenant_id: str, deal_ids: Sequence[str]) -> dict[str, int]:
    """How many conversions of each deal were told."""
    mine = (_told.tenant_id == tenant_id, _told.crm_deal_id.in_(deal_ids))
    query = select(_told.crm_deal_id, func.count()).where(*mine).group_by(_told.crm_deal_id)
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _credited(
    connection: Connection, tenant_id: str, deal_ids: Sequence[str]
) -> dict[str, list[CreditedClick]]:
    query = select(
        _told.crm_deal_id,
        _told.conversion_timestamp,
        _credit.conversion_id,
        _credit.model,
        _credit.click_id,
        _credit.ad_id,
        _credit.share,
        _click.click_timestamp,
    ).select_from(_clicked)
    found: dict[str, list[CreditedClick]] = {}
    for row in connection.execute(
        query.where(_credit.tenant_id == tenant_id, _told.crm_deal_id.in_(deal_ids))
    ):
        found.setdefault(row.crm_deal_id, []).append(_credited_click(row))
    return found


def _credited_click(row: Any) -> CreditedClick:
    return CreditedClick(
        conversion_id=row.conversion_id,
        model=row.model,
        click_id=row.click_id,
        ad_id=row.ad_id,
        share=row.share,
        at=row.click_timestamp or row.conversion_timestamp,
        timed=row.click_timestamp is not None,
    )


def _sale(row: Row[Any], conversions: int, credited: Sequence[CreditedClick]) -> Sale:
    return Sale(
        deal_id=row.deal_id,
        value=row.level,
        stage=row.stage,
        won=row.won,
        lost=row.lost,
        at=row.updated_at,
        conversions=conversions,
        credits=tuple(credited),
    )
