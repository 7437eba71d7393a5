"""How runs rest: the seed's jobs, processing_steps and system_events, and five small tables of our own."""

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text),
    Column("flow", Text, nullable=False),
    Column("video_url", Text),
    Column("video_title", Text),
    Column("status", Text, nullable=False),
    Column("progress", Integer, nullable=False),
    Column("current_step", Text),
    Column("note", Text),
    Column("error_message", Text),
    Column("payload", Json),
    Column("result_data", Json),
    Column("priority", Integer, nullable=False),
    Column("retry_count", Integer, nullable=False),
    Column("worker_id", Text),
    Column("created_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("completed_at", Instant),
    Column("updated_at", Instant, nullable=False),
    Column("queue", Text),
    Column("partition_key", Text),
    Column("parent_run_id", Text),
    Index("idx_jobs_status", "status", "created_at"),
    Index("idx_jobs_created", "created_at"),
    Index("idx_jobs_parent", "parent_run_id"),
)
"""One row per run. `id` is the run's id, `video_title` its title; `error_message` is an error's JSON."""

processing_steps = Table(
    "processing_steps",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("step_name", Text, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("status", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("completed_at", Instant),
    Column("duration_seconds", Float),
    Column("agent_output", Json),
    Column("error_message", Text),
    Column("metadata_json", Json),
    UniqueConstraint("job_id", "step_name", "attempt"),
    Index("idx_steps_name", "step_name", "completed_at"),
)
"""One row per attempt of a step. `metadata_json` holds the worker and the run's retry count."""

system_events = Table(
    "system_events",
    metadata,
    Column("id", Id, primary_key=True),
    Column("job_id", Text, ForeignKey("jobs.id", ondelete="SET NULL")),
    Column("event_type", Text, nullable=False),
    Column("component", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("metadata_json", Json),
    Column("created_at", Instant, nullable=False),
    Index("idx_system_events_created", "created_at"),
    Index("idx_system_events_job", "job_id", "created_at"),
)

run_progress = Table(
    "run_progress",
    metadata,
    Column("run_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("step_name", Text, nullable=False),
    Column("done", Float, nullable=False),
    Column("total", Float, nullable=False),
    Column("note", Text, nullable=False),
    Column("began_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

run_messages = Table(
    "run_messages",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("run_id", Text, ForeignKey("jobs.id", ondelete="CASCADE"), nullable=False),
    Column("topic", Text, nullable=False),
    Column("message", Json, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("taken_by", Text),
    Index("idx_run_messages_run", "run_id", "topic", "sent_at"),
)

run_effects = Table(
    "run_effects",
    metadata,
    Column("effect_id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("effect_key", Text, nullable=False),
    Column("desired", Json, nullable=False),
    Column("state", Text, nullable=False),
    Column("calls", Integer, nullable=False),
    Column("result", Json),
    Column("intent_at", Instant, nullable=False),
    Column("done_at", Instant),
    Index("idx_run_effects_run", "run_id"),
)

worker_lease = Table(
    "worker_lease",
    metadata,
    Column("executor_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("queues", Text, nullable=False),
    Column("started_at", Float, nullable=False),
    Column("beat_at", Float, nullable=False),
)
