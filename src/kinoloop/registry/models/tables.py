"""How models rest: the registry with the seed's columns, who was promoted when, trials and what they saw."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

CHAMPION, OPEN = text("is_champion"), text("closed_at IS NULL")


def _entry() -> Column[int]:
    return Column("entry", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)


model_registry = Table(
    "model_registry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("model_name", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("artifact_path", Text, nullable=False),
    Column("training_metrics", Json, nullable=False),
    Column("is_champion", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("promoted_at", Instant),
    Column("sha256", Text, nullable=False),
    Column("artifact", LargeBinary, nullable=False),
    Column("learnt_from", Text, nullable=False),
    Column("learnt_until", Text, nullable=False),
    Column("learnt_rows", BigInteger, nullable=False),
    UniqueConstraint("model_name", "version"),
    UniqueConstraint("model_name", "sha256"),
    Index("idx_model_registry_sha256", "sha256"),
)
Index(
    "idx_model_registry_champion",
    model_registry.c.model_name,
    unique=True,
    sqlite_where=CHAMPION,
    postgresql_where=CHAMPION,
)

model_promotions = Table(
    "model_promotions",
    metadata,
    _entry(),
    Column("model_name", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("from_id", Id),
    Column("to_id", Id, ForeignKey("model_registry.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("evidence", Json, nullable=False),
    Index("idx_model_promotions_name", "model_name", "entry"),
)

model_trials = Table(
    "model_trials",
    metadata,
    Column("trial_id", Id, primary_key=True),
    Column("model_name", Text, nullable=False),
    Column("champion_id", Id, ForeignKey("model_registry.id"), nullable=False),
    Column("challenger_id", Id, ForeignKey("model_registry.id"), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Column("verdict", Text),
    Column("reason", Text),
    Column("evidence", Json),
    Index("idx_model_trials_name", "model_name", "trial_id"),
)
Index(
    "idx_model_trials_open",
    model_trials.c.model_name,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

model_trial_units = Table(
    "model_trial_units",
    metadata,
    _entry(),
    Column("trial_id", Id, ForeignKey("model_trials.trial_id", ondelete="CASCADE"), nullable=False),
    Column("unit", Text, nullable=False),
    Column("gain", Double, nullable=False),
    Column("weight", Double, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("trial_id", "unit"),
)
