"""A person's yes or no. A yes holds for exactly what was seen, by its hash."""

import random
from datetime import datetime

from sqlalchemy import Connection, select

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.delivery.changes import queries
from kinoloop.delivery.changes.operations.moving import FREE, move
from kinoloop.delivery.changes.records import Change
from kinoloop.delivery.changes.rules import jitter
from kinoloop.delivery.changes.tables import pending_ad_changes as table
from kinoloop.delivery.guards.records import AUTO


def approve(
    connection: Connection,
    change_id: str,
    *,
    who: str,
    sha256: str | None,
    now: datetime,
    rng: random.Random,
) -> Change:
    """Let it be made, after its jitter. The same person's yes again changes nothing.

    Raises ConflictError when `sha256` is not of what would be approved, or the change is past approving;
    InputError when `who` is nobody; NotFoundError.
    """
    _check_person(who)
    change = queries.change(connection, change_id, lock=True)
    if sha256 is not None and sha256 != change.sha256:
        raise ConflictError(
            "This is not what was looked at: the change is another now.",
            fix="Look at it again, then approve.",
        )
    if change.state == "approved" and change.approved_by == who:
        return change
    if change.state != "proposed":
        raise ConflictError(f"The change is {change.state}; only what is proposed can be approved.")
    c = table.c
    bounds = connection.execute(select(c.jitter_ms_min, c.jitter_ms_max).where(c.id == change_id)).one()
    due = now + jitter(rng, *bounds)
    return move(connection, change, "approved", approved_by=who, approved_at=now, earliest_execute_at=due)


def reject(connection: Connection, change_id: str, *, who: str, why: str, now: datetime) -> Change:
    """It is not made; possible until it is claimed. Raises ConflictError, InputError, NotFoundError."""
    _check_person(who)
    change = queries.change(connection, change_id, lock=True)
    if change.state == "rejected":
        return change
    said = f"Rejected by {who} on {now:%Y-%m-%d %H:%M} UTC: {why}"
    return move(connection, change, "rejected", error=said, **FREE)


def _check_person(who: str) -> None:
    if not who.strip() or who == AUTO:
        raise InputError(f"'{who}' is not a person.", fix="Say who decides.")
