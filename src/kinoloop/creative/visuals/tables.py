"""How orders to generation services rest, and the inbox of the services' callbacks."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant

visual_tasks = Table(
    "visual_tasks",
    metadata,
    Column("order_key", Text, primary_key=True),
    Column("video_id", Text, ForeignKey("generated_videos.id", ondelete="CASCADE"), nullable=False),
    Column("scene_id", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("external_id", Text),
    Column("state", Text, nullable=False),
    Column("woken_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index("idx_visual_tasks_token", "token_hash", unique=True),
    Index("idx_visual_tasks_video", "video_id", "scene_id"),
)

visual_callbacks = Table(
    "visual_callbacks",
    metadata,
    Column("service", Text, primary_key=True),
    Column("delivery_id", Text, primary_key=True),
    Column("order_key", Text, ForeignKey("visual_tasks.order_key", ondelete="CASCADE"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Index("idx_visual_callbacks_task", "order_key"),
)
