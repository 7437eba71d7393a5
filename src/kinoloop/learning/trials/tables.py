"""How it rests which policy was put in force by whom, with what its trial had said."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

policy_switches = Table(
    "policy_switches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account_id", Text, ForeignKey("ad_accounts.account_id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("from_policy", Text, nullable=False),
    Column("to_policy", Text, nullable=False),
    Column("admitted", Boolean),
    Column("told", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("trial", Json, nullable=False),
    Index("idx_policy_switches_account", "account_id", "at"),
)
