"""What ads were shown, clicked and cost, step by step, as it was known at an instant. Reads only."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from kinoloop.core.text import plural
from kinoloop.delivery.accounts.records import AdAccount, AdEntity
from kinoloop.learning.bandit.records import Flags, Floats, Ints
from kinoloop.learning.decisions.rules.audience import audience, frequency
from kinoloop.learning.decisions.rules.grid import begin_of, grid, shaped, spread
from kinoloop.learning.decisions.rules.places import ABLE
from kinoloop.learning.insights.columns import columns_as_of
from kinoloop.learning.insights.records import WHOLE_DAY, InsightColumns

SHAPED_DAYS = 21
"""Of older days the hours are not read: two dozen rows a day would tell little more than the day itself."""


@dataclass(frozen=True)
class Results:
    """Tables of steps by ads; the first step began at `start`. `launched_at` is hours since then."""

    ad_ids: tuple[str, ...]
    start: datetime
    hours: float
    spend: Ints
    impressions: Ints
    clicks: Ints
    frequency: Floats
    launched_at: Floats
    notes: tuple[str, ...]


def results(
    connection: Connection,
    account: AdAccount,
    tree: tuple[AdEntity, ...],
    *,
    days: int,
    now: datetime,
    step_hours: float,
) -> Results:
    """The last so many days of every ad that could run or that was shown in them."""
    zone = ZoneInfo(account.timezone)
    until = now.astimezone(zone).date()
    since = until - timedelta(days=days)
    daily = columns_as_of(connection, account.account_id, now, since, until)
    shaped_since = max(since, until - timedelta(days=SHAPED_DAYS))
    hourly = columns_as_of(connection, account.account_id, now, shaped_since, until, hourly=True)
    told = (daily, hourly)
    ad_ids = _ads(tree, told)
    first = min((_first(one, zone) for one in told if len(one)), default=now)
    start, steps = grid(first, now, step_hours)
    links = any(map(len, told)) and not any(np.isnan(one.link_clicks).any() for one in told)
    column = {ad_id: number for number, ad_id in enumerate(ad_ids)}
    laid = shaped(daily, hourly, column, start, now, zone, links=links)
    shown, clicks, spend = spread(laid.spans, steps, len(ad_ids), step_hours)
    seen = frequency(shown, _people(daily, column))
    ran: Flags = shown.sum(axis=0) > 0
    launched = np.where(ran, (shown > 0).argmax(axis=0), steps) * step_hours
    notes = _notes(laid.even_days, seen, ran, links=links)
    hours = steps * step_hours
    return Results(ad_ids, start, hours, spend, shown, clicks, seen, launched.astype(np.float64), notes)


def _first(told: InsightColumns, zone: ZoneInfo) -> datetime:
    """When the first row begins."""
    day = told.day.min()
    hour = int(told.hour[told.day == day].min())
    return begin_of(date.fromordinal(int(day)), None if hour == WHOLE_DAY else hour, zone)


def _ads(tree: tuple[AdEntity, ...], told: tuple[InsightColumns, ...]) -> tuple[str, ...]:
    able = {
        one.entity_id
        for one in tree
        if one.kind == "ad" and one.gone_at is None and one.effective_status in ABLE
    }
    for one in told:
        shown = np.unique(one.entity[(one.impressions != 0) | (one.spend != 0)])
        able |= {one.entity_ids[number] for number in shown}
    return tuple(sorted(able))


def _people(daily: InsightColumns, column: dict[str, int]) -> Floats:
    place = np.array([column.get(ad_id, -1) for ad_id in daily.entity_ids], dtype=np.int64)[daily.entity]
    told = (place >= 0) & ~np.isnan(daily.reach)
    reach = daily.reach[told].astype(np.int64)
    return audience(place[told], daily.impressions[told], reach, len(column))


def _notes(even_days: int, seen: Floats, ran: Flags, *, links: bool) -> tuple[str, ...]:
    found = list[str]()
    if even_days:
        days = plural(even_days, "day of an ad", "days of ads")
        found.append(
            f"The results of {days} are spread evenly over the day: its hours are not known, or it lies more "
            f"than {SHAPED_DAYS} days back."
        )
    unknown = int((ran & np.isnan(seen[-1])).sum()) if len(seen) else 0
    if unknown:
        found.append(f"Of {plural(unknown, 'ad')} the platform tells no reach, so no frequency is known.")
    elif ran.any():
        found.append("Frequency is reckoned from daily reach, as if views fell at random on one audience.")
    if ran.any() and not links:
        found.append("The platform does not tell link clicks of every ad, so all clicks count.")
    return tuple(found)
