"""Deals that an ad is credited with, as the matched model has them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from kinoloop.core.currency import Currency, Minor
from kinoloop.core.errors import NotFoundError
from kinoloop.learning.lineage.records import Sale
from kinoloop.learning.lineage.sale_queries import deals_of_ads, sales
from kinoloop.learning.revenue.queries import table_of

MODEL = "matched"
MOST = 12
"""So many deals are listed, those with the most money first."""


@dataclass(frozen=True)
class DealPart:
    """A deal and this ad's part of it; `money` is that part of what the deal stands at."""

    deal_id: str
    stage: str | None
    won: bool
    lost: bool
    at: datetime
    share: float
    money: Minor


@dataclass(frozen=True)
class Earned:
    """All deals of an ad: `won` and `open` are its parts of their money; `more` deals are not listed."""

    currency: Currency
    deals: tuple[DealPart, ...]
    won: Minor
    open: Minor
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.deals)


def earned_by(connection: Connection, tenant_id: str, ad_id: str) -> Earned | None:
    """None without a table of stages: then no deal has a value."""
    try:
        currency = table_of(connection, tenant_id).currency
    except NotFoundError:
        return None
    found = sales(connection, tenant_id, deals_of_ads(connection, tenant_id, [ad_id]))
    parts = [part for sale in found if (part := part_of(sale, ad_id)).share > 0]
    parts.sort(key=lambda one: (-one.money, -one.share, one.deal_id))
    return Earned(
        currency=currency,
        deals=tuple(parts[:MOST]),
        won=sum(one.money for one in parts if one.won),
        open=sum(one.money for one in parts if not one.won and not one.lost),
        count=len(parts),
    )


def part_of(sale: Sale, ad_id: str) -> DealPart:
    """The ad's share over all conversions of the deal."""
    given = sum(one.share for one in sale.credits if one.model == MODEL and one.ad_id == ad_id)
    share = given / max(1, sale.conversions)
    return DealPart(sale.deal_id, sale.stage, sale.won, sale.lost, sale.at, share, round(share * sale.value))
