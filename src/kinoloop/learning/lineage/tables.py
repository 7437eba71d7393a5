"""How lineage rests: films second by second as they were published, and which ad shows which since when."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant


def _film() -> ForeignKey:
    return ForeignKey("shown_films.film_sha256", ondelete="CASCADE")


shown_films = Table(
    "shown_films",
    metadata,
    Column("film_sha256", Text, primary_key=True),
    Column("video_id", Text, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("element", Text, nullable=False),
    Column("shape", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

shown_scenes = Table(
    "shown_scenes",
    metadata,
    Column("film_sha256", Text, _film(), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("scene_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("start_ms", Integer, nullable=False),
    Column("end_ms", Integer, nullable=False),
    Column("asset_id", Text),
    Column("clip_id", Text),
    Column("filename", Text),
    Column("in_ms", Integer),
    Column("out_ms", Integer),
    Index("idx_shown_scenes_asset", "asset_id", "in_ms"),
)

shown_by_ads = Table(
    "shown_by_ads",
    metadata,
    Column("ad_id", Text, primary_key=True),
    Column("since", Instant, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("film_sha256", Text, _film(), nullable=False),
    Column("content_sha256", Text, nullable=False),
    Column("media_hash", Text),
    Index("idx_shown_by_ads_film", "film_sha256"),
)
