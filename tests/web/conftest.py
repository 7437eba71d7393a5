"""Fixtures of the web tests: an open house, its site, a client with the token and one with a session."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.store.session import Database, connect
from kinoloop.web.events import Pace
from kinoloop.web.site import create_site
from tests import databases
from tests.web.browser import serving
from tests.web.house import START, TOKEN, House, open_house
from tests.web.places import Place
from tests.web.sample import demo_made

HERE = "http://localhost"


@pytest.fixture
def house(sqlite_database: Database, tmp_path: Path, clock: ManualClock) -> Iterator[House]:
    opened = open_house(sqlite_database, tmp_path, clock=clock)
    yield opened
    opened.runs.close()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def site(house: House, clock: ManualClock) -> FastAPI:
    return create_site(house, clock=clock, pace=Pace(look=0.02, quiet=0.05, longest=0.4, readers=2))


@pytest.fixture
def stranger(site: FastAPI) -> TestClient:
    """Someone without any key; a broken route is an answer, not an exception."""
    return TestClient(site, base_url=HERE, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def client(site: FastAPI) -> TestClient:
    """A program with the bearer token."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    return TestClient(site, base_url=HERE, headers=headers, follow_redirects=False)


@pytest.fixture
def browser_like(site: FastAPI, house: House, clock: ManualClock) -> TestClient:
    """A browser that came in by the one-time link; asks for pages."""
    from kinoloop.web.pages.login import one_time_link

    made = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    answer = made.get(one_time_link(house, clock, HERE))
    assert answer.status_code == 303
    return made


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Place]:
    """A house that is served and has nothing in it yet."""
    path = tmp_path / "kinoloop.db"
    path.write_bytes(databases.sqlite_template())
    database = connect(f"sqlite:///{path}", profile="test")
    clock = ManualClock(START + timedelta(minutes=3))
    house = open_house(database, tmp_path, clock=clock)
    with serving(create_site(house, clock=clock, pace=Pace(look=0.1))) as base:
        yield Place(house, base, clock)
    house.runs.close()
    database.close()


@pytest.fixture(scope="session")
def demo_home() -> Path:
    """A home that the real demo has filled, once per run of the tests: to be copied, never opened itself."""
    return demo_made()
