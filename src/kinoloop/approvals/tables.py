"""How answers rest: one row each, never rewritten, only made void."""

from sqlalchemy import Column, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant

approvals = Table(
    "approvals",
    metadata,
    Column("approval_id", Id, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("void_at", Instant),
    Column("void_reason", Text),
    Index("idx_approvals_subject", "subject", "at"),
)
