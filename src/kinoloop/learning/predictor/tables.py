"""How predictions rest: the click-through rate expected of a clip, beside the one its ad really had."""

from sqlalchemy import Column, Double, FetchedValue, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant

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
    Index("idx_predictions_clip", "clip_id"),
)
