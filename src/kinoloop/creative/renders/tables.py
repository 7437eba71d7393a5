"""How render jobs rest: the storyboard they were given and the file they made."""

from sqlalchemy import Column, FetchedValue, Table, Text

from kinoloop.store.metadata import metadata
from kinoloop.store.types import Id, Instant, Json

render_jobs = Table(
    "render_jobs",
    metadata,
    Column("job_id", Id, primary_key=True),
    Column("storyboard", Json, nullable=False),
    Column("status", Text, server_default=FetchedValue()),
    Column("output_url", Text),
    Column("error_message", Text),
    Column("created_at", Instant, server_default=FetchedValue()),
    Column("completed_at", Instant),
)
