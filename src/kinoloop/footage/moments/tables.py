"""How moments rest. `passthrough` marks a span that was taken because nothing could be analysed."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

moments = Table(
    "moments",
    metadata,
    Column("moment_id", Id, primary_key=True),
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE"), nullable=False),
    Column("run_id", Text),
    Column("start_time", Double, nullable=False),
    Column("end_time", Double, nullable=False),
    Column("mode", Text, nullable=False),
    Column("score", Double),
    Column("confidence", Double),
    Column("subscores", Json),
    Column("reason", Text),
    Column("keywords", Json),
    Column("status", Text, nullable=False),
    Column("passthrough", Boolean, nullable=False),
    Column("created_at", Instant),
    Index("idx_moments_asset", "asset_id", "start_time"),
    Index("idx_moments_status", "status", "moment_id"),
)
