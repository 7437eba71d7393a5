"""How revenue rests: a stage table per tenant, what the CRM told, and what follows from it.

`deal_stage_events` is what was told; ledger, values and flags are reckoned from it and can be made anew.
Money is minor units of the tenant's currency.
"""

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKeyConstraint, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

synthetic_revenue_config = Table(
    "synthetic_revenue_config",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Text, nullable=False, unique=True),
    Column("stage_values", Json, nullable=False),
    Column("avg_deal_value", BigInteger),
    Column("sales_cycle_days", Double),
    Column("win_rate", Double),
    Column("is_active", Boolean, nullable=False),
    Column("created_by", Text),
    Column("notes", Text),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("updated_by", Text),
    Column("currency", Text, nullable=False),
    Column("currency_offset", Integer, nullable=False),
    Column("aliases", Json, nullable=False),
    Column("won_stage", Text, nullable=False),
    Column("lost_stage", Text, nullable=False),
    Column("probability", Json),
)

deal_values = Table(
    "deal_values",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("stage", Text),
    Column("level", BigInteger, nullable=False),
    Column("expected", BigInteger),
    Column("confidence", Double, nullable=False),
    Column("won", Boolean, nullable=False),
    Column("lost", Boolean, nullable=False),
    Column("value", BigInteger),
    Column("updated_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Index("idx_deal_values_updated", "tenant_id", "updated_at", "deal_id"),
    Index("idx_deal_values_stage", "tenant_id", "stage"),
)


def _of_deal() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["tenant_id", "deal_id"], ["deal_values.tenant_id", "deal_values.deal_id"], ondelete="CASCADE"
    )


deal_stage_events = Table(
    "deal_stage_events",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("deal_value", BigInteger),
    Column("value_at", Instant),
    Column("source", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    _of_deal(),
)

deal_ledger = Table(
    "deal_ledger",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("stage_from", Text),
    Column("stage_to", Text, nullable=False),
    Column("level", BigInteger, nullable=False),
    Column("increment", BigInteger, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("at", Instant, nullable=False),
    _of_deal(),
    Index("idx_deal_ledger_at", "tenant_id", "at"),
)

stage_flags = Table(
    "stage_flags",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("deal_id", Text, primary_key=True),
    Column("stage", Text, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("reason", Text, nullable=False),
    _of_deal(),
    Index("idx_stage_flags_stage", "tenant_id", "stage"),
)
