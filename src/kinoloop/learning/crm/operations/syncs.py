"""How far the CRM was read, a report per sync, and what others report. The cursor moves last."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Connection, insert

from kinoloop.core.ids import NewId
from kinoloop.learning.crm import queries
from kinoloop.learning.crm.records import Cursor, Reconciled, SyncReport
from kinoloop.learning.crm.rows import add, put, sync_row
from kinoloop.learning.crm.tables import cursors, reported_values, syncs


def begin_sync(
    connection: Connection, sync_id: str, tenant_id: str, *, since: datetime, now: datetime
) -> SyncReport:
    """The report of this sync: a fresh one, or as far as it came before it was interrupted or failed."""
    add(connection, syncs, sync_row(SyncReport(sync_id, tenant_id, now, since, since)))
    known = queries.sync(connection, sync_id)
    if known.state == "failed":
        known = replace(known, state="running", error=None, finished_at=None)
        put(connection, syncs, sync_row(known))
    return known


def advance(
    connection: Connection, sync_id: str, *, position: datetime, listed: int, stored: int, failed: int
) -> SyncReport:
    """Everything up to `position` is stored; the counts are added."""
    known = queries.sync(connection, sync_id)
    after = replace(
        known,
        position=max(known.position, position),
        listed=known.listed + listed,
        stored=known.stored + stored,
        failed=known.failed + failed,
    )
    put(connection, syncs, sync_row(after))
    return after


def finish_sync(
    connection: Connection,
    sync_id: str,
    *,
    compared: Reconciled,
    window: tuple[datetime, datetime],
    gone: int,
    now: datetime,
) -> SyncReport:
    """The report's end, and only with it the cursor. Deals that failed wait in the inbox by now."""
    known = queries.sync(connection, sync_id)
    after = replace(
        known,
        state="completed",
        gone=gone,
        reconciled=compared,
        window_from=window[0],
        window_to=window[1],
        finished_at=now,
        error=None,
    )
    put(connection, syncs, sync_row(after))
    before = queries.cursor(connection, known.tenant_id)
    at = known.position if before is None else max(before.cursor_at, known.position)
    put(connection, cursors, vars(Cursor(known.tenant_id, at, window[1], now)))
    return after


def fail_sync(connection: Connection, sync_id: str, why: str, *, now: datetime) -> SyncReport:
    """It could not go on; what it stored stays, and the cursor where it was."""
    after = replace(queries.sync(connection, sync_id), state="failed", error=why, finished_at=now)
    put(connection, syncs, sync_row(after))
    return after


def report_values(
    connection: Connection,
    tenant_id: str,
    told: Mapping[str, Decimal],
    *,
    who: str,
    now: datetime,
    new_id: NewId,
) -> int:
    """Write down what ads are said to have brought; gives for how many that is another value than before."""
    known = queries.reported(connection, tenant_id, list(told))
    changed = [ad for ad in sorted(told) if ad not in known or known[ad].value != told[ad]]
    rows = [
        {
            "value_id": new_id(),
            "tenant_id": tenant_id,
            "ad_id": ad_id,
            "value": str(value),
            "reported_at": now,
            "who": who,
        }
        for ad_id, value in sorted(told.items())
    ]
    if rows:
        connection.execute(insert(reported_values), rows)
    return len(changed)
