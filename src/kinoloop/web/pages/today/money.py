"""Money of the last 7 and 28 days: what was spent, which deals came in, and what of them is sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from kinoloop.core.currency import Currency, Minor
from kinoloop.core.errors import NotFoundError
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.insights.queries import totals
from kinoloop.learning.insights.records import Totals
from kinoloop.learning.lineage.records import Sale
from kinoloop.learning.lineage.sale_queries import sales
from kinoloop.learning.revenue.queries import table_of
from kinoloop.learning.revenue.records import StageTable
from kinoloop.web.pages.today.daily import DAYS, DayBar, day_bars
from kinoloop.web.pages.today.pipeline import Pipeline, pipeline_of
from kinoloop.web.pages.today.queries import CameIn, came_in

WINDOWS = (7, DAYS)


@dataclass(frozen=True)
class Spent:
    """What was spent in one currency; `days` of the window have results."""

    currency: Currency
    amount: Minor
    days: int


@dataclass(frozen=True)
class Window:
    """`pipeline` None: without a table of stages no deal has a value."""

    days: int
    spent: tuple[Spent, ...]
    pipeline: Pipeline | None


@dataclass(frozen=True)
class Money:
    """`days` is drawn where all money is of one currency; `most_spend` and `most_value` are the tops."""

    currency: Currency | None
    windows: tuple[Window, ...]
    days: tuple[DayBar, ...]
    drawn_in: Currency | None
    most_spend: Minor
    most_value: Minor

    @property
    def any(self) -> bool:
        return any(one.spent or (one.pipeline and one.pipeline.deals) for one in self.windows)


def money_of(
    connection: Connection,
    tenant_id: str,
    known: Sequence[AdAccount],
    now: datetime,
    rng: np.random.Generator,
) -> Money:
    """`rng` draws what open deals may bring."""
    table = _table(connection, tenant_id)
    longest = max(WINDOWS)
    told = [row for one in known for row in _totals(connection, one, now, longest)]
    deals = came_in(connection, tenant_id, now - timedelta(days=longest)) if table else ()
    credited = sales(connection, tenant_id, [one.deal.deal_id for one in deals])
    windows = tuple(_window(days, told, deals, credited, table, known, now, rng) for days in WINDOWS)
    kinds = {one.currency for one in told} | ({table.currency} if table and deals else set())
    drawn = next(iter(kinds)) if len(kinds) == 1 else None
    bars = day_bars(told, deals, now) if drawn else ()
    return Money(
        currency=table.currency if table else None,
        windows=windows,
        days=bars,
        drawn_in=drawn,
        most_spend=max((one.spend or 0 for one in bars), default=0),
        most_value=max((one.value for one in bars), default=0),
    )


def _window(
    days: int,
    told: Sequence[Totals],
    deals: Sequence[CameIn],
    credited: Sequence[Sale],
    table: StageTable | None,
    known: Sequence[AdAccount],
    now: datetime,
    rng: np.random.Generator,
) -> Window:
    first = {one.account_id: _first_day(one, now, days) for one in known}
    spent = _spent([row for row in told if row.day >= first[row.account_id]])
    if table is None:
        return Window(days, spent, None)
    some = [one.deal for one in deals if one.at >= now - timedelta(days=days)]
    ids = {one.deal_id for one in some}
    return Window(days, spent, pipeline_of(some, [s for s in credited if s.deal_id in ids], table, rng))


def _spent(told: Sequence[Totals]) -> tuple[Spent, ...]:
    """By currency: amounts of different ones are never added up."""
    kinds = sorted({one.currency for one in told}, key=lambda kind: kind.code)
    return tuple(
        Spent(kind, sum(row.spend for row in told if row.currency == kind), _days(told, kind))
        for kind in kinds
    )


def _days(told: Sequence[Totals], kind: Currency) -> int:
    return len({row.day for row in told if row.currency == kind})


def _first_day(account: AdAccount, now: datetime, days: int) -> date:
    """So many days of the account's own calendar, today among them."""
    return now.astimezone(ZoneInfo(account.timezone)).date() - timedelta(days=days - 1)


def _totals(connection: Connection, account: AdAccount, now: datetime, days: int) -> tuple[Totals, ...]:
    first = _first_day(account, now, days)
    return totals(connection, account.account_id, first, first + timedelta(days=days - 1))


def _table(connection: Connection, tenant_id: str) -> StageTable | None:
    try:
        return table_of(connection, tenant_id)
    except NotFoundError:  # the page says what to do about it
        return None
