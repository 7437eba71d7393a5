"""Reads that only the web face needs: sessions, the trail of events in order, figures for the metrics."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Column, ColumnElement, Connection, Select, and_, func, or_, select

from kinoloop.core.errors import InputError
from kinoloop.core.ids import is_id
from kinoloop.core.money import Micros
from kinoloop.costs.tables import cost_entries
from kinoloop.creative.renders.tables import variants
from kinoloop.creative.videos.tables import generated_videos
from kinoloop.footage.clips.queries import read_clip
from kinoloop.footage.clips.records import ClipFile
from kinoloop.footage.clips.tables import clip_files
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.moments.tables import moments
from kinoloop.runs.records import EventRow
from kinoloop.runs.tables import jobs, system_events
from kinoloop.store.tables import circuit_breakers
from kinoloop.web.operations import secret_hash
from kinoloop.web.tables import web_sessions
from kinoloop.web.users.records import User

Place = tuple[datetime, str]
Sort = Literal["newest", "oldest", "best", "longest"]


@dataclass(frozen=True)
class ClipOnWall:
    """A finished clip with what its moment and its footage say about it."""

    clip: ClipFile
    filename: str
    score: float | None
    reason: str | None
    mode: str | None


@dataclass(frozen=True)
class JobVersion:
    """Changes with each write to a video, its charges or its finished files."""

    owner: str
    updated_at: datetime
    spent: int
    films: tuple[int, int]
    """How many finished files there are, and their bytes together."""

    def seen_by(self, user: User) -> bool:
        return user.sees_all or self.owner == user.user_id


@dataclass(frozen=True)
class SpentAt:
    """What one model of one provider really cost."""

    provider: str
    model: str
    count: int
    amount: Micros


def job_version(connection: Connection, video_id: str) -> JobVersion | None:
    """Where a video stands, in one small read; None for an unknown one."""
    spent = (
        select(func.coalesce(func.sum(cost_entries.c.amount), 0))
        .where(cost_entries.c.job_id == video_id, cost_entries.c.state == "committed")
        .scalar_subquery()
    )
    mine = variants.c.video_id == video_id
    films = select(func.count()).where(mine).scalar_subquery()
    size = select(func.coalesce(func.sum(variants.c.size_bytes), 0)).where(mine).scalar_subquery()
    table = generated_videos.c
    query = select(table.owner, table.updated_at, spent, films, size)
    row = connection.execute(query.where(table.id == video_id, table.brief.is_not(None))).first()
    return None if row is None else JobVersion(row[0], row[1], int(row[2]), (int(row[3]), int(row[4])))


def spent_by_provider(connection: Connection, *, owner: str | None = None) -> tuple[SpentAt, ...]:
    """Real charges by provider and model, the largest first; `owner` narrows down to one person's videos."""
    entry = cost_entries.c
    amount = func.sum(entry.amount).label("amount")
    query = (
        select(entry.provider, entry.model, func.count().label("count"), amount)
        .where(entry.state == "committed")
        .group_by(entry.provider, entry.model)
        .order_by(amount.desc(), entry.provider, entry.model)
    )
    if owner is not None:
        mine = select(generated_videos.c.id).where(generated_videos.c.owner == owner)
        query = query.where(entry.job_id.in_(mine))
    rows = connection.execute(query)
    return tuple(SpentAt(row.provider, row.model, int(row[2]), int(row.amount)) for row in rows)


def session_user(connection: Connection, secret: str, now: datetime) -> str | None:
    """Whose session this cookie secret opens; None when it has expired or been closed."""
    row = connection.execute(
        select(web_sessions.c.user_id).where(
            web_sessions.c.session_hash == secret_hash(secret), web_sessions.c.expires_at > now
        )
    ).first()
    return None if row is None else str(row.user_id)


def newest_event(connection: Connection) -> Place | None:
    """The place of the last event in the trail."""
    table = system_events.c
    row = connection.execute(
        select(table.created_at, table.id).order_by(table.created_at.desc(), table.id.desc()).limit(1)
    ).first()
    return None if row is None else (row.created_at, str(row.id))


def event_place(connection: Connection, event_id: str) -> Place | None:
    """Where in the trail an event stands, None when it is not known (any more)."""
    if not is_id(event_id):
        return None
    row = connection.execute(select(system_events.c.created_at).where(system_events.c.id == event_id)).first()
    return None if row is None else (row.created_at, event_id)


def events_after(
    connection: Connection, place: Place | None, job_id: str | None = None, *, limit: int
) -> tuple[EventRow, ...]:
    """The next events of the trail, oldest first."""
    table = system_events.c
    query = select(system_events)
    if place is not None:
        at, event_id = place
        query = query.where(or_(table.created_at > at, and_(table.created_at == at, table.id > event_id)))
    return _events(connection, query, job_id, limit)


def events_between(
    connection: Connection, since: datetime, until: Place, job_id: str | None = None, *, limit: int = 2000
) -> tuple[EventRow, ...]:
    """Events from an instant up to and including a place, oldest first."""
    table, (at, event_id) = system_events.c, until
    query = select(system_events).where(
        table.created_at >= since,
        or_(table.created_at < at, and_(table.created_at == at, table.id <= event_id)),
    )
    return _events(connection, query, job_id, limit)


def _events(
    connection: Connection, query: Select[Any], job_id: str | None, limit: int
) -> tuple[EventRow, ...]:
    table = system_events.c
    if job_id is not None:
        query = query.where(table.job_id == job_id)
    rows = connection.execute(query.order_by(table.created_at, table.id).limit(limit))
    return tuple(
        EventRow(
            event_id=str(row.id),
            event_type=row.event_type,
            message=row.message,
            severity=row.severity,
            component=row.component,
            details=row.metadata_json or {},
            created_at=row.created_at,
            run_id=row.job_id,
        )
        for row in rows
    )


def queue_depths(connection: Connection) -> Mapping[str, int]:
    """Runs that wait, by queue."""
    rows = connection.execute(
        select(jobs.c.queue, func.count()).where(jobs.c.status == "queued").group_by(jobs.c.queue)
    )
    return {str(queue or "none"): int(count) for queue, count in rows}


def breaker_states(connection: Connection) -> Mapping[str, int]:
    """1 for each circuit breaker that is open or on trial, 0 for the others."""
    rows = connection.execute(select(circuit_breakers.c.name, circuit_breakers.c.retry_at))
    return {str(name): int(retry_at is not None) for name, retry_at in rows}


def clip_wall(
    connection: Connection,
    *,
    sort: Sort = "newest",
    asset_id: str | None = None,
    run_id: str | None = None,
    after: str | None = None,
    limit: int = 24,
) -> tuple[ClipOnWall, ...]:
    """A page of finished clips in the order wanted; `after` is the last clip id of the page before.

    `best` lists the clips whose moment has a score. Raises InputError for an `after` that is no id.
    """
    if after is not None and not is_id(after):
        raise InputError(f"'{after}' is not the id of a clip.", fix="Hand in the last id of the page before.")
    query = select(clip_files).order_by(*_order(sort)).limit(limit)
    if sort == "best":
        scored = moments.c.moment_id == clip_files.c.moment_id
        query = query.join(moments, scored).where(moments.c.score.is_not(None))
    for column, wanted in ((clip_files.c.asset_id, asset_id), (clip_files.c.run_id, run_id)):
        query = query if wanted is None else query.where(column == wanted)
    if after is not None:
        query = query.where(_beyond(connection, sort, after))
    return _on_wall(connection, [read_clip(row) for row in connection.execute(query)])


def _measure(sort: Sort) -> Column[Any]:
    return moments.c.score if sort == "best" else clip_files.c.duration_seconds


def _order(sort: Sort) -> tuple[ColumnElement[Any], ...]:
    if sort == "oldest":
        return (clip_files.c.clip_file_id.asc(),)
    newest = clip_files.c.clip_file_id.desc()
    return (newest,) if sort == "newest" else (_measure(sort).desc(), newest)


def _beyond(connection: Connection, sort: Sort, after: str) -> ColumnElement[bool]:
    """What comes after a clip in an order. The first condition of two alone lets the index be used."""
    key = clip_files.c.clip_file_id
    if sort in ("newest", "oldest"):
        return key < after if sort == "newest" else key > after
    joined = clip_files.outerjoin(moments, moments.c.moment_id == clip_files.c.moment_id)
    last = connection.execute(select(_measure(sort)).select_from(joined).where(key == after)).scalar()
    return and_(_measure(sort) <= last, or_(_measure(sort) < last, key < after))


def _on_wall(connection: Connection, found: list[ClipFile]) -> tuple[ClipOnWall, ...]:
    names = select(assets.c.asset_id, assets.c.filename).where(
        assets.c.asset_id.in_({c.asset_id for c in found})
    )
    said = select(moments).where(moments.c.moment_id.in_({c.moment_id for c in found if c.moment_id}))
    filenames = {str(row.asset_id): str(row.filename) for row in connection.execute(names)}
    chosen = {str(row.moment_id): row for row in connection.execute(said)}
    return tuple(
        _wall_row(clip, filenames.get(clip.asset_id, ""), chosen.get(clip.moment_id or "")) for clip in found
    )


def _wall_row(clip: ClipFile, filename: str, moment: Any | None) -> ClipOnWall:
    if moment is None:
        return ClipOnWall(clip, filename, None, None, None)
    return ClipOnWall(clip, filename, moment.score, moment.reason, moment.mode)
