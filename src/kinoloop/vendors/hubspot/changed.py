"""Every record changed since an instant, in order, however many there are and while they change.

A search gives at most 10,000 rows and pages by place, so a row that changes meanwhile pushes others over a
page's edge, unseen. Here each page begins at the last one's value instead, and rows seen there are left out.
Where more rows share one millisecond than a page holds, that millisecond is read in the order of ids.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from kinoloop.core.errors import IntegrityError
from kinoloop.vendors.hubspot.client import Told
from kinoloop.vendors.hubspot.requests import MODIFIED, OBJECT_ID, Body, condition, search_body
from kinoloop.vendors.hubspot.translate import instant

Search = Callable[[Body], tuple[list[Told], bool]]
Changed = tuple[str, datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def changed_since(search: Search, since: datetime) -> Iterator[Changed]:
    """(id, time of change), oldest first. A record that changes while we read comes again, later."""
    anchor, seen = _floor(since), set[Changed]()
    while True:
        rows, more = _page(search, [_at(anchor, "GTE")], MODIFIED)
        yield from (row for row in rows if row not in seen)
        if not more:
            return
        last = _floor(rows[-1][1])
        if last <= anchor:
            yield from _same_instant(search, anchor, seen | set(rows))
            anchor, seen = anchor + MILLISECOND, set()
        else:
            anchor, seen = last, {row for row in rows if _floor(row[1]) == last}


def _same_instant(search: Search, at: datetime, seen: set[Changed]) -> Iterator[Changed]:
    """Everything changed in one millisecond, by id."""
    last_id = "0"
    while True:
        rows, more = _page(search, [_at(at, "EQ"), condition(OBJECT_ID, "GT", last_id)], OBJECT_ID)
        yield from (row for row in rows if row not in seen)
        if not more:
            return
        if int(rows[-1][0]) <= int(last_id):
            raise IntegrityError("HubSpot's search goes in circles.", why=f"It stays at id {last_id}.")
        last_id = rows[-1][0]


def _page(search: Search, conditions: list[Body], sort: str) -> tuple[list[Changed], bool]:
    rows, more = search(search_body(conditions, sort=sort, properties=[MODIFIED]))
    if more and not rows:
        raise IntegrityError("HubSpot's search gave an empty page and says that there is more.")
    return [_changed(row) for row in rows], more


def _changed(row: Told) -> Changed:
    properties = row.get("properties") or {}
    return str(row.get("id")), instant(properties.get(MODIFIED) or row.get("updatedAt"), "its time of change")


def _at(at: datetime, operator: str) -> Body:
    return condition(MODIFIED, operator, str(round((at - EPOCH) / MILLISECOND)))


def _floor(at: datetime) -> datetime:
    """The millisecond it lies in: HubSpot's grain."""
    return at - timedelta(microseconds=at.microsecond % 1000)
