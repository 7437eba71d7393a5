"""May anything be sent here now: kill switch, authority, one at a time, cooldown."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kinoloop.delivery.accounts.records import AdAccount, LiveTree
from kinoloop.delivery.guards.records import Block, Wish
from kinoloop.delivery.guards.rules.wishes import by_automation, level_of, named, pauses
from kinoloop.delivery.history.records import HistoryRow

AGAIN = timedelta(seconds=30)
"""When to ask again for an entity whose last change is still on its way."""


def kill_switch(account: AdAccount) -> Block | None:
    """Nothing at all is written to an account that a person stopped, not even a pause."""
    if account.killed_at is None:
        return None
    return Block(
        "kill_switch",
        f"{account.killed_by} stopped all changes to {account.name} at "
        f"{account.killed_at:%Y-%m-%d %H:%M} UTC: {account.kill_reason}.",
        "Revive the account when the cause is gone, then propose the change again.",
    )


def authority(change: Wish, account: AdAccount) -> Block | None:
    """`off` lets nothing through; `draft` only what a person approved."""
    if account.authority == "off":
        return Block(
            "authority",
            f"Changes to {account.name} are switched off.",
            "Set the account to draft or auto, then propose the change again.",
        )
    if account.authority == "draft" and by_automation(change):
        return Block(
            "authority",
            f"{account.name} is in draft: only what a person approved is sent, and nobody approved this.",
            "Propose the change again and approve it, or set the account to auto.",
        )
    return None


def unchanged(change: Wish, live: LiveTree) -> Block | None:
    """What already is so needs no write: it would count for limits and restart the learning phase."""
    if level_of(live.entity, change.change_type) != change.requested:
        return None
    return Block(
        "unchanged",
        f"The {change.change_type} of {named(live.entity)} already is what was asked for.",
        "Nothing needs to be done.",
    )


def one_at_a_time(change: Wish, live: LiveTree, past: Sequence[HistoryRow], now: datetime) -> Block | None:
    """Waits for a change of the same entity that is on its way, or that ended after the look was taken."""
    seen = live.entity.seen_at
    mine = [row for row in past if row.entity_id == change.entity_id and row.change_id != change.change_id]
    if any(row.in_flight for row in mine):
        return Block(
            "one_at_a_time",
            f"Another change of {named(live.entity)} is still on its way to the platform.",
            "It is tried again by itself.",
            now + AGAIN,
        )
    if seen is not None and any(row.ended(now) > seen for row in mine):
        return Block(
            "one_at_a_time",
            f"Another change of {named(live.entity)} ended after this look was taken.",
            "It is tried again by itself, with a fresh look.",
            now + timedelta(seconds=1),
        )
    return None


def cooldown(
    change: Wish, account: AdAccount, live: LiveTree, past: Sequence[HistoryRow], now: datetime
) -> Block | None:
    """Time to see what the last change of this entity did. Pausing and taking back never wait for it."""
    rest = timedelta(minutes=account.guards.cooldown_minutes)
    ends = [row.ended(now) + rest for row in past if row.entity_id == change.entity_id]
    until = max(ends, default=now)
    if until <= now or pauses(change) or change.reverts is not None:
        return None
    return Block(
        "cooldown",
        f"{named(live.entity)} was changed less than {account.guards.cooldown_minutes:g} minutes ago.",
        "It is tried again by itself when the time is over.",
        until,
    )
