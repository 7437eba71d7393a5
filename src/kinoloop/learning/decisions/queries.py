"""Reading decisions: one, pages of them, their ads and steps, what they rest on, what our pauses meant."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, select

from kinoloop.core.currency import Minor
from kinoloop.core.errors import NotFoundError
from kinoloop.core.ids import is_id
from kinoloop.delivery.history.tables import ad_change_history
from kinoloop.learning.bandit.records import Standing
from kinoloop.learning.decisions.records import TRIGGER, AdLine, BudgetStep, Decision, DecisionSettings
from kinoloop.learning.decisions.rows import read_decision, read_line, read_settings, read_step
from kinoloop.learning.decisions.rules.freezing import unsqueezed
from kinoloop.learning.decisions.tables import (
    budget_decision_ads,
    budget_decision_steps,
    budget_decisions,
    budget_settings,
    budget_views,
)
from kinoloop.store.reading import newest_first, page_limit, row_by_id

FIX = "Look at the list of decisions, or of changes."
_ALL = tuple(column for column in budget_decisions.columns if column.name != "round")


def settings(connection: Connection, account_id: str) -> DecisionSettings:
    """What a person set for the account, or the documented defaults."""
    c = budget_settings.c
    row = connection.execute(select(c.settings).where(c.account_id == account_id)).first()
    return DecisionSettings() if row is None else read_settings(row.settings)


def decision(connection: Connection, decision_id: str) -> Decision:
    """Raises NotFoundError."""
    key = budget_decisions.c.id
    return read_decision(row_by_id(connection, key, decision_id, what="decision", fix=FIX))


def by_key(connection: Connection, key: str) -> Decision | None:
    """The round that a repeated step has already written."""
    row = connection.execute(select(*_ALL).where(budget_decisions.c.key == key)).first()
    return None if row is None else read_decision(row)


def find(connection: Connection, some_id: str) -> Decision:
    """By the id of a decision or of a change that one asked for. Raises NotFoundError."""
    steps_ = budget_decision_steps.c
    if is_id(some_id):
        query = select(*_ALL).where(budget_decisions.c.id == some_id)
        asked = (
            select(*_ALL)
            .join(budget_decision_steps, steps_.decision_id == budget_decisions.c.id)
            .where(steps_.change_id == some_id)
            .order_by(budget_decisions.c.at)
        )
        row = connection.execute(query).first() or connection.execute(asked).first()
        if row is not None:
            return read_decision(row)
    raise NotFoundError(f"No decision and no change of one has the id '{some_id}'.", fix=FIX)


def decisions(
    connection: Connection, *, account_id: str | None = None, limit: int = 50, after: str | None = None
) -> tuple[Decision, ...]:
    """A page, newest first; `after` is the last id of the page before. Raises InputError."""
    query = newest_first(select(*_ALL), budget_decisions.c.id, limit=limit, after=after, what="a decision")
    query = query if account_id is None else query.where(budget_decisions.c.account_id == account_id)
    return tuple(read_decision(row) for row in connection.execute(query))


def last(connection: Connection, account_id: str, *, before: datetime | None = None) -> Decision | None:
    """The account's newest decision (made before an instant); None without any."""
    c = budget_decisions.c
    query = select(*_ALL).where(c.account_id == account_id).order_by(c.at.desc(), c.id.desc()).limit(1)
    query = query if before is None else query.where(c.at < before)
    row = connection.execute(query).first()
    return None if row is None else read_decision(row)


def lines(connection: Connection, decision_id: str) -> tuple[AdLine, ...]:
    """The ads of a round, those with the most money first."""
    c = budget_decision_ads.c
    query = select(budget_decision_ads).where(c.decision_id == decision_id)
    rows = connection.execute(query.order_by(c.share.desc(), c.budget.desc(), c.ad_id))
    return tuple(read_line(row) for row in rows)


def of_ad(connection: Connection, ad_id: str, *, limit: int = 100) -> tuple[AdLine, ...]:
    """What was decided on one ad, newest first. Raises InputError."""
    c = budget_decision_ads.c
    query = select(budget_decision_ads).where(c.ad_id == ad_id).order_by(c.at.desc(), c.decision_id.desc())
    return tuple(read_line(row) for row in connection.execute(query.limit(page_limit(limit))))


def propensities(connection: Connection, account_id: str, since: datetime) -> tuple[AdLine, ...]:
    """Every ad of every round since then, by time: shares of the money are what a policy is tried on."""
    c = budget_decision_ads.c
    query = select(budget_decision_ads).where(c.account_id == account_id, c.at >= since)
    return tuple(read_line(row) for row in connection.execute(query.order_by(c.at, c.decision_id, c.ad_id)))


def steps(connection: Connection, decision_id: str) -> tuple[BudgetStep, ...]:
    """What a round asked for, in order."""
    c = budget_decision_steps.c
    query = select(budget_decision_steps).where(c.decision_id == decision_id).order_by(c.place)
    return tuple(read_step(row) for row in connection.execute(query))


def frozen(connection: Connection, view_sha256: str) -> bytes:
    """What was known, as it was written. Raises NotFoundError once it is dropped, IntegrityError."""
    c = budget_views.c
    row = connection.execute(select(c.data).where(c.sha256 == view_sha256)).first()
    if row is None or not row.data:
        raise NotFoundError(
            "What was known then is not kept any more.",
            why="It is dropped after a time that is set; the decision itself, its reasons and hashes stay.",
            fix="Restore it from a backup.",
        )
    return unsqueezed(bytes(row.data), view_sha256)


def round_stored(connection: Connection, decision_id: str) -> bytes:
    """The bytes of the round as they were decided. Raises NotFoundError, IntegrityError."""
    row: Row[Any] = row_by_id(connection, budget_decisions.c.id, decision_id, what="decision", fix=FIX)
    return unsqueezed(bytes(row.round), row.round_sha256)


def last_budgets(connection: Connection, decision_id: str) -> dict[str, Minor]:
    """What each ad was given in a round."""
    c = budget_decision_ads.c
    rows = connection.execute(select(c.ad_id, c.budget).where(c.decision_id == decision_id))
    return {row.ad_id: row.budget for row in rows}


def pauses(connection: Connection, account_id: str) -> dict[tuple[str, str], tuple[Standing, datetime]]:
    """By (entity, ad): what our pause of it meant, and when it arrived, where it is the last switch of that
    entity that we know of.
    """
    step, line = budget_decision_steps.c, budget_decision_ads.c
    switched = _last_switches(account_id).subquery()
    mine = and_(step.change_id == switched.c.pending_change_id, step.entity_id == switched.c.entity_id)
    same = and_(line.decision_id == step.decision_id, line.account_id == account_id)
    query = (
        select(switched.c.entity_id, switched.c.completed_at, step.ad_ids, line.ad_id, line.standing)
        .join(budget_decision_steps, mine)
        .join(budget_decision_ads, same)
        .where(
            switched.c.place == 1, switched.c.triggered_by == TRIGGER, line.standing.in_(("killed", "parked"))
        )
        .order_by(line.at)
    )
    return {
        (found.entity_id, found.ad_id): (found.standing, found.completed_at)
        for found in connection.execute(query)
        if found.ad_id in found.ad_ids
    }


def last_running(connection: Connection, account_id: str) -> dict[str, datetime]:
    """When each ad was last seen running by a round."""
    c = budget_decision_ads.c
    query = select(c.ad_id, func.max(c.at).label("at")).where(
        c.account_id == account_id, c.stood == "running"
    )
    found: Iterable[Row[Any]] = connection.execute(query.group_by(c.ad_id))
    return {row.ad_id: row.at for row in found}


def _last_switches(account_id: str) -> Select[Any]:
    """Status changes that arrived, numbered from the newest of each entity."""
    c = ad_change_history.c
    newest = func.row_number().over(partition_by=c.entity_id, order_by=(c.completed_at.desc(), c.id.desc()))
    return select(
        c.entity_id, c.pending_change_id, c.triggered_by, c.completed_at, newest.label("place")
    ).where(
        c.account_id == account_id,
        c.change_type == "STATUS_CHANGE",
        c.status == "completed",
        c.dry_run.is_(False),
    )
