"""How results rest: the newest rows, every version, when each day was told, each account's last pull."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json


def _row_columns() -> tuple[Column[Any], ...]:
    key = [
        Column(name, Integer if name == "hour" else Text, primary_key=True, autoincrement=False)
        for name in ("account_id", "day", "hour", "entity_id")
    ]
    words = [Column(name, Text, nullable=False) for name in ("kind", "timezone", "currency")]
    counts = [Column(name, BigInteger, nullable=False) for name in ("impressions", "clicks", "spend")]
    untold = [Column(name, BigInteger) for name in ("reach", "video_3s", "link_clicks")]
    told = [Column(name, Json, nullable=False) for name in ("actions", "action_values")]
    offset = Column("currency_offset", Integer, nullable=False)
    return (*key, *words, offset, *counts, *untold, *told)


ad_insights = Table(
    "ad_insights",
    metadata,
    *_row_columns(),
    Column("known_from", Instant, nullable=False),
    Column("told_until", Instant),
    Index("idx_ad_insights_entity", "entity_id", "day"),
)

ad_insight_versions = Table(
    "ad_insight_versions",
    metadata,
    *_row_columns(),
    Column("known_from", Instant, primary_key=True),
    Index("idx_ad_insight_versions_known", "account_id", "known_from"),
)

ad_insight_days = Table(
    "ad_insight_days",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("hourly", Boolean, primary_key=True),
    Column("told_at", Instant, nullable=False),
)

ad_insight_pulls = Table(
    "ad_insight_pulls",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("learned_at", Instant),
    Column("pulled_at", Instant),
    Column("since", Text),
    Column("until", Text),
    Column("windows", Json),
    Column("counts", Json),
)
"""`learned_at` is the newest instant that rows were stored for: what was known before it is settled."""
