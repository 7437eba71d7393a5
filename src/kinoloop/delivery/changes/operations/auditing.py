"""Writing the audit: a row when a change is begun or stopped by a guard, and how it ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from kinoloop.delivery.accounts.records import LiveTree
from kinoloop.delivery.changes.records import Change, HistoryRow
from kinoloop.delivery.changes.rules import audit_word, percentage
from kinoloop.delivery.guards.rules.wishes import level_of
from kinoloop.delivery.history.queries import read_row
from kinoloop.delivery.history.tables import ad_change_history as table

RATES = ("rate_campaign", "rate_account", "budget_rate")


def write(
    connection: Connection,
    change: Change,
    live: LiveTree,
    *,
    history_id: str,
    status: str,
    value: int | str,
    worker: str,
    now: datetime,
    facts: dict[str, Any],
    error: str | None = None,
) -> None:
    """One attempt: what stands there now, and the value to be sent (or asked for, when it is stopped)."""
    old, checks = level_of(live.entity, change.change_type), facts["checks"]
    ended = None if status == "executing" else now
    values = {
        "id": history_id,
        "tenant_id": change.tenant_id,
        "campaign_id": change.campaign_id,
        "ad_id": change.entity_id if change.kind == "ad" else None,
        "adset_id": _ad_set(change, live),
        "change_type": audit_word(change, old, value),
        "old_value": old,
        "new_value": value,
        "change_percentage": percentage(old, value),
        "triggered_by": change.triggered_by,
        "ml_confidence": change.confidence,
        "reason": change.reason,
        "status": status,
        "error_message": error,
        "rate_limit_passed": all(checks[name] == "passed" for name in RATES),
        "velocity_check_passed": checks["velocity"] == "passed",
        "safety_override": False,
        "queued_at": change.created_at,
        "started_at": now,
        "completed_at": ended,
        "created_at": now,
        "updated_at": now,
        "pending_change_id": change.change_id,
        "account_id": change.account_id,
        "entity_id": change.entity_id,
        "kind": change.kind,
        "approved_by": change.approved_by,
        "worker": worker,
        "guards": facts,
        "dry_run": change.dry_run,
    }
    connection.execute(insert(table).values(values))


def end(
    connection: Connection,
    change: Change,
    status: str,
    now: datetime,
    *,
    worker: str,
    error: str | None = None,
    answer: dict[str, Any] | None = None,
    read_back: int | str | None = None,
) -> HistoryRow | None:
    """How the attempt in hand ended (`unknown`: it did not yet); None when it never began."""
    if change.history_id is None:
        return None
    mine = table.c.id == change.history_id
    started = connection.execute(select(table.c.started_at).where(mine)).scalar_one()
    took = round((now - started).total_seconds() * 1000)
    values: dict[str, Any] = {"status": status, "error_message": error, "updated_at": now, "worker": worker}
    if status != "unknown":
        values |= {"completed_at": now, "execution_duration_ms": took, "read_back": read_back}
    if answer:
        values["meta_response"] = answer
    row = connection.execute(update(table).where(mine).values(values).returning(table)).one()
    return read_row(row)


def reverted(connection: Connection, history_id: str, now: datetime) -> None:
    """What this row made was taken back. It still counts for every limit."""
    values = {"status": "reverted", "updated_at": now}
    connection.execute(update(table).where(table.c.id == history_id).values(values))


def _ad_set(change: Change, live: LiveTree) -> str | None:
    if change.kind == "adset":
        return change.entity_id
    return live.entity.parent_id if change.kind == "ad" else None
