"""The last four weeks day by day, as bars in per cent of the highest. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from kinoloop.core.currency import Minor
from kinoloop.learning.insights.records import Totals
from kinoloop.web.pages.today.queries import CameIn

DAYS = 28


@dataclass(frozen=True)
class DayBar:
    """One day: heights in per cent of the highest; `value` is of the deals that came in on it."""

    day: date
    x: float
    width: float
    spend: Minor | None
    spend_high: float
    value: Minor
    value_high: float


def day_bars(told: Sequence[Totals], deals: Sequence[CameIn], now: datetime) -> tuple[DayBar, ...]:
    """Four weeks day by day, oldest first; spend by the accounts' days, deals by days of UTC."""
    days = DAYS
    spend, value = dict[date, Minor](), dict[date, Minor]()
    for row in told:
        spend[row.day] = spend.get(row.day, 0) + row.spend
    for one in deals:
        value[one.at.date()] = value.get(one.at.date(), 0) + one.deal.level
    top, high = max(spend.values(), default=0), max(value.values(), default=0)
    step, today = 100 / days, now.date()
    return tuple(
        _bar(today - timedelta(days=days - 1 - place), place * step, step, spend, value, (top, high))
        for place in range(days)
    )


def _bar(
    day: date,
    x: float,
    step: float,
    spend: Mapping[date, Minor],
    value: Mapping[date, Minor],
    tops: tuple[Minor, Minor],
) -> DayBar:
    earned = value.get(day, 0)
    return DayBar(
        day=day,
        x=round(x + 0.15 * step, 2),
        width=round(0.7 * step, 2),
        spend=spend.get(day),
        spend_high=_part(spend.get(day, 0), tops[0]),
        value=earned,
        value_high=_part(earned, tops[1]),
    )


def _part(amount: Minor, top: Minor) -> float:
    return round(100 * amount / top, 2) if top > 0 else 0.0
