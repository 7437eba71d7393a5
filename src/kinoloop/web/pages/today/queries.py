"""Reads of the home page alone: deals by when they came in, and how many of everything there is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, select

from kinoloop.creative.videos.tables import generated_videos
from kinoloop.delivery.accounts.tables import ad_accounts
from kinoloop.footage.intake.tables import assets
from kinoloop.learning.revenue.records import DealValue
from kinoloop.learning.revenue.rows import read_deal
from kinoloop.learning.revenue.tables import deal_ledger, deal_values


@dataclass(frozen=True)
class CameIn:
    """A deal as it stands now, with when it entered its first known stage."""

    deal: DealValue
    at: datetime


@dataclass(frozen=True)
class There:
    """What there is in the house at all."""

    footage: int
    videos: int
    accounts: int
    deals: int

    @property
    def nothing(self) -> bool:
        return not any((self.footage, self.videos, self.accounts, self.deals))


def came_in(connection: Connection, tenant_id: str, since: datetime) -> tuple[CameIn, ...]:
    """Deals whose first move is of this time, the latest first; deals of no known stage are left out."""
    line, deal = deal_ledger.c, deal_values.c
    same = (deal.tenant_id == line.tenant_id) & (deal.deal_id == line.deal_id)
    query = select(deal_values, line.at.label("came_at")).join(deal_ledger, same)
    query = query.where(line.tenant_id == tenant_id, line.number == 1, line.at >= since)
    rows = connection.execute(query.order_by(line.at.desc(), line.deal_id))
    return tuple(CameIn(read_deal(row), row.came_at) for row in rows)


def there(connection: Connection, tenant_id: str) -> There:
    """One count of each."""

    def count(table: Table, *where: Any) -> int:
        return int(connection.execute(select(func.count()).select_from(table).where(*where)).scalar_one())

    return There(
        footage=count(assets),
        videos=count(generated_videos, generated_videos.c.brief.is_not(None)),
        accounts=count(ad_accounts),
        deals=count(deal_values, deal_values.c.tenant_id == tenant_id),
    )
