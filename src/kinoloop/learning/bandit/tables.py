"""How told results of ads rest: only ever added to. Money is whole minor units of the currency beside it."""

from sqlalchemy import BigInteger, Column, Double, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant

bandit_feedback = Table(
    "bandit_feedback",
    metadata,
    Column("id", Id, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("ad_id", Text, nullable=False),
    Column("actual_pipeline_value", BigInteger, nullable=False),
    Column("actual_spend", BigInteger, nullable=False),
    Column("actual_roas", Double),
    Column("currency", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("idx_bandit_feedback_ad", "tenant_id", "currency", "ad_id", "created_at"),
)
