"""People: tokens shown once, sessions that remember whose they are, patience with failed logins."""

from dataclasses import replace

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import ConflictError, InputError, NotFoundError
from kinoloop.core.ids import new_id
from kinoloop.creative.briefs.records import Brief
from kinoloop.store.session import Database
from kinoloop.web.limits.operations import TooOftenError, note, sweep_limits, use
from kinoloop.web.limits.queries import hits_of
from kinoloop.web.limits.rules import LOGINS, LOOK, RENDER
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.users.operations import add_user, disable_user, new_token
from kinoloop.web.users.queries import user_by_token, user_named, users, working_user
from kinoloop.web.users.records import HOUSE
from kinoloop.web.users.tables import users as user_table
from tests.web.conftest import HERE
from tests.web.house import START, TOKEN, House
from tests.web.making import BRIEF


def maker(house: House, name: str = "Mia") -> tuple[str, dict[str, str]]:
    """A maker's id and the headers that their program sends."""
    with house.begin() as connection:
        user, token = add_user(connection, name=name, now=START, new_id=new_id)
    return user.user_id, {"authorization": f"Bearer {token}"}


def test_a_token_is_shown_once_and_rests_as_a_hash(database: Database) -> None:
    with database.begin() as connection:
        user, token = add_user(connection, name=" Mia  Moon ", now=START, new_id=new_id)
        assert (user.name, user.role, user.own) == ("Mia Moon", "maker", user.user_id)
        assert user_by_token(connection, token) == user == working_user(connection, user.user_id)
        assert token not in str(connection.execute(select(user_table)).all())
        assert [one.name for one in users(connection)] == ["Owner", "Mia Moon"]
        same, other = new_token(connection, "Mia Moon")
        assert same == user and user_by_token(connection, token) is None
        assert user_by_token(connection, other) == user
        assert disable_user(connection, user.user_id, now=START) == user
        assert user_by_token(connection, other) is None and working_user(connection, user.user_id) is None


@pytest.mark.parametrize("name", ["", " ", "x" * 81, "a\nb\x00"])
def test_unusable_names_are_refused(sqlite_database: Database, name: str) -> None:
    with sqlite_database.begin() as connection, pytest.raises(InputError):
        add_user(connection, name=name, now=START, new_id=new_id)


def test_names_and_roles_are_checked(sqlite_database: Database) -> None:
    with sqlite_database.begin() as connection:
        add_user(connection, name="Mia", role="owner", now=START, new_id=new_id)
        for taken in ("mia", "Owner", "owner"):
            with pytest.raises(ConflictError):
                add_user(connection, name=taken, now=START, new_id=new_id)
        with pytest.raises(InputError):
            add_user(connection, name="Max", role="king", now=START, new_id=new_id)  # type: ignore[arg-type]  # the point
        with pytest.raises(NotFoundError):
            user_named(connection, "Nobody")


def test_a_maker_comes_in_with_their_own_token(stranger: TestClient, house: House) -> None:
    _, headers = maker(house)
    assert stranger.get("/api/v2/jobs", headers=headers).status_code == 200
    with house.begin() as connection:
        disable_user(connection, "Mia", now=START)
    assert stranger.get("/api/v2/jobs", headers=headers).status_code == 401
    assert stranger.get("/assets", headers={"authorization": "Bearer kl_unknown"}).status_code == 401


def test_a_session_remembers_whose_it_is(site: FastAPI, house: House, clock: ManualClock) -> None:
    user_id, headers = maker(house)
    mine = house.videos.generate(_brief("Mine"), owner=user_id)
    house.videos.generate(_brief("The owner's"), owner=HOUSE.user_id)
    by_link, by_form = (TestClient(site, base_url=HERE, follow_redirects=False) for _ in range(2))
    assert by_link.get(one_time_link(house, clock, HERE, user_id=user_id)).status_code == 303
    token = headers["authorization"].partition(" ")[2]
    assert by_form.post("/login", data={"token": token}).status_code == 303
    for browser in (by_link, by_form):
        assert [job["job_id"] for job in browser.get("/api/v2/jobs").json()["jobs"]] == [mine.video_id]
        assert "The owner" not in browser.get("/videos").text
    with house.begin() as connection:
        disable_user(connection, user_id, now=START)
    assert by_link.get("/api/v2/jobs").status_code == 401


def test_failed_logins_are_counted_and_end(stranger: TestClient, clock: ManualClock, house: House) -> None:
    for _ in range(10):
        assert stranger.post("/login", data={"token": "guess"}).status_code == 401
    limited = stranger.post("/login", data={"token": TOKEN})
    assert (limited.status_code, limited.json()["code"]) == (429, "rate_limit")
    assert int(limited.headers["retry-after"]) == 600
    assert stranger.get(one_time_link(house, clock, HERE)).status_code == 303
    clock.advance(601)
    assert stranger.post("/login", data={"token": TOKEN}).status_code == 303


def test_all_addresses_together_are_limited(stranger: TestClient, house: House, clock: ManualClock) -> None:
    with house.begin() as connection:
        for _ in range(100):
            note(connection, LOGINS, "all", clock.now())
    assert stranger.post("/login", data={"token": TOKEN}).status_code == 429


def test_limits_are_windows_kept_in_the_store(database: Database) -> None:
    clock = ManualClock(START)
    for _ in range(2):
        with database.begin() as connection:
            use(connection, RENDER, "mia", clock.now())
        clock.advance(10)
    with database.begin() as connection, pytest.raises(TooOftenError) as refused:
        use(connection, RENDER, "mia", clock.now())
    assert refused.value.retry_after == 40 and "2 renders in a minute" in refused.value.why
    with database.begin() as connection:
        use(connection, RENDER, "max", clock.now())
        assert len(hits_of(connection, RENDER, "mia")) == 2
    clock.advance(40)
    with database.begin() as connection:
        use(connection, RENDER, "mia", clock.now())
        assert len(hits_of(connection, RENDER, "mia")) == 2
    clock.advance(61)
    with database.begin() as connection:
        sweep_limits(connection, clock.now())
        assert hits_of(connection, RENDER, "mia") == [] == hits_of(connection, LOOK, "mia")


def _brief(name: str) -> Brief:
    return replace(BRIEF, name=name)
