"""A house filled with changes and accounts, and who comes in: an owner's browser, a maker's."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.users.operations import add_user
from tests.films import draw_film
from tests.web.advertising import fill_ads
from tests.web.conftest import HERE
from tests.web.house import START, House


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds, upright."""
    path = tmp_path_factory.mktemp("ads") / "ad.mp4"
    draw_film(path, seconds=2.0, size=(180, 320))
    return path


@pytest.fixture
def ids(house: House) -> dict[str, str]:
    return fill_ads(house.ads, START)


@pytest.fixture
def proof(browser_like: TestClient) -> str:
    found = re.search(r'name="csrf" content="(\w+)"', browser_like.get("/system").text)
    assert found
    return found[1]


@pytest.fixture
def hx(proof: str) -> dict[str, str]:
    return {"x-kinoloop-csrf": proof, "hx-request": "true"}


@pytest.fixture
def maker(site: FastAPI, house: House, clock: ManualClock) -> tuple[TestClient, dict[str, str]]:
    """A maker's browser, and the headers that its pages send."""
    with house.begin() as connection:
        user, _ = add_user(connection, name="Mia", now=START, new_id=new_id)
    made = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    assert made.get(one_time_link(house, clock, HERE, user_id=user.user_id)).status_code == 303
    found = re.search(r'name="csrf" content="(\w+)"', made.get("/system").text)
    assert found
    return made, {"x-kinoloop-csrf": found[1], "hx-request": "true"}
