"""Reads of these pages alone: counts over rounds, what became of what was asked for, changes of an entity."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.changes.rows import read_change
from kinoloop.delivery.changes.tables import pending_ad_changes
from kinoloop.learning.decisions.tables import budget_decision_ads, budget_decision_steps

NONE = "none"
"""In place of a state: nothing stands in the queue for it."""


def verdicts(connection: Connection, decision_ids: Sequence[str]) -> dict[str, Counter[str]]:
    """By round: how many ads got each word."""
    c = budget_decision_ads.c
    query = select(c.decision_id, c.word, func.count().label("ads")).where(c.decision_id.in_(decision_ids))
    found: dict[str, Counter[str]] = {one: Counter() for one in decision_ids}
    for row in connection.execute(query.group_by(c.decision_id, c.word)):
        found[row.decision_id][row.word] = row.ads
    return found


def asked(connection: Connection, decision_ids: Sequence[str]) -> dict[str, Counter[str]]:
    """By round: how many changes it asked for, by the state they are in now (NONE: not in the queue)."""
    step, change = budget_decision_steps.c, pending_ad_changes.c
    state = func.coalesce(change.status, NONE).label("state")
    joined = budget_decision_steps.outerjoin(pending_ad_changes, change.id == step.change_id)
    query = select(step.decision_id, state, func.count().label("steps")).select_from(joined)
    found: dict[str, Counter[str]] = {one: Counter() for one in decision_ids}
    for row in connection.execute(
        query.where(step.decision_id.in_(decision_ids)).group_by(step.decision_id, state)
    ):
        found[row.decision_id][row.state] = row.steps
    return found


def changes_of(connection: Connection, entity_ids: Sequence[str], *, limit: int = 20) -> tuple[Change, ...]:
    """The changes of these campaigns, ad sets and ads, newest first."""
    c = pending_ad_changes.c
    query = select(pending_ad_changes).where(c.ad_entity_id.in_(entity_ids)).order_by(c.id.desc())
    return tuple(read_change(row) for row in connection.execute(query.limit(limit)))


def changes_with(connection: Connection, change_ids: Sequence[str]) -> dict[str, Change]:
    """These changes by id."""
    query = select(pending_ad_changes).where(pending_ad_changes.c.id.in_(change_ids))
    return {row.id: read_change(row) for row in connection.execute(query)} if change_ids else {}
