"""Writing footage: register by content, then ready or failed. Nothing here commits."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.errors import KinoloopError, NotFoundError
from kinoloop.core.ids import NewId
from kinoloop.footage.intake import queries
from kinoloop.footage.intake.records import FileReport, Info, SeenFile
from kinoloop.footage.intake.summary import resolution
from kinoloop.footage.intake.tables import assets, transcripts
from kinoloop.media.records import MediaInfo, Transcript


def register(
    connection: Connection, file: SeenFile, *, source: str, now: datetime, new_id: NewId
) -> FileReport:
    """One asset per content: `new`, `known`, or `again` when it had failed and is tried once more.

    A known asset whose old path is gone takes the new one, so moved footage is found again.
    Two processes registering the same content at once get the same asset.
    """
    asset_id = new_id()
    row = {
        "asset_id": asset_id,
        "path": str(file.path),
        "filename": file.path.name,
        "size_bytes": file.size_bytes,
        "ingested_at": now,
        "status": "processing",
        "source": source,
        "sha256": file.sha256,
        "info": {"kind": file.kind},
    }
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = maker(assets).values(row).on_conflict_do_nothing(index_elements=["sha256"])
    if connection.execute(fresh.returning(assets.c.asset_id)).first() is not None:
        return FileReport(str(file.path), "new", asset_id)
    return _met_again(connection, file)


def _met_again(connection: Connection, file: SeenFile) -> FileReport:
    known = queries.by_hash(connection, file.sha256)
    if known is None:  # the row that was in the way has been deleted meanwhile
        raise NotFoundError(
            f"'{file.path.name}' was being removed while it came in.", fix="Hand it in again."
        )
    if not Path(known.path).exists():
        moved = {"path": str(file.path), "filename": file.path.name}
        connection.execute(update(assets).where(assets.c.asset_id == known.asset_id).values(moved))
    if known.status != "failed":
        return FileReport(str(file.path), "known", known.asset_id)
    again = {"status": "processing", "error": None}
    connection.execute(update(assets).where(assets.c.asset_id == known.asset_id).values(again))
    return FileReport(str(file.path), "again", known.asset_id)


def mark_ready(
    connection: Connection,
    asset_id: str,
    media: MediaInfo,
    *,
    info: Info,
    analysis_path: Path | None = None,
    scrub_path: Path | None = None,
    thumbnail_path: Path | None = None,
) -> None:
    """Store what the probe found, what is to be said of it (`intake.summary`) and the files made beside it.

    Raises NotFoundError.
    """
    paths = {"analysis_path": analysis_path, "scrub_path": scrub_path, "thumbnail_path": thumbnail_path}
    _change(
        connection,
        asset_id,
        status="ready",
        error=None,
        info=info,
        size_bytes=media.size_bytes,
        duration_seconds=float(media.duration),
        resolution=resolution(media),
        format=media.container,
        **{name: None if path is None else str(path) for name, path in paths.items()},
    )


def mark_failed(connection: Connection, asset_id: str, error: KinoloopError) -> None:
    """Keep what happened, why and what to do beside the asset. Raises NotFoundError."""
    _change(connection, asset_id, status="failed", error=error.as_dict())


def keep_transcript(connection: Connection, asset_id: str, transcript: Transcript) -> None:
    """Store what is said, in place of what was stored before. Raises NotFoundError."""
    queries.asset(connection, asset_id)
    row = {
        "source": transcript.source,
        "language": transcript.language,
        "word_timed": transcript.word_timed,
        "words": [[word.text, float(word.start), float(word.end)] for word in transcript.words],
        "text": transcript.text(),
    }
    there = select(transcripts.c.asset_id).where(transcripts.c.asset_id == asset_id)
    if connection.execute(there).first() is None:
        connection.execute(insert(transcripts).values(asset_id=asset_id, **row))
    else:
        connection.execute(update(transcripts).where(transcripts.c.asset_id == asset_id).values(row))


def _change(connection: Connection, asset_id: str, **values: object) -> None:
    queries.asset(connection, asset_id)
    connection.execute(update(assets).where(assets.c.asset_id == asset_id).values(values))
