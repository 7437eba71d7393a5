"""How people rest: the hash of a token, never the token."""

from sqlalchemy import Column, FetchedValue, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant

users = Table(
    "users",
    metadata,
    Column("user_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False, server_default=FetchedValue()),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    Index("idx_users_name", "name", unique=True),
)
