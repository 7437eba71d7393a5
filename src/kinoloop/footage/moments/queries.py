"""Reading moments: one, those of a file in time order, counts."""

from typing import Any

from sqlalchemy import Connection, Row, column, func, select
from sqlalchemy import table as named

from kinoloop.core.ids import is_id
from kinoloop.core.timecode import Span, exact
from kinoloop.footage.moments.records import STATUSES, Moment, Status, Subscore
from kinoloop.footage.moments.tables import moments as table
from kinoloop.store.reading import row_by_id
from kinoloop.store.types import Id

# A room above this one, by name only.
_clip_files = named("clip_files", column("moment_id", Id), column("asset_id", Id))
PROPOSED_SPAN, SHORT = "_proposed_span", "_short"
"""Keys beside the sub-scores in their column: what was found before a person moved it; a file taken whole."""


def moment(connection: Connection, moment_id: str) -> Moment:
    """Raises NotFoundError."""
    fix = "List the file's moments."
    return read_moment(row_by_id(connection, table.c.moment_id, moment_id, what="moment", fix=fix))


def moments(connection: Connection, asset_id: str, *, status: Status | None = None) -> tuple[Moment, ...]:
    """Moments of a file in time order; none for an unknown file."""
    if not is_id(asset_id):
        return ()
    query = select(table).where(table.c.asset_id == asset_id)
    if status is not None:
        query = query.where(table.c.status == status)
    rows = connection.execute(query.order_by(table.c.start_time, table.c.end_time, table.c.moment_id))
    return tuple(read_moment(row) for row in rows)


def counts(connection: Connection, asset_id: str | None = None) -> dict[Status, int]:
    """How many are proposed, accepted and rejected, of one file or of all."""
    query = select(table.c.status, func.count()).group_by(table.c.status)
    if asset_id is not None:
        query = query.where(table.c.asset_id == asset_id)
    found = {str(status): int(count) for status, count in connection.execute(query)}
    return {status: found.get(status, 0) for status in STATUSES}


def with_clips(connection: Connection, asset_id: str) -> frozenset[str]:
    """Ids of a file's moments that a clip was made of."""
    made = select(_clip_files.c.moment_id).where(_clip_files.c.asset_id == asset_id)
    return frozenset(str(moment_id) for moment_id in connection.execute(made).scalars() if moment_id)


def read_moment(row: Row[Any]) -> Moment:
    """A moment from a row that holds all columns of the table."""
    kept = dict(row.subscores or {})
    before = kept.pop(PROPOSED_SPAN, None)
    short = bool(kept.pop(SHORT, False))
    return Moment(
        moment_id=str(row.moment_id),
        asset_id=str(row.asset_id),
        run_id=row.run_id,
        span=Span(exact(row.start_time), exact(row.end_time)),
        mode=row.mode,
        score=row.score,
        confidence=row.confidence,
        subscores={name: Subscore(part["value"], part["reason"]) for name, part in kept.items()},
        reason=row.reason,
        keywords=tuple(row.keywords or ()),
        passthrough=bool(row.passthrough),
        short=short,
        status=row.status,
        proposed_span=None if before is None else Span(exact(before[0]), exact(before[1])),
    )
