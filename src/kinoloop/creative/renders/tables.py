"""How render jobs and finished variants rest: what they were given and the files they made."""

from sqlalchemy import BigInteger, Column, Double, FetchedValue, ForeignKey, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

render_jobs = Table(
    "render_jobs",
    metadata,
    Column("job_id", Id, primary_key=True),
    Column("storyboard", Json, nullable=False),
    Column("status", Text, server_default=FetchedValue()),
    Column("output_url", Text),
    Column("error_message", Text),
    Column("created_at", Instant, server_default=FetchedValue()),
    Column("completed_at", Instant),
)

variants = Table(
    "variants",
    metadata,
    Column("variant_id", Id, primary_key=True),
    Column("video_id", Text, ForeignKey("generated_videos.id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("srt_path", Text),
    Column("vtt_path", Text),
    Column("thumbnail_path", Text),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_ms", Integer, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("lufs", Double),
    Column("verdict", Json, nullable=False),
    Column("approval_sha256", Text, nullable=False),
    Column("created_at", Instant, server_default=FetchedValue()),
    Index("idx_variants_once", "video_id", "label", "shape", unique=True),
)
