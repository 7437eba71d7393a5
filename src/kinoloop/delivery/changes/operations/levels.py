"""The levels that people answer for, in step with what is begun and how it ends (guards.rules.exposure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.currency import Minor
from kinoloop.delivery.accounts import queries as accounts
from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.accounts.rules import owners_under, standing
from kinoloop.delivery.accounts.tables import ad_levels
from kinoloop.delivery.changes.records import SENT, Change
from kinoloop.delivery.guards.records import Exposure
from kinoloop.delivery.history.tables import ad_change_history

Before = dict[str, Minor | None]


def keep(connection: Connection, change: Change, levels: Mapping[str, Minor], now: datetime) -> Before:
    """Write the levels from which automation counts; gives what stood there before, None for nothing."""
    known = accounts.levels(connection, change.account_id)
    before: Before = {}
    for owner, amount in levels.items():
        before[owner] = known[owner][1] if owner in known else None
        if before[owner] != amount:
            _put(connection, change, owner, amount, now)
    return before


def undo(
    connection: Connection, change: Change, before: Mapping[str, Minor | None], started: datetime
) -> None:
    """Nothing came of it: put the levels back, unless something else was sent to the campaign since."""
    c = ad_change_history.c
    others = (c.account_id == change.account_id, c.campaign_id == change.campaign_id)
    later = select(c.id).where(
        *others, c.started_at >= started, c.status.in_(SENT), c.pending_change_id != change.change_id
    )
    if connection.execute(later.limit(1)).first() is not None:
        return
    for owner, amount in before.items():
        mine = ad_levels.c.entity_id == owner
        if amount is None:
            connection.execute(delete(ad_levels).where(mine))
        else:
            connection.execute(update(ad_levels).where(mine).values(approved=amount))


def dark(change: Change, exposure: Exposure) -> dict[str, Minor]:
    """The budget owners that cannot spend before this status change, with their budgets."""
    if change.change_type != "status":
        return {}
    under = owners_under(change.entity_id, exposure.entities)
    unlit = {name for name in under if exposure.owners[name].standing == 0}
    return {one.entity_id: one.daily_budget or 0 for one in exposure.entities if one.entity_id in unlit}


def approved_by_person(
    connection: Connection, change: Change, was_dark: Mapping[str, Minor], now: datetime
) -> None:
    """A change that a person approved is made: they answer for what it may spend now.

    A new budget counts as it stands, what was dark and is switched on with the budget it had when that was
    begun, what was switched off as nothing. What automation never touched has no level and needs none.
    """
    tree = accounts.tree_of(connection, {change.campaign_id})
    known, amounts = accounts.levels(connection, change.account_id), standing(tree)
    for owner in sorted(_answered_for(change, tree) & known.keys()):
        after = amounts.get(owner, 0)
        if change.change_type == "budget" or after == 0 or owner in was_dark:
            values = {
                "approved": min(after, was_dark.get(owner, after)),
                "approved_by": change.approved_by,
                "set_at": now,
            }
            connection.execute(update(ad_levels).where(ad_levels.c.entity_id == owner).values(values))


def _answered_for(change: Change, tree: Sequence[AdEntity]) -> frozenset[str]:
    """The budget owners whose spending the change decides."""
    if change.change_type == "budget":
        return frozenset({change.entity_id})
    there = any(one.entity_id == change.entity_id for one in tree)
    return owners_under(change.entity_id, tree) if change.change_type == "status" and there else frozenset()


def _put(connection: Connection, change: Change, owner: str, amount: Minor, now: datetime) -> None:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    values: dict[str, Any] = {"approved": amount, "set_at": now}
    key = {"entity_id": owner, "account_id": change.account_id, "campaign_id": change.campaign_id}
    statement = insert(ad_levels).values(key | values)
    connection.execute(statement.on_conflict_do_update(index_elements=["entity_id"], set_=values))
