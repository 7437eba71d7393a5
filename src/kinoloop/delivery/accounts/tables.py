"""How accounts rest: the account and its limits, what is in it, levels people answer for, who set what."""

from sqlalchemy import (
    BigInteger,
    Column,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
)

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json

ad_accounts = Table(
    "ad_accounts",
    metadata,
    Column("account_id", Text, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("currency_offset", Integer, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("authority", Text, nullable=False, server_default=FetchedValue()),
    Column("guards", Json, nullable=False),
    Column("killed_at", Instant),
    Column("killed_by", Text),
    Column("kill_reason", Text),
    Column("platform_minimum", BigInteger),
    Column("mirrored_at", Instant),
    Index("idx_ad_accounts_tenant", "tenant_id", "account_id"),
)

ad_entities = Table(
    "ad_entities",
    metadata,
    Column("entity_id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("parent_id", Text),
    Column("campaign_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("effective_status", Text, nullable=False),
    Column("daily_budget", BigInteger),
    Column("bid", BigInteger),
    Column("creative_id", Text),
    Column("audience", Text),
    Column("learning", Text),
    Column("updated_at", Instant),
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),
    Column("raw", Json, nullable=False),
    Index("idx_ad_entities_account", "account_id", "kind", "entity_id"),
    Index("idx_ad_entities_parent", "parent_id"),
    Index("idx_ad_entities_campaign", "campaign_id"),
)

ad_levels = Table(
    "ad_levels",
    metadata,
    Column("entity_id", Text, primary_key=True),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id", ondelete="CASCADE"), nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("approved", BigInteger, nullable=False),
    Column("approved_by", Text),
    Column("set_at", Instant, nullable=False),
    Index("idx_ad_levels_account", "account_id"),
)
"""The daily money that a person answers for, of each budget owner that automation touched. `approved_by` is
None for what stood there before automation came."""

ad_account_log = Table(
    "ad_account_log",
    metadata,
    Column("entry", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id", ondelete="CASCADE"), nullable=False),
    Column("what", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("before", Json),
    Column("after", Json),
    Column("reason", Text),
    Index("idx_ad_account_log_account", "account_id", "entry"),
)
