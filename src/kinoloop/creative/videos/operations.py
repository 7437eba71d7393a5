"""Changing video jobs: each change is decided by a rule and written only on the state that it was decided on.

Nothing here commits. Two that change the same job at once are put in order by the database: the second one
decides again on what the first one left.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, insert, select, update
from sqlalchemy import delete as delete_from

from kinoloop.core.errors import ConflictError
from kinoloop.core.money import Micros
from kinoloop.creative.briefs.records import Brief
from kinoloop.creative.plans.records import Plan
from kinoloop.creative.scripts.records import Script
from kinoloop.creative.storyboards.records import Storyboard
from kinoloop.creative.videos import queries, rules
from kinoloop.creative.videos.records import Progress, Video, VideoStatus
from kinoloop.creative.videos.rows import all_values, changed_values, read_video
from kinoloop.creative.videos.tables import generated_videos as table

Outcome = Literal["completed", "partially_completed", "failed"]
STALLED = "No sign of life for 15 minutes. Refine it to try again."


def create(
    connection: Connection,
    *,
    video_id: str,
    owner: str,
    brief: Brief,
    estimated_cost: Micros,
    now: datetime,
) -> Video:
    """A queued job. The same id again gives the job that is there."""
    made = Video(
        video_id=video_id,
        owner=owner,
        client_id=brief.client_id,
        campaign_id=brief.campaign_id,
        name=brief.name,
        status="queued",
        brief=brief,
        plan=None,
        script=None,
        storyboard=None,
        progress=Progress(),
        approved=False,
        approved_at=None,
        approved_sha256=None,
        estimated_cost=estimated_cost,
        actual_cost=0,
        retry_count=0,
        refine_count=0,
        error_message=None,
        video_url=None,
        run_id=None,
        created_at=now,
        updated_at=now,
    )
    if connection.execute(select(table.c.id).where(table.c.id == video_id)).first() is None:
        connection.execute(insert(table).values(all_values(made)))
    return queries.video(connection, video_id)


def advance(
    connection: Connection, video_id: str, *, to: VideoStatus, now: datetime, **fields: str | None
) -> Video:
    """Move the job to another state, with `run_id`, `error_message` or `video_url` beside it.

    Raises ConflictError (409) naming the state that does not allow it, NotFoundError.
    """
    if unknown := fields.keys() - {"run_id", "error_message", "video_url"}:
        raise TypeError(f"advance does not write {', '.join(sorted(unknown))}")
    changes: dict[str, Any] = dict(fields)
    return _change(connection, video_id, now, lambda seen: replace(rules.entered(seen, to), **changes))


def finish(
    connection: Connection,
    video_id: str,
    *,
    status: Outcome,
    error_message: str | None,
    video_url: str | None,
    actual_cost: Micros,
    now: datetime,
    run_id: str | None = None,
) -> Video:
    """The end of a run. `video_url` None keeps what an earlier run made. Raises ConflictError.

    A draft can only fail. With `run_id`, a run that is no longer the one at work is refused.
    """

    def end(seen: Video) -> Video:
        if not rules.is_of_run(seen, run_id):
            raise ConflictError(
                f"'{seen.name}' is no longer made by this run.",
                why="Another run has taken its place meanwhile.",
                fix="Look at the newer run.",
            )
        url = video_url or seen.video_url
        ended = replace(seen, error_message=error_message, video_url=url, actual_cost=actual_cost)
        return rules.entered(ended, status)

    return _change(connection, video_id, now, end)


def save_brief(connection: Connection, video_id: str, brief: Brief, now: datetime) -> Video:
    """Another brief, with what it names; no approval holds any more."""
    named = {"name": brief.name, "client_id": brief.client_id, "campaign_id": brief.campaign_id}
    return _save(connection, video_id, now, brief=brief, **named)


def save_plan(connection: Connection, video_id: str, plan: Plan, now: datetime) -> Video:
    return _save(connection, video_id, now, plan=plan)


def save_script(connection: Connection, video_id: str, script: Script, now: datetime) -> Video:
    return _save(connection, video_id, now, script=script)


def save_storyboard(connection: Connection, video_id: str, storyboard: Storyboard, now: datetime) -> Video:
    return _save(connection, video_id, now, storyboard=storyboard)


def note_progress(
    connection: Connection, video_id: str, progress: Progress, now: datetime, *, run_id: str | None = None
) -> bool:
    """A sign of life. False when it came too late: the job ended, or another run is at work.

    With `run_id`, a stalled job whose own run is heard again goes on.
    """
    late = False

    def beat(seen: Video) -> Video:
        nonlocal late
        after = rules.beaten(seen, progress, run_id)
        late = after is None
        return after or seen

    _change(connection, video_id, now, beat, unless=lambda: late)
    return not late


def set_approved(connection: Connection, video_id: str, *, sha256: str, now: datetime) -> Video:
    """Raises ConflictError when there is nothing to approve."""
    return _change(connection, video_id, now, lambda seen: rules.approved(seen, sha256, now))


def clear_approved(connection: Connection, video_id: str, now: datetime) -> Video:
    """No approval holds any more."""
    return _change(connection, video_id, now, rules.disapproved)


def set_costs(
    connection: Connection,
    video_id: str,
    *,
    estimated: Micros | None = None,
    actual: Micros | None = None,
    now: datetime,
) -> Video:
    """None leaves a cost as it is."""
    told = {"estimated_cost": estimated, "actual_cost": actual}
    given: dict[str, Any] = {name: amount for name, amount in told.items() if amount is not None}
    return _change(connection, video_id, now, lambda seen: replace(seen, **given))


def count_refinement(connection: Connection, video_id: str, now: datetime) -> Video:
    """One more; no approval holds any more. Raises RateLimitError (429) past the fifth."""
    return _change(connection, video_id, now, rules.refined)


def sweep_stalled(
    connection: Connection, now: datetime, older_than: timedelta = rules.STALLED_AFTER
) -> tuple[str, ...]:
    """Jobs at work without a sign of life become `stalled`, each once, whoever sweeps; gives their ids."""
    silent = update(table).where(table.c.status.in_(rules.AT_WORK), table.c.updated_at < now - older_than)
    swept = silent.values(status="stalled", error_message=STALLED, updated_at=now)
    return tuple(sorted(connection.execute(swept.returning(table.c.id)).scalars()))


def delete(connection: Connection, video_id: str) -> None:
    """Forget a job with its variants and tasks; what it cost and who approved it stays on record.

    Raises ConflictError while it is at work, NotFoundError.
    """
    seen = queries.video(connection, video_id)
    at_rest = (table.c.id == video_id, table.c.status.not_in(rules.AT_WORK))
    if connection.execute(delete_from(table).where(*at_rest)).rowcount == 0:
        raise ConflictError(
            f"'{seen.name}' is at work and cannot be deleted.", fix="Cancel it first, then delete it."
        )


def _save(connection: Connection, video_id: str, now: datetime, **content: Any) -> Video:
    return _change(connection, video_id, now, lambda seen: rules.disapproved(replace(seen, **content)))


def _change(
    connection: Connection,
    video_id: str,
    now: datetime,
    decide: Callable[[Video], Video],
    *,
    unless: Callable[[], bool] = lambda: False,
) -> Video:
    """Compare and set: written only where state and stamp are still the seen ones, else decided again."""
    while True:
        seen = queries.video(connection, video_id)
        after = decide(seen)
        if unless():
            return seen
        after = replace(after, updated_at=rules.stamped(seen, now))
        same = (table.c.id == video_id, table.c.status == seen.status, table.c.updated_at == seen.updated_at)
        written = update(table).where(*same).values(changed_values(seen, after)).returning(table)
        row = connection.execute(written).first()
        if row is not None:
            return read_video(row)
