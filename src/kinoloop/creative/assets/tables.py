"""How uploaded files rest: where they lie, what they are, whose they are."""

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant

uploaded_assets = Table(
    "uploaded_assets",
    metadata,
    Column("asset_id", Id, primary_key=True),
    Column("client_id", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("duration_ms", Integer),
    Column("footage_asset_id", Id, ForeignKey("assets.asset_id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    Index("idx_uploaded_assets_client", "client_id", "asset_id"),
    Index("idx_uploaded_assets_owner", "owner", "asset_id"),
    Index("idx_uploaded_assets_footage", "footage_asset_id"),
)
