"""Reading the audit."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from kinoloop.delivery.history.records import IN_FLIGHT, SENT, HistoryRow
from kinoloop.delivery.history.tables import ad_change_history

c = ad_change_history.c


def rows(
    connection: Connection,
    *,
    account_id: str | None = None,
    entity_id: str | None = None,
    change_id: str | None = None,
    limit: int = 100,
) -> tuple[HistoryRow, ...]:
    """Attempts, newest first."""
    wanted = {"account_id": account_id, "entity_id": entity_id, "pending_change_id": change_id}
    query = select(ad_change_history).where(*(c[n] == one for n, one in wanted.items() if one is not None))
    newest = query.order_by(c.started_at.desc(), c.id.desc()).limit(limit)
    return tuple(read_row(row) for row in connection.execute(newest))


def sent_since(connection: Connection, account_id: str, since: datetime) -> tuple[HistoryRow, ...]:
    """Everything that was sent to an account, or may have been, and can have taken effect after `since`.

    Oldest first; dry runs left out.
    """
    late = (c.completed_at > since) | c.status.in_(IN_FLIGHT)
    query = select(ad_change_history).where(
        c.account_id == account_id, c.status.in_(SENT), late, c.dry_run.is_(False)
    )
    return tuple(read_row(row) for row in connection.execute(query.order_by(c.started_at, c.id)))


def in_flight(connection: Connection, account_id: str) -> tuple[HistoryRow, ...]:
    """What is on its way to an account; dry runs left out."""
    flying = (c.account_id == account_id, c.status.in_(IN_FLIGHT), c.dry_run.is_(False))
    return tuple(read_row(row) for row in connection.execute(select(ad_change_history).where(*flying)))


def read_row(row: Row[Any]) -> HistoryRow:
    values = dict(row._mapping)
    for name in ("ad_id", "adset_id", "ml_confidence", "rate_limit_passed", "velocity_check_passed"):
        del values[name]
    for name in ("safety_override", "created_at", "updated_at"):
        del values[name]
    return HistoryRow(
        history_id=values.pop("id"),
        change_id=values.pop("pending_change_id"),
        error=values.pop("error_message"),
        answer=values.pop("meta_response") or {},
        duration_ms=values.pop("execution_duration_ms"),
        **values,
    )
