"""Writing moments: replace what was only proposed, take a person's word, move edges. Nothing here commits."""

from collections.abc import Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import Connection, delete, insert, update

from kinoloop.core.errors import InputError
from kinoloop.core.ids import NewId, new_id
from kinoloop.core.timecode import MICRO, Seconds, Span, exact, short_clock
from kinoloop.footage.intake.queries import asset
from kinoloop.footage.moments import queries
from kinoloop.footage.moments.records import STATUSES, Found, Mode, Moment, Status
from kinoloop.footage.moments.tables import moments as table

SAME_MOMENT = 0.5
"""From this intersection over union on, a new find is one that a person has judged already."""
SHORTEST_NUDGE = Fraction(1)


def replace_proposed(
    connection: Connection,
    asset_id: str,
    found: Sequence[Found],
    *,
    mode: Mode | None = None,
    run_id: str | None = None,
    now: datetime | None = None,
    ids: NewId = new_id,
) -> tuple[Moment, ...]:
    """Put new proposals in place of the old ones of this mode (all modes when None); gives what is there now.

    Accepted, rejected and nudged moments stay, and a find that is one of those is not proposed again. What is
    found again with the same edges keeps its row, and what a clip was made of keeps it too, so that finished
    clips go on telling why. Raises NotFoundError for an unknown file.
    """
    asset(connection, asset_id)
    there = [m for m in queries.moments(connection, asset_id) if mode is None or m.mode == mode]
    again, used = {_key(m) for m in found}, queries.with_clips(connection, asset_id)
    loose = [m for m in there if m.status == "proposed" and not m.edited]
    stale = [m.moment_id for m in loose if _key(m) not in again and m.moment_id not in used]
    connection.execute(delete(table).where(table.c.moment_id.in_(stale)))
    judged, same = [m.proposed_span or m.span for m in there if m not in loose], {_key(m) for m in loose}
    fresh = [
        m for m in found if _key(m) not in same and all(m.span.iou(span) < SAME_MOMENT for span in judged)
    ]
    rows = [_row(m, asset_id, run_id, now, ids()) for m in fresh]
    if rows:
        connection.execute(insert(table), rows)
    return queries.moments(connection, asset_id)


def _key(moment: Found) -> tuple[int, int, Mode]:
    """A moment's edges as they are stored, to the microsecond, and its mode."""
    return round(moment.span.start * MICRO), round(moment.span.end * MICRO), moment.mode


def decide(connection: Connection, moment_id: str, status: str) -> Moment:
    """Accept, reject, or take either back (`proposed`). Raises NotFoundError, InputError."""
    queries.moment(connection, moment_id)
    wanted: Status | None = next((known for known in STATUSES if known == status), None)
    if wanted is None:
        raise InputError(f"A moment cannot be '{status}'.", fix=f"Choose one of: {', '.join(STATUSES)}.")
    connection.execute(update(table).where(table.c.moment_id == moment_id).values(status=wanted))
    return queries.moment(connection, moment_id)


def nudge(connection: Connection, moment_id: str, start: Seconds, end: Seconds) -> Moment:
    """Move the edges; what was found stays beside it. Raises NotFoundError, InputError outside the file."""
    known = queries.moment(connection, moment_id)
    span = _checked(start, end, asset(connection, known.asset_id).duration_seconds)
    before = known.proposed_span or known.span
    kept = _kept_column(known) | {queries.PROPOSED_SPAN: [float(before.start), float(before.end)]}
    values = {"start_time": float(span.start), "end_time": float(span.end), "subscores": kept}
    connection.execute(update(table).where(table.c.moment_id == moment_id).values(values))
    return queries.moment(connection, moment_id)


def _checked(start: Seconds, end: Seconds, duration: float | None) -> Span:
    if start < 0 or end - start < SHORTEST_NUDGE:
        raise InputError(
            f"A moment cannot go from {float(start):g} to {float(end):g} s.",
            why="It must begin inside the file and last at least one second.",
            fix="Move its edges apart.",
        )
    if duration is not None and end > exact(duration):
        raise InputError(
            f"A moment cannot end at {short_clock(end)}.",
            why=f"The file ends at {short_clock(exact(duration))}.",
            fix="Choose an earlier end.",
        )
    return Span(start, end)


def _kept_column(moment: Found) -> dict[str, Any]:
    parts = {name: {"value": part.value, "reason": part.reason} for name, part in moment.subscores.items()}
    return parts | ({queries.SHORT: True} if moment.short else {})


def _row(
    found: Found, asset_id: str, run_id: str | None, now: datetime | None, moment_id: str
) -> dict[str, Any]:
    return {
        "moment_id": moment_id,
        "asset_id": asset_id,
        "run_id": run_id,
        "start_time": float(found.span.start),
        "end_time": float(found.span.end),
        "mode": found.mode,
        "score": found.score,
        "confidence": found.confidence,
        "subscores": _kept_column(found),
        "reason": found.reason,
        "keywords": list(found.keywords),
        "status": "proposed",
        "passthrough": found.passthrough,
        "created_at": now,
    }
