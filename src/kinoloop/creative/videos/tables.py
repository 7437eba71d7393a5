"""How video jobs rest: the seed's `generated_videos`, and what is ours beside its columns."""

from sqlalchemy import BigInteger, Boolean, Column, Double, FetchedValue, Index, Integer, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant, Json

generated_videos = Table(
    "generated_videos",
    metadata,
    Column("id", Text, primary_key=True),
    Column("campaign_id", Text),
    Column("status", Text),
    Column("created_at", Instant),
    Column("client_id", Text),
    Column("progress", Json, server_default=FetchedValue()),
    Column("video_url", Text),
    Column("storyboard_data", Json),
    Column("approved", Boolean, server_default=FetchedValue()),
    Column("approved_at", Instant),
    Column("estimated_cost", Double, server_default=FetchedValue()),
    Column("actual_cost", Double, server_default=FetchedValue()),
    Column("retry_count", Integer, server_default=FetchedValue()),
    Column("error_message", Text),
    Column("updated_at", Instant),
    Column("owner", Text),
    Column("name", Text),
    Column("brief", Json),
    Column("plan", Json),
    Column("script", Json),
    Column("storyboard_notes", Json),
    Column("approved_sha256", Text),
    Column("run_id", Text),
    Column("refine_count", Integer, server_default=FetchedValue()),
    Column("estimated_micros", BigInteger, server_default=FetchedValue()),
    Column("actual_micros", BigInteger, server_default=FetchedValue()),
    Index("idx_videos_status", "status"),
    Index("idx_videos_campaign", "campaign_id"),
    Index("idx_videos_client", "client_id"),
    Index("idx_videos_updated", "updated_at"),
    Index("idx_videos_approved", "approved"),
    Index("idx_videos_owner", "owner", "id"),
)
