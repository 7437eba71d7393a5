"""What is known of the ads of an account, as the winner rule and the fatigue detector take it. Only reads."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.pull_results.days import local
from kinoloop.learning.insights.queries import rows as insight_rows
from kinoloop.learning.insights.records import InsightRow
from kinoloop.learning.winners.queries import earned
from kinoloop.learning.winners.records import Exposure, Track, WinnerSettings
from kinoloop.learning.winners.rules.fatigue import Floats, weekday_factors


def whole_days(
    connection: Connection, account: AdAccount, settings: WinnerSettings, now: datetime
) -> tuple[InsightRow, ...]:
    """The ads' whole days of the time that counts, today among them."""
    today = local(now, account.timezone).date()
    return insight_rows(connection, account.account_id, today - timedelta(days=settings.days - 1), today)


def tracks(
    connection: Connection,
    account: AdAccount,
    rows: Sequence[InsightRow],
    settings: WinnerSettings,
    now: datetime,
) -> tuple[Track, ...]:
    """What each ad did. Money and results are of the same days: those before the last `settle_days`."""
    zone = ZoneInfo(account.timezone)
    settled = local(now, account.timezone).date() - timedelta(days=settings.settle_days)
    since = midnight(settled - timedelta(days=settings.days - settings.settle_days), zone)
    results = earned(connection, account.tenant_id, since=since, until=midnight(settled, zone))
    made = []
    for ad_id, own in sorted(by_ad(rows).items()):
        first = midnight(min(one.day for one in own), zone)
        conversions, value = results.get(ad_id, (0.0, 0))
        made.append(
            Track(
                ad_id=ad_id,
                age_hours=max((now - first).total_seconds() / 3600, 0.0),
                impressions=sum(one.impressions for one in own),
                clicks=sum(one.clicks for one in own),
                spend=sum(one.spend for one in own),
                settled_spend=sum(one.spend for one in own if one.day < settled),
                conversions=conversions,
                value=value,
            )
        )
    return tuple(made)


def exposures(rows: Sequence[InsightRow], until: date) -> tuple[Exposure, ...]:
    """Each ad day by day; `until` itself is not over and is left out."""
    return tuple(
        _exposure(ad_id, sorted((one for one in own if one.day < until and one.impressions), key=_day))
        for ad_id, own in sorted(by_ad(rows).items())
    )


def account_ctr(rows: Sequence[InsightRow]) -> float | None:
    """The account's own click rate; None before there is one."""
    shown, clicks = sum(one.impressions for one in rows), sum(one.clicks for one in rows)
    return clicks / shown if shown and clicks else None


def weekdays(rows: Sequence[InsightRow]) -> Floats:
    """How the account's click rate goes over the week; ones before three whole weeks."""
    days = sorted({one.day for one in rows})
    place = {day: n for n, day in enumerate(days)}
    at = np.array([place[one.day] for one in rows], dtype=np.int64)
    shown, clicks = np.zeros(len(days)), np.zeros(len(days))
    np.add.at(shown, at, [one.impressions for one in rows])
    np.add.at(clicks, at, [one.clicks for one in rows])
    return weekday_factors(np.array([day.toordinal() for day in days], dtype=np.int64), clicks, shown)


def by_ad(rows: Iterable[InsightRow]) -> dict[str, list[InsightRow]]:
    """The rows of each ad."""
    found: dict[str, list[InsightRow]] = defaultdict(list)
    for one in rows:
        found[one.entity_id].append(one)
    return found


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day of the account begins, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _exposure(ad_id: str, own: Sequence[InsightRow]) -> Exposure:
    reach = [np.nan if one.reach is None else float(one.reach) for one in own]
    return Exposure(
        ad_id=ad_id,
        day=np.array([one.day.toordinal() for one in own], dtype=np.int64),
        impressions=np.array([one.impressions for one in own], dtype=np.int64),
        clicks=np.array([one.clicks for one in own], dtype=np.int64),
        spend=np.array([one.spend for one in own], dtype=np.int64),
        reach=np.array(reach, dtype=np.float64),
    )


def _day(row: InsightRow) -> date:
    return row.day
