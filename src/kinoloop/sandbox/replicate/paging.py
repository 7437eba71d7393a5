"""The list of predictions, newest first, in pages with a cursor."""

import base64
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from kinoloop.sandbox.jobs import Job
from kinoloop.sandbox.replicate.desk import Desk
from kinoloop.sandbox.replicate.problems import problem
from kinoloop.sandbox.wire import Call, Refusal


def page(desk: Desk, call: Call) -> dict[str, Any]:
    """`next` and `previous` are whole URLs, or null at either end. New ones do not shift a page."""
    jobs = [job for job in desk.newest_first() if _wanted(job, call)]
    start = _start(call.query.get("cursor"), jobs)
    size = desk.world.page_size
    here = jobs[start : start + size]
    after = jobs[start + size : start + size + 1]
    before = jobs[max(0, start - size)] if start else None
    return {
        "next": _link(call, after[0]) if after else None,
        "previous": _link(call, before) if before else None,
        "results": [{**desk.body(job), "source": "api"} for job in here],
    }


def _wanted(job: Job, call: Call) -> bool:
    after, before = _instant(call, "created_after"), _instant(call, "created_before")
    return (after is None or job.created_at >= after) and (before is None or job.created_at < before)


def _instant(call: Call, name: str) -> datetime | None:
    text = call.query.get(name)
    if not text:
        return None
    try:
        return datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        raise Refusal(problem(400, f"{name} is not an ISO 8601 instant.")) from None


def _link(call: Call, first: Job) -> str:
    """The cursor names the first prediction of that page."""
    cursor = base64.urlsafe_b64encode(f"p={first.id}".encode()).decode()
    rest = {name: value for name, value in call.query.items() if name != "cursor"}
    return f"{call.base}{call.path}?{urlencode({**rest, 'cursor': cursor})}"


def _start(cursor: str | None, jobs: list[Job]) -> int:
    if not cursor:
        return 0
    try:
        wanted = base64.urlsafe_b64decode(cursor).decode().removeprefix("p=")
        return [job.id for job in jobs].index(wanted)
    except ValueError:
        raise Refusal(problem(400, "The cursor is not usable.")) from None
