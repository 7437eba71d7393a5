"""The store's own tables: which migrations were applied, and what is known of outside services."""

from sqlalchemy import BigInteger, Column, Double, FetchedValue, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant

schema_migrations = Table(
    "schema_migrations",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("applied_at", Instant, nullable=False),
    Column("seconds", Double, nullable=False),
)

circuit_breakers = Table(
    "circuit_breakers",
    metadata,
    Column("name", Text, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=FetchedValue()),
    Column("opened_at", Instant),
    Column("retry_at", Instant),
    Column("opened_count", BigInteger, nullable=False, server_default=FetchedValue()),
    Column("trial_token", Text),
    Column("trial_until", Instant),
    Column("last_error", Text),
    Column("updated_at", Instant, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("name", Text, primary_key=True),
    Column("taken", BigInteger, nullable=False, server_default=FetchedValue()),
    Column("closed_until", Instant),
)

pace_places = Table(
    "pace_places",
    metadata,
    Column("name", Text, primary_key=True),
    Column("place", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
)
