"""Meta's limits, counted for real on the sandbox's clock, and the headers that tell of them.

Per account: a score (a read is 1, a write 3, forgotten after 300 s), calls per hour and kind, changes per
second, and four budget changes per ad set and hour. Per app: calls per hour.
"""

import json
import math
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from kinoloop.sandbox.meta.errors import refuse

READ, WRITE = 1, 3
_SCORE_SPAN = timedelta(seconds=300)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Tier:
    """What an app may do: `limited` while in development, `full` after review."""

    name: str
    score: int
    block_seconds: int
    management: int
    insights: int
    title: str


TIERS = {
    "limited": Tier("limited", 60, 300, 300, 600, "development_access"),
    "full": Tier("full", 9000, 60, 100_000, 190_000, "standard_access"),
}
APP_CALLS = 200_000
MUTATIONS = 100
BUDGET_CHANGES = 4


class Count:
    """Points in a sliding stretch of time."""

    def __init__(self, span: timedelta) -> None:
        self._span, self._sum = span, 0
        self._points: deque[tuple[datetime, int]] = deque()

    def add(self, now: datetime, points: int = 1) -> None:
        self._points.append((now, points))
        self._sum += points

    def sum(self, now: datetime) -> int:
        while self._points and self._points[0][0] + self._span <= now:
            self._sum -= self._points.popleft()[1]
        return self._sum

    def clears_in(self, now: datetime) -> float:
        """Seconds until the oldest point is forgotten."""
        self.sum(now)
        return (self._points[0][0] + self._span - now).total_seconds() if self._points else 0.0


class AccountLimits:
    """One account's counts. `active_ads` raise its hourly quota."""

    def __init__(self) -> None:
        self._score = Count(_SCORE_SPAN)
        self._management, self._insights = Count(_HOUR), Count(_HOUR)
        self._mutations = Count(timedelta(seconds=1))
        self._blocked_until: datetime | None = None
        self._budgets: dict[str, Count] = {}
        self._budget_blocks: dict[str, datetime] = {}

    def take(
        self,
        now: datetime,
        tier: Tier,
        *,
        write: bool,
        insights: bool,
        active_ads: int,
        mutations: int = MUTATIONS,
    ) -> None:
        """Count one call, or refuse it uncounted."""
        self._check_score(now, tier)
        hourly = self._insights if insights else self._management
        if hourly.sum(now) >= _quota(tier, insights, active_ads):
            raise refuse(80000 if insights else 80004, 2446079)
        if write and self._mutations.sum(now) >= mutations:
            raise refuse(613, 5044001)
        hourly.add(now)
        self._score.add(now, WRITE if write else READ)
        if write:
            self._mutations.add(now)

    def change_budget(self, now: datetime, entity_id: str) -> None:
        """Count a budget change, or refuse: the fifth within an hour blocks the budget for an hour."""
        until = self._budget_blocks.get(entity_id)
        if until is not None and now < until:
            raise refuse(613, 1487632)
        count = self._budgets.setdefault(entity_id, Count(_HOUR))
        if count.sum(now) >= BUDGET_CHANGES:
            self._budget_blocks[entity_id] = now + _HOUR
            raise refuse(613, 1487632)
        count.add(now)

    def headers(
        self, now: datetime, tier: Tier, account_id: str, *, insights: bool, ads: int
    ) -> dict[str, str]:
        score = self._score.sum(now)
        hourly = self._insights if insights else self._management
        percent = math.ceil(100 * hourly.sum(now) / _quota(tier, insights, ads))
        wait = (self._blocked_until - now).total_seconds() if self._blocked_until else 0
        number = account_id.removeprefix("act_")
        use = {
            "type": "ads_insights" if insights else "ads_management",
            "call_count": percent,
            "total_cputime": 0,
            "total_time": 0,
            "estimated_time_to_regain_access": max(0, math.ceil(wait / 60)),
            "ads_api_access_tier": tier.title,
        }
        account = {
            "acc_id_util_pct": round(100 * score / tier.score, 2),
            "reset_time_duration": math.ceil(self._score.clears_in(now)),
            "ads_api_access_tier": tier.title,
        }
        told = {"X-Business-Use-Case-Usage": {number: [use]}, "X-Ad-Account-Usage": account}
        if insights:
            told["X-FB-Ads-Insights-Throttle"] = {
                "app_id_util_pct": 0.0,
                "acc_id_util_pct": float(percent),
                "ads_api_access_tier": tier.title,
            }
        return {name: json.dumps(value) for name, value in told.items()}

    def _check_score(self, now: datetime, tier: Tier) -> None:
        if self._blocked_until is not None and now < self._blocked_until:
            raise refuse(17, 2446079)
        self._blocked_until = None
        if self._score.sum(now) >= tier.score:
            self._blocked_until = now + timedelta(seconds=tier.block_seconds)
            raise refuse(17, 2446079)


class AppLimits:
    """The app's own calls per hour."""

    def __init__(self) -> None:
        self._calls = Count(_HOUR)

    def take(self, now: datetime) -> None:
        if self._calls.sum(now) >= APP_CALLS:
            raise refuse(4)
        self._calls.add(now)

    def headers(self, now: datetime) -> dict[str, str]:
        percent = math.ceil(100 * self._calls.sum(now) / APP_CALLS)
        told = {"call_count": percent, "total_cputime": 0, "total_time": 0}
        return {"X-App-Usage": json.dumps(told)}


def _quota(tier: Tier, insights: bool, active_ads: int) -> int:
    base, each = (tier.insights, 400) if insights else (tier.management, 40)
    return base + each * active_ads
