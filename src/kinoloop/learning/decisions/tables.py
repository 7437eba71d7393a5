"""How decisions rest: what a person set, what was known, the rounds, their ads and the steps asked for."""

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, LargeBinary, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json


def _account() -> ForeignKey:
    return ForeignKey("ad_accounts.account_id", ondelete="CASCADE")


def _decision() -> ForeignKey:
    return ForeignKey("budget_decisions.id", ondelete="CASCADE")


budget_settings = Table(
    "budget_settings",
    metadata,
    Column("account_id", Text, _account(), primary_key=True),
    Column("settings", Json, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("set_at", Instant, nullable=False),
)

budget_views = Table(
    "budget_views",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("data", LargeBinary, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""`sha256` and `size` are of the bytes before compression, so that no compressor's version changes them."""

budget_decisions = Table(
    "budget_decisions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("tenant_id", Text, nullable=False),
    Column("account_id", Text, _account(), nullable=False),
    Column("at", Instant, nullable=False),
    Column("policy", Text, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("settings", Json, nullable=False),
    Column("mode", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("currency_offset", Integer, nullable=False),
    Column("view_sha256", Text, ForeignKey("budget_views.sha256"), nullable=False),
    Column("round", LargeBinary, nullable=False),
    Column("round_sha256", Text, nullable=False),
    Column("made_by", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("ads", Integer, nullable=False),
    Column("spend", BigInteger, nullable=False),
    Column("stands", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("launch", BigInteger, nullable=False),
    Index("idx_budget_decisions_account", "account_id", "at"),
)

budget_decision_ads = Table(
    "budget_decision_ads",
    metadata,
    Column("decision_id", Id, _decision(), primary_key=True),
    Column("ad_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("name", Text, nullable=False),
    Column("owner_id", Text),
    Column("word", Text, nullable=False),
    Column("stood", Text, nullable=False),
    Column("standing", Text, nullable=False),
    Column("before_budget", BigInteger, nullable=False),
    Column("budget", BigInteger, nullable=False),
    Column("share", Double, nullable=False),
    Column("mean", Double),
    Column("low", Double),
    Column("high", Double),
    Column("mu", Double),
    Column("sd", Double),
    Column("chance_loser", Double),
    Column("chance_best", Double),
    Column("maturity", Double),
    Column("fatigue", Double),
    Column("coming", Double),
    Column("disagreement", Double),
    Column("wait_days", Double),
    Column("wait_spend", BigInteger),
    Column("reason", Text, nullable=False),
    Column("parts", Json, nullable=False),
    Index("idx_budget_decision_ads_ad", "ad_id", "at"),
    Index("idx_budget_decision_ads_account", "account_id", "stood", "at"),
)

budget_decision_steps = Table(
    "budget_decision_steps",
    metadata,
    Column("decision_id", Id, _decision(), primary_key=True),
    Column("entity_id", Text, primary_key=True),
    Column("change_type", Text, primary_key=True),
    Column("place", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before_value", Json, nullable=False),
    Column("requested", Json, nullable=False),
    Column("reason", Text, nullable=False),
    Column("expected", Json, nullable=False),
    Column("confidence", Double),
    Column("ad_ids", Json, nullable=False),
    Column("change_id", Id),
    Column("note", Text),
    Index("idx_budget_decision_steps_change", "change_id"),
)
