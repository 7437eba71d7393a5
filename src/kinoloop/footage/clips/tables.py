"""How finished clips rest: one row per media file, written only after the file was verified."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant

clip_files = Table(
    "clip_files",
    metadata,
    Column("clip_file_id", Id, primary_key=True),
    Column("moment_id", Id, ForeignKey("moments.moment_id", ondelete="SET NULL")),
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("start_time", Double, nullable=False),
    Column("end_time", Double, nullable=False),
    Column("aspect", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("srt_path", Text),
    Column("vtt_path", Text),
    Column("thumbnail_path", Text),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_seconds", Double, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("lufs", Double),
    Column("created_at", Instant, nullable=False),
    Index("idx_clip_files_once", "run_id", "start_time", "end_time", "aspect", unique=True),
    Index("idx_clip_files_asset", "asset_id", "clip_file_id"),
    Index("idx_clip_files_run", "run_id", "clip_file_id"),
    Index("idx_clip_files_moment", "moment_id"),
)
