"""How predictions rest: the click-through rate expected of a clip or ad, beside the one it really had."""

from sqlalchemy import BigInteger, Column, Double, FetchedValue, ForeignKey, Index, Table, Text, text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

predictions = Table(
    "predictions",
    metadata,
    Column("prediction_id", Id, primary_key=True),
    Column("clip_id", Id, ForeignKey("clips.clip_id", ondelete="SET NULL")),
    Column("predicted_ctr", Double),
    Column("predicted_band", Text),
    Column("actual_ctr", Double),
    Column("ad_id", Text),
    Column("created_at", Instant, server_default=FetchedValue()),
    Column("updated_at", Instant),
    Column("tenant_id", Text),
    Column("account_id", Text),
    Column("campaign_id", Text),
    Column("video_id", Text),
    Column("platform", Text),
    Column("hook_type", Text),
    Column("template_type", Text),
    Column("model_name", Text),
    Column("model_sha256", Text),
    Column("low", Double),
    Column("high", Double),
    Column("level", Double),
    Column("base_rate", Double),
    Column("evidence", Json),
    Column("known_until", Text),
    Column("actual_impressions", BigInteger),
    Column("actual_clicks", BigInteger),
    Column("actual_spend", BigInteger),
    Column("actuals_fetched_at", Instant),
    Index("idx_predictions_clip", "clip_id"),
    Index("idx_predictions_tenant", "tenant_id", "prediction_id"),
    Index("idx_predictions_model", "model_sha256", "ad_id"),
)
_OPEN = text("actuals_fetched_at IS NULL")
Index(
    "idx_predictions_open",
    predictions.c.tenant_id,
    predictions.c.known_until,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
