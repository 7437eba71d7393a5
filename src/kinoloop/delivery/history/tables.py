"""How the audit rests: the seed's `ad_change_history`, and what is ours beside its columns."""

from sqlalchemy import BigInteger, Boolean, Column, Double, FetchedValue, ForeignKey, Index, Table, Text, text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

FLYING = text("status IN ('executing', 'unknown')")

ad_change_history = Table(
    "ad_change_history",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("ad_id", Text),
    Column("adset_id", Text),
    Column("change_type", Text, nullable=False),
    Column("old_value", Json),
    Column("new_value", Json),
    Column("change_percentage", Double),
    Column("triggered_by", Text, nullable=False),
    Column("ml_confidence", Double),
    Column("reason", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error_message", Text),
    Column("rate_limit_passed", Boolean),
    Column("velocity_check_passed", Boolean),
    Column("safety_override", Boolean, nullable=False, server_default=FetchedValue()),
    Column("queued_at", Instant, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("meta_response", Json),
    Column("execution_duration_ms", BigInteger),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("pending_change_id", Id, ForeignKey("pending_ad_changes.id"), nullable=False),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id"), nullable=False),
    Column("entity_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("approved_by", Text),
    Column("worker", Text),
    Column("read_back", Json),
    Column("guards", Json, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Index("idx_ad_change_history_account", "account_id", "started_at"),
    Index("idx_ad_change_history_done", "account_id", "completed_at"),
    Index(
        "idx_ad_change_history_flight",
        "account_id",
        "status",
        postgresql_where=FLYING,
        sqlite_where=FLYING,
    ),
    Index("idx_ad_change_history_entity", "entity_id", "started_at"),
    Index("idx_ad_change_history_change", "pending_change_id"),
)
