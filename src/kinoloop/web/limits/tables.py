"""How the counts rest: one row per limit and person, with the times that still count."""

from sqlalchemy import Column, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json

web_limits = Table(
    "web_limits",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hits", Json, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("idx_web_limits_expiry", "expires_at"),
)
