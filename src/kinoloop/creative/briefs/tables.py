"""How clients and campaigns rest. What a client's brand asks for rests with the client."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json

clients = Table(
    "clients",
    metadata,
    Column("client_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("brand", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("client_id", Text, ForeignKey("clients.client_id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("goal", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("product_url", Text),
    Column("brief", Json),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("idx_campaigns_client", "client_id", "campaign_id"),
)
