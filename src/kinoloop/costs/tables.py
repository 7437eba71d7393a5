"""How money rests: a day's totals, what is set aside for a job, one row for each provider event."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Double, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant

cost_days = Table(
    "cost_days",
    metadata,
    Column("day", Text, primary_key=True),
    Column("spent", BigInteger, nullable=False),
    Column("held", BigInteger, CheckConstraint("held >= 0"), nullable=False),
    Column("soft", BigInteger, nullable=False),
    Column("hard", BigInteger, nullable=False),
    Column("soft_crossed_at", Instant),
)

cost_holds = Table(
    "cost_holds",
    metadata,
    Column("hold_id", Text, primary_key=True),
    Column("job_id", Text, nullable=False),
    Column("day", Text, ForeignKey("cost_days.day"), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("committed", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index("idx_cost_holds_job", "job_id"),
)

cost_entries = Table(
    "cost_entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("hold_id", Text, ForeignKey("cost_holds.hold_id")),
    Column("job_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("model", Text, nullable=False),
    Column("operation", Text, nullable=False),
    Column("quantity", Double, nullable=False),
    Column("unit", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("expected", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("external_id", Text),
    Column("reason", Text),
    Column("price_version", Text, nullable=False),
    Column("day", Text, ForeignKey("cost_days.day"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("settled_at", Instant),
    Index("idx_cost_entries_job", "job_id", "created_at"),
    Index("idx_cost_entries_hold", "hold_id"),
    Index("idx_cost_entries_day", "day", "state"),
    Index("idx_cost_entries_state", "state", "created_at"),
)
