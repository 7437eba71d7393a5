"""What the web face itself reads and writes means the same on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.store.session import Database
from kinoloop.web.events import Pace
from kinoloop.web.operations import close_session, new_link, open_session, spend_link
from kinoloop.web.queries import (
    Sort,
    breaker_states,
    clip_wall,
    event_place,
    events_after,
    events_between,
    newest_event,
    queue_depths,
    session_user,
)
from kinoloop.web.site import create_site
from tests.web.conftest import HERE
from tests.web.filling import fill
from tests.web.house import START, TOKEN, House, add_event, add_run, open_house


@pytest.fixture
def both(database: Database, tmp_path: Path) -> Iterator[House]:
    opened = open_house(database, tmp_path)
    yield opened
    opened.runs.close()


def test_links_and_sessions(both: House) -> None:
    with both.begin() as connection:
        code = new_link(connection, START)
        assert [spend_link(connection, code, START) for _ in range(2)] == ["owner", None]
        late = new_link(connection, START)
        assert not spend_link(connection, late, START + timedelta(minutes=11))
        secret = open_session(connection, START)
        assert session_user(connection, secret, START) == "owner"
        assert not session_user(connection, secret, START + timedelta(days=15))
        close_session(connection, secret)
        assert not session_user(connection, secret, START)


def test_the_trail_in_order(both: House) -> None:
    with both.begin() as connection:
        assert newest_event(connection) is None
        run_id = add_run(connection, queue="media", status="queued")
        ids = [add_event(connection, run_id, "x", created_at=START + timedelta(seconds=n)) for n in range(5)]
        place = event_place(connection, ids[1])
        assert place is not None
        assert [row.event_id for row in events_after(connection, place, limit=2)] == ids[2:4]
        assert [row.event_id for row in events_between(connection, START, place)] == ids[:2]
        assert events_after(connection, place, "another", limit=9) == ()
        assert queue_depths(connection) == {"media": 1}
        assert breaker_states(connection) == {}


@pytest.mark.parametrize("sort", ["newest", "oldest", "best", "longest"])
def test_the_wall_page_by_page_is_the_wall(both: House, sort: Sort) -> None:
    fill(both, assets_made=2)
    with both.begin() as connection:
        whole = clip_wall(connection, sort=sort)
        first = clip_wall(connection, sort=sort, limit=1)
        second = clip_wall(connection, sort=sort, limit=1, after=first[0].clip.clip_file_id)
        third = clip_wall(connection, sort=sort, limit=1, after=second[0].clip.clip_file_id)
    assert (*first, *second) == whole and len(whole) == 2 and third == ()


def test_every_page_and_list(both: House) -> None:
    main = fill(both, assets_made=7)
    site = create_site(both, clock=ManualClock(START), pace=Pace(look=0.02, longest=0.1))
    client = TestClient(
        site, base_url=HERE, headers={"authorization": f"Bearer {TOKEN}", "accept": "text/html"}
    )
    for path in (
        "/footage", f"/footage/{main}", "/clips?sort=best", "/runs", "/runs/live-run", "/search?q=order",
        "/assets", f"/assets/{main}/clips?ranked=true", f"/assets/{main}/moments", "/api/jobs/live-run",
        "/api/jobs/live-run/events", "/api/clips", "/metrics", "/events/runs",
    ):  # fmt: skip
        assert client.get(path).status_code == 200, path
