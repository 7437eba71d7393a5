"""How footage rests: the seed's `assets` with further columns, and one transcript for each asset."""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

assets = Table(
    "assets",
    metadata,
    Column("asset_id", Id, primary_key=True),
    Column("path", Text, nullable=False),
    Column("filename", Text, nullable=False),
    Column("size_bytes", BigInteger),
    Column("duration_seconds", Double),
    Column("resolution", Text),
    Column("format", Text),
    Column("ingested_at", Instant),
    Column("status", Text),
    Column("source", Text),
    Column("sha256", Text),
    Column("error", Json),
    Column("info", Json),
    Column("analysis_path", Text),
    Column("scrub_path", Text),
    Column("thumbnail_path", Text),
    Index("idx_assets_sha256", "sha256", unique=True),
    Index("idx_assets_status", "status", "asset_id", "duration_seconds"),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE"), primary_key=True),
    Column("source", Text, nullable=False),
    Column("language", Text),
    Column("word_timed", Boolean, nullable=False),
    Column("words", Json, nullable=False),
    Column("text", Text, nullable=False),
)
