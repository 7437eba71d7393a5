"""Reading video jobs: one, and pages of them (newest first, keyset by id)."""

from sqlalchemy import Connection, select

from kinoloop.core.errors import NotFoundError
from kinoloop.creative.videos.records import Video, VideoStatus
from kinoloop.creative.videos.rows import read_video
from kinoloop.creative.videos.tables import generated_videos as table
from kinoloop.store.reading import page_limit


def video(connection: Connection, video_id: str) -> Video:
    """Raises NotFoundError, also for a row that an earlier program left without a brief."""
    row = connection.execute(select(table).where(table.c.id == video_id, table.c.brief.is_not(None))).first()
    if row is None:
        raise NotFoundError(
            f"There is no video with the id '{video_id}'.", fix="List the videos to see their ids."
        )
    return read_video(row)


def videos(
    connection: Connection,
    *,
    owner: str | None = None,
    status: VideoStatus | None = None,
    campaign_id: str | None = None,
    client_id: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> tuple[Video, ...]:
    """A page, newest first. `after` is the last id of the page before. Raises InputError."""
    wanted = {"owner": owner, "status": status, "campaign_id": campaign_id, "client_id": client_id}
    query = (
        select(table).where(table.c.brief.is_not(None)).order_by(table.c.id.desc()).limit(page_limit(limit))
    )
    query = query.where(*(table.c[name] == value for name, value in wanted.items() if value is not None))
    if after is not None:
        query = query.where(table.c.id < after)
    return tuple(read_video(row) for row in connection.execute(query))
