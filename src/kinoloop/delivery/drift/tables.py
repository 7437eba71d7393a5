"""How drift rests: the contents that people approved, the alarms, and each account's last comparison."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text, text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json


def _account() -> ForeignKey:
    return ForeignKey("ad_accounts.account_id", ondelete="CASCADE")


STANDING, OPEN = text("superseded_at IS NULL"), text("cleared_at IS NULL")

ad_contents = Table(
    "ad_contents",
    metadata,
    Column("content_id", Id, primary_key=True),
    Column("ad_id", Text, nullable=False),
    Column("account_id", Text, _account(), nullable=False),
    Column("content", Json, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("approved_by", Text, nullable=False),
    Column("approved_at", Instant, nullable=False),
    Column("video_id", Text),
    Column("variant_id", Text),
    Column("superseded_at", Instant),
    Index("idx_ad_contents_account", "account_id", "ad_id"),
)
Index(
    "idx_ad_contents_standing",
    ad_contents.c.ad_id,
    unique=True,
    sqlite_where=STANDING,
    postgresql_where=STANDING,
)

creative_drifts = Table(
    "creative_drifts",
    metadata,
    Column("drift_id", Id, primary_key=True),
    Column("ad_id", Text, nullable=False),
    Column("account_id", Text, _account(), nullable=False),
    Column("approved_sha256", Text, nullable=False),
    Column("differences", Json, nullable=False),
    Column("served", Json, nullable=False),
    Column("found_at", Instant, nullable=False),
    Column("change_id", Id),
    Column("note", Text),
    Column("cleared_at", Instant),
    Column("cleared_by", Text),
    Index("idx_creative_drifts_account", "account_id", "drift_id"),
)
Index(
    "idx_creative_drifts_open",
    creative_drifts.c.ad_id,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

drift_checks = Table(
    "drift_checks",
    metadata,
    Column("account_id", Text, _account(), primary_key=True),
    Column("checked_at", Instant, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("unapproved", Integer, nullable=False),
    Column("untold", Json, nullable=False),
)
