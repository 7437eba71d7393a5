"""How many changes an hour: per campaign, per account, and the platform's own limit per budget."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.guards.records import Block, Wish
from kinoloop.delivery.history.records import HistoryRow

HOUR = timedelta(hours=1)


def recent(rows: Iterable[HistoryRow], now: datetime) -> list[HistoryRow]:
    """Those that can have taken effect within the hour; the platform's window may lie a little off ours."""
    return [row for row in rows if row.ended(now) > now - HOUR]


def rate_campaign(
    change: Wish, account: AdAccount, past: Sequence[HistoryRow], now: datetime
) -> Block | None:
    """Changes of any kind per campaign and hour."""
    rows = recent((row for row in past if row.campaign_id == change.campaign_id), now)
    return _full("rate_campaign", "this campaign", "changes", rows, account.guards.rate_per_campaign, now)


def rate_account(account: AdAccount, past: Sequence[HistoryRow], now: datetime) -> Block | None:
    """Changes of any kind per account and hour."""
    rows = recent(past, now)
    return _full("rate_account", "this account", "changes", rows, account.guards.rate_per_account, now)


def budget_rate(change: Wish, account: AdAccount, past: Sequence[HistoryRow], now: datetime) -> Block | None:
    """Budget changes per ad set (or campaign that holds the budget) and hour, as the platform counts them."""
    if change.change_type != "budget":
        return None
    rows = recent((row for row in past if row.entity_id == change.entity_id and row.of_budget), now)
    return _full("budget_rate", "this budget", "budget changes", rows, account.guards.budget_rate, now)


def _full(
    guard: str, where: str, what: str, rows: Sequence[HistoryRow], limit: int, now: datetime
) -> Block | None:
    if len(rows) < limit:
        return None
    leaving = sorted((row.completed_at or row.started_at) + HOUR for row in rows)
    until = max(leaving[len(rows) - limit], now + timedelta(seconds=1))
    return Block(
        guard,
        f"{len(rows)} of {limit} {what} were made to {where} within the hour.",
        f"It is tried again by itself at {until:%H:%M} UTC, when the first of them is an hour old.",
        until,
    )
