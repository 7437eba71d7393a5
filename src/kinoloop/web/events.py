"""`GET /events/runs`: live runs for pages and programs, with replay after `Last-Event-ID`.

The next look at the store happens only after the last lines were taken, so a slow reader costs nothing;
a stream ends by itself after some minutes, once it is quiet, and the browser comes back with its last id.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Request
from starlette.responses import StreamingResponse

from kinoloop.core.errors import PassingError
from kinoloop.runs.queries import run, runs
from kinoloop.web.backstage import Backstage
from kinoloop.web.feed import LATE, Feed
from kinoloop.web.queries import event_place, events_after, events_between, newest_event

router = APIRouter(tags=["runs"])
PAGE = 200


@dataclass(frozen=True)
class Pace:
    """How often to look, how often to say that nothing happened, and when to let go; all in seconds."""

    look: float = 0.7
    quiet: float = 15.0
    longest: float = 300.0
    readers: int = 64


class Streams:
    """The open streams of this process."""

    def __init__(self, pace: Pace) -> None:
        self.pace, self.open, self.closed = pace, 0, False

    def close(self) -> None:
        """Let every stream end at its next look, so that a stopping server need not wait for readers."""
        self.closed = True


@router.get(
    "/events/runs", summary="Live changes of runs, as server-sent events", response_class=StreamingResponse
)
async def live_runs(
    request: Request, job_id: str | None = None, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Events `run` (newest state) and `event` (durable, with an id). Come back with Last-Event-ID."""
    streams: Streams = request.app.state.streams
    if streams.open >= streams.pace.readers:
        raise PassingError(
            "Too many live views are open.",
            why=f"This process serves {streams.pace.readers} at once.",
            fix="Close some tabs; pages refresh by themselves meanwhile.",
        )
    lines = _lines(request.app.state.backstage, streams, job_id, last_event_id)
    return StreamingResponse(lines, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _lines(
    backstage: Backstage, streams: Streams, job_id: str | None, last_id: str | None
) -> AsyncIterator[str]:
    feed, pace, loop = Feed(), streams.pace, asyncio.get_running_loop()
    streams.open += 1
    try:
        yield f"retry: {int(pace.look * 2000)}\n\n"
        await run_sync(_find_place, backstage, feed, last_id)
        end, spoke = loop.time() + pace.longest, loop.time()
        while not streams.closed:
            new = await run_sync(_look, backstage, feed, job_id)
            for line in new:
                yield line
            if not new and loop.time() >= end:
                return
            if new:
                spoke = loop.time()
            elif loop.time() - spoke > pace.quiet:
                spoke = loop.time()
                yield ": nothing new\n\n"
            await asyncio.sleep(pace.look)
    finally:
        streams.open -= 1


def _find_place(backstage: Backstage, feed: Feed, last_id: str | None) -> None:
    """Start after the event that the reader saw last; a new reader starts at the newest one."""
    with backstage.database.read() as connection:
        place = event_place(connection, last_id) if last_id else None
        feed.last = place or newest_event(connection)
        if feed.last is not None:
            had = events_between(connection, feed.last[0] - LATE, feed.last)
            feed.sent = {row.event_id: row.created_at for row in had}


def _look(backstage: Backstage, feed: Feed, job_id: str | None) -> list[str]:
    with backstage.database.read() as connection:
        late = () if feed.last is None else events_between(connection, feed.last[0] - LATE, feed.last, job_id)
        fresh = events_after(connection, feed.last, job_id, limit=PAGE)
        rows = runs(connection, limit=50) if job_id is None else (run(connection, job_id),)
    return [*feed.event_lines([*late, *fresh]), *feed.run_lines(rows)]
