"""How logins rest (hashes, never the secrets), and the indexes behind the orders of the clips page."""

from sqlalchemy import Column, FetchedValue, Index, Table, Text

from kinoloop.footage.clips.tables import clip_files
from kinoloop.footage.moments.tables import moments
from kinoloop.store.metadata import metadata
from kinoloop.store.types import Instant

web_links = Table(
    "web_links",
    metadata,
    Column("code_hash", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("user_id", Text, nullable=False, server_default=FetchedValue()),
)

web_sessions = Table(
    "web_sessions",
    metadata,
    Column("session_hash", Text, primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("user_id", Text, nullable=False, server_default=FetchedValue()),
    Index("idx_web_sessions_expiry", "expires_at"),
    Index("idx_web_sessions_user", "user_id"),
)

Index("idx_clip_files_length", clip_files.c.duration_seconds.desc(), clip_files.c.clip_file_id.desc())
Index("idx_moments_score", moments.c.score.desc())
