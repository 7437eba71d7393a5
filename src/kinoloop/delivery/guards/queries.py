"""How much of each limit is used: the exposure of an account, and the numbers for its page."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.delivery.guards.records import AUTO, Exposure
from kinoloop.delivery.guards.rules import exposure_of
from kinoloop.delivery.guards.rules.exposure import answered_for
from kinoloop.delivery.guards.rules.money import EDGE
from kinoloop.delivery.guards.rules.rates import HOUR, recent
from kinoloop.delivery.history.queries import in_flight, sent_since
from kinoloop.delivery.history.records import HistoryRow


def past_of(connection: Connection, account: AdAccount, now: datetime) -> tuple[HistoryRow, ...]:
    """What was sent to the account and still counts for any window, oldest first."""
    guards = account.guards
    windows = (HOUR, timedelta(hours=guards.velocity_hours), timedelta(minutes=guards.cooldown_minutes))
    return sent_since(connection, account.account_id, now - max(windows) - EDGE)


def exposure(connection: Connection, account_id: str, *, campaign_id: str | None = None) -> Exposure:
    """What automation may lose a day in this account before a person must act, by the rows as they stand.

    Looks at the campaigns that automation touched, and at `campaign_id` too. Raises NotFoundError.
    """
    account = accounts.account(connection, account_id)
    known = accounts.levels(connection, account_id)
    flights = in_flight(connection, account_id)
    automatic = [row for row in flights if row.approved_by == AUTO]
    campaigns = {campaign for campaign, _ in known.values()} | {row.campaign_id for row in automatic}
    tree = accounts.tree_of(connection, campaigns | ({campaign_id} if campaign_id else set()))
    levels = {owner: approved for owner, (_, approved) in known.items()}
    answered = answered_for(levels, [row for row in flights if row.approved_by != AUTO])
    return exposure_of(tree, answered, automatic, account.guards.daily_loss_bound)


def usage(connection: Connection, account_id: str, *, now: datetime) -> dict[str, Any]:
    """Each limit with what is used of it now.

    `rate_account`, `loss_bound`: {used, limit}. `rate_campaign`, `budget_rate`: the same by campaign or
    budget that was changed within the hour. `loss_by_entity`: minor units by budget owner. `next_free`:
    when the account takes a change again, None when it does now.
    """
    account = accounts.account(connection, account_id)
    risk, within = exposure(connection, account_id), recent(past_of(connection, account, now), now)
    campaigns = Counter(row.campaign_id for row in within)
    budgets = Counter(row.entity_id for row in within if row.of_budget)
    limits = account.guards
    return {
        "rate_account": {"used": len(within), "limit": limits.rate_per_account},
        "rate_campaign": _by_name(campaigns, limits.rate_per_campaign),
        "budget_rate": _by_name(budgets, limits.budget_rate),
        "loss_bound": {"used": risk.used, "limit": risk.bound},
        "loss_by_entity": dict(risk.by_entity),
        "next_free": _next_free(within, limits.rate_per_account),
    }


def _by_name(counts: Counter[str], limit: int) -> dict[str, dict[str, int]]:
    return {name: {"used": used, "limit": limit} for name, used in sorted(counts.items())}


def _next_free(within: Sequence[HistoryRow], limit: int) -> datetime | None:
    if len(within) < limit:
        return None
    leaving = sorted((row.completed_at or row.started_at) + HOUR for row in within)
    return leaving[len(within) - limit]
