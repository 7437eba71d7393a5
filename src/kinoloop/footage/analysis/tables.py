"""How shots rest: the seed's `clips` with further columns, one summary row per asset, one counter per space.

`shot_sets` spares the pages a count over all shots; `shot_changes` tells a library in memory what to
read again.
"""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, Table, Text, desc

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json, Vector512

clips = Table(
    "clips",
    metadata,
    Column("clip_id", Id, primary_key=True),
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE")),
    Column("start_time", Double, nullable=False),
    Column("end_time", Double, nullable=False),
    Column("duration", Double, nullable=False),
    Column("scene_score", Double),
    Column("psychology_score", Json),
    Column("hook_strength", Json),
    Column("novelty_score", Json),
    Column("composite_score", Double),
    Column("emotion_data", Json),
    Column("embedding", Vector512),
    Column("thumbnail_url", Text),
    Column("created_at", Instant),
    Column("features", Json),
    Column("explanation", Json),
    Column("text", Text),
    Column("space", Text),
    Index("idx_clips_asset", "asset_id"),
    Index("idx_clips_asset_start", "asset_id", "start_time"),
    Index("idx_clips_score", desc("composite_score")),
)

shot_sets = Table(
    "shot_sets",
    metadata,
    Column("asset_id", Id, ForeignKey("assets.asset_id", ondelete="CASCADE"), primary_key=True),
    Column("shots", Integer, nullable=False),
    Column("best_score", Double),
    Column("space", Text),
    Column("version", BigInteger, nullable=False),
    Column("formula", Text, nullable=False),
    Index("idx_shot_sets_version", "version"),
)

shot_changes = Table(
    "shot_changes",
    metadata,
    Column("counter", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
