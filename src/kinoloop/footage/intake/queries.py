"""Reading footage: one asset, pages of them (newest first, keyset by id), counts, transcripts."""

from typing import Any

from sqlalchemy import Connection, Row, Select, column, func, select
from sqlalchemy import table as named

from kinoloop.core.timecode import exact
from kinoloop.footage.intake.records import Asset, GridCell, Overview, Status
from kinoloop.footage.intake.tables import assets as table
from kinoloop.footage.intake.tables import transcripts
from kinoloop.media.records import Transcript, Word
from kinoloop.store.reading import newest_first, row_by_id

STATUSES = ("processing", "ready", "failed")
# Rooms above this one, by name only: a page shows their counts, and the code of this room stays below theirs.
_shot_sets = named("shot_sets", column("asset_id"), column("shots"), column("best_score"))
_moments = named("moments", column("status"))
_clip_files = named("clip_files", column("clip_file_id"))


def asset(connection: Connection, asset_id: str) -> Asset:
    """Raises NotFoundError."""
    fix = "List the footage to see its ids."
    return read_asset(row_by_id(connection, table.c.asset_id, asset_id, what="footage", fix=fix))


def by_hash(connection: Connection, sha256: str) -> Asset | None:
    """The asset with this content, if any."""
    row = connection.execute(select(table).where(table.c.sha256 == sha256)).first()
    return None if row is None else read_asset(row)


def assets(
    connection: Connection, *, status: Status | None = None, limit: int = 50, after: str | None = None
) -> tuple[Asset, ...]:
    """A page, newest first. `after` is the last id of the page before."""
    rows = connection.execute(page(select(table), status=status, limit=limit, after=after))
    return tuple(read_asset(row) for row in rows)


def page(query: Select[Any], *, status: Status | None, limit: int, after: str | None) -> Select[Any]:
    """Narrow a select over assets to one page. Raises InputError for an id or a size that cannot be."""
    if status is not None:
        query = query.where(table.c.status == status)
    return newest_first(query, table.c.asset_id, limit=limit, after=after, what="an asset")


def count_by_status(connection: Connection) -> dict[str, int]:
    """`{processing: n, ready: n, failed: n}`; read from the status index alone."""
    counts = dict.fromkeys(STATUSES, 0)
    rows = connection.execute(select(table.c.status, func.count()).group_by(table.c.status))
    return counts | {str(status): int(count) for status, count in rows}


def assets_grid(
    connection: Connection, *, status: Status | None = None, limit: int = 50, after: str | None = None
) -> tuple[GridCell, ...]:
    """A page of the footage grid, newest first; `shots` is None while an asset was not analysed."""
    query = select(table, _shot_sets.c.shots, _shot_sets.c.best_score).outerjoin(
        _shot_sets, _shot_sets.c.asset_id == table.c.asset_id
    )
    rows = connection.execute(page(query, status=status, limit=limit, after=after))
    return tuple(GridCell(read_asset(row), row.shots, row.best_score) for row in rows)


def overview(connection: Connection) -> Overview:
    """Counts for the head of a page, from indexes and summary rows only (no pass over shots)."""
    by_status = select(table.c.status, func.count(), func.sum(table.c.duration_seconds)).group_by(
        table.c.status
    )
    rows = connection.execute(by_status).all()
    shots = connection.execute(select(func.sum(_shot_sets.c.shots))).scalar()
    moments = connection.execute(select(_moments.c.status, func.count()).group_by(_moments.c.status)).all()
    files = connection.execute(select(func.count()).select_from(_clip_files)).scalar_one()
    return Overview(
        assets=dict.fromkeys(STATUSES, 0) | {str(status): int(count) for status, count, _ in rows},
        shots=int(shots or 0),
        moments=dict.fromkeys(("proposed", "accepted", "rejected"), 0) | {str(s): int(n) for s, n in moments},
        clip_files=int(files),
        seconds=float(sum(seconds or 0.0 for _, _, seconds in rows)),
    )


def transcript(connection: Connection, asset_id: str) -> Transcript | None:
    """What is said in an asset, None when nothing was transcribed."""
    row = connection.execute(select(transcripts).where(transcripts.c.asset_id == asset_id)).first()
    if row is None:
        return None
    words = tuple(Word(text, exact(start), exact(end)) for text, start, end in row.words)
    return Transcript(words, row.language, row.source, bool(row.word_timed))


def read_asset(row: Row[Any]) -> Asset:
    """An asset from a row that holds all columns of the table."""
    kept = {name: value for name, value in row._mapping.items() if name in Asset.__dataclass_fields__}
    return Asset(**kept | {"asset_id": str(row.asset_id), "info": row.info or {}})
