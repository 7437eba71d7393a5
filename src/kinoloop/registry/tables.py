"""How decisions rest: one row for each node of each run."""

from sqlalchemy import Column, Double, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

node_decisions = Table(
    "node_decisions",
    metadata,
    Column("decision_id", Id, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("node", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("confidence", Double),
    Column("alternatives", Json, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index("idx_node_decisions_once", "run_id", "node", unique=True),
    Index("idx_node_decisions_subject", "subject", "at"),
)
