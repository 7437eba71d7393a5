"""How winners rest: the list and its counter, what ads are made of, how they stand, what that tells."""

from sqlalchemy import BigInteger, Column, Double, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json, Vector512

winners = Table(
    "winners",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("space", Text),
    Column("vector", Vector512),
    Column("vector_reason", Text),
    Column("metadata", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("removed_at", Instant),
    Column("removed_by", Text),
    Column("version", BigInteger, nullable=False),
    Index("idx_winners_version", "tenant_id", "version"),
)

winner_changes = Table(
    "winner_changes",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

creative_dna = Table(
    "creative_dna",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("video_id", Text, nullable=False),
    Column("variant_id", Text, nullable=False),
    Column("traits", Json, nullable=False),
    Column("untold", Json, nullable=False),
    Column("said", Json, nullable=False),
    Column("space", Text),
    Column("vector", Vector512),
    Column("vector_reason", Text),
    Column("opening", Vector512),
    Column("read_at", Instant, nullable=False),
    Index("idx_creative_dna_video", "tenant_id", "video_id"),
)

ad_standings = Table(
    "ad_standings",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("currency_offset", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("measure", Text, nullable=False),
    *(Column(name, Double) for name in ("bar", "mean", "low", "high", "chance_over", "chance_under")),
    *(Column(name, BigInteger, nullable=False) for name in ("impressions", "clicks", "spend")),
    Column("conversions", Double, nullable=False),
    Column("value", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fatigue", Text, nullable=False),
    Column("fatigue_since", Text),
    *(Column(f"fatigue_{name}", Double) for name in ("evidence", "loss", "frequency")),
    Column("fatigue_reason", Text, nullable=False),
    Column("judged_at", Instant, nullable=False),
    Index("idx_ad_standings_verdict", "tenant_id", "verdict"),
)

dna_reports = Table(
    "dna_reports",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("report", Json, nullable=False),
    Column("learned_at", Instant, nullable=False),
)
