"""Writing finished clips: one row per run, span and shape, however often the step is repeated."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from kinoloop.core.ids import NewId
from kinoloop.core.timecode import Span
from kinoloop.footage.clips.queries import read_clip
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.clips.tables import clip_files
from kinoloop.media.records import Artefact


def record_clip(
    connection: Connection,
    artefact: Artefact,
    *,
    asset_id: str,
    run_id: str,
    span: Span,
    aspect: str = "source",
    moment_id: str | None = None,
    srt_path: Path | None = None,
    vtt_path: Path | None = None,
    thumbnail_path: Path | None = None,
    now: datetime,
    new_id: NewId,
) -> ClipFile:
    """Store a verified file; the same run, span and aspect again keeps the id and takes the new file."""
    row = {
        "moment_id": moment_id,
        "asset_id": asset_id,
        "path": str(artefact.path),
        "width": artefact.width,
        "height": artefact.height,
        "duration_seconds": float(artefact.duration),
        "size_bytes": artefact.size_bytes,
        "sha256": artefact.sha256,
        "lufs": artefact.integrated_lufs,
        "srt_path": None if srt_path is None else str(srt_path),
        "vtt_path": None if vtt_path is None else str(vtt_path),
        "thumbnail_path": None if thumbnail_path is None else str(thumbnail_path),
    }
    key = {"run_id": run_id, "start_time": float(span.start), "end_time": float(span.end), "aspect": aspect}
    maker = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    fresh = maker(clip_files).values(**row, **key, clip_file_id=new_id(), created_at=now)
    same = [clip_files.c[name] == value for name, value in key.items()]
    made = fresh.on_conflict_do_nothing(index_elements=list(key)).returning(clip_files.c.clip_file_id)
    if connection.execute(made).first() is None:
        connection.execute(update(clip_files).where(*same).values(row))
    return read_clip(connection.execute(select(clip_files).where(*same)).one())
