"""How the queue rests: the seed's `pending_ad_changes`, and what is ours beside its columns."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    FetchedValue,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

DUE = text("CASE status WHEN 'approved' THEN earliest_execute_at ELSE lease_until END")
IN_HAND = text("status IN ('approved', 'claimed', 'executing', 'unknown')")
REVERTING = text("reverts IS NOT NULL")

pending_ad_changes = Table(
    "pending_ad_changes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("ad_entity_id", Text, nullable=False),
    Column("entity_type", Text, nullable=False),
    Column("change_type", Text, nullable=False),
    Column("current_value", BigInteger),
    Column("requested_value", BigInteger),
    Column("jitter_ms_min", Integer, nullable=False, server_default=FetchedValue()),
    Column("jitter_ms_max", Integer, nullable=False, server_default=FetchedValue()),
    Column("status", Text, nullable=False, server_default=FetchedValue()),
    Column("earliest_execute_at", Instant, nullable=False),
    Column("confidence_score", Double),
    Column("claimed_by", Text),
    Column("claimed_at", Instant),
    Column("executed_at", Instant),
    Column("error_message", Text),
    Column("created_at", Instant, nullable=False, server_default=FetchedValue()),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id"), nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("current_text", Text),
    Column("requested_text", Text),
    Column("reason", Text, nullable=False),
    Column("triggered_by", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("expected", Json, nullable=False),
    Column("exact", Boolean, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("tree", Json, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("approved_by", Text),
    Column("approved_at", Instant),
    Column("lease_until", Instant),
    Column("attempts", Integer, nullable=False, server_default=FetchedValue()),
    Column("sent_value", BigInteger),
    Column("sent_text", Text),
    Column("history_id", Id),
    Column("dead_letter", Boolean, nullable=False, server_default=FetchedValue()),
    Column("reverts", Id),
    Index("idx_pending_ad_changes_status", "status", "earliest_execute_at"),
    Index("idx_pending_ad_changes_entity", "tenant_id", "ad_entity_id"),
    Index("idx_pending_ad_changes_account", "account_id", "id"),
    Index("idx_pending_ad_changes_reverts", "reverts", postgresql_where=REVERTING, sqlite_where=REVERTING),
    Index("idx_pending_ad_changes_due", DUE, postgresql_where=IN_HAND, sqlite_where=IN_HAND),
)
