"""Who comes in: an owner's browser with its headers, and a maker's."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.users.operations import add_user
from tests.web.conftest import HERE
from tests.web.house import START, House

Hx = dict[str, str]


def proof_of(client: TestClient) -> Hx:
    """The headers that this browser's pages send."""
    found = re.search(r'name="csrf" content="(\w+)"', client.get("/system").text)
    assert found
    return {"x-kinoloop-csrf": found[1], "hx-request": "true"}


@pytest.fixture
def hx(browser_like: TestClient) -> Hx:
    return proof_of(browser_like)


@pytest.fixture
def maker(site: FastAPI, house: House, clock: ManualClock) -> tuple[TestClient, Hx]:
    with house.begin() as connection:
        user, _ = add_user(connection, name="Mia", now=START, new_id=new_id)
    made = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    assert made.get(one_time_link(house, clock, HERE, user_id=user.user_id)).status_code == 303
    return made, proof_of(made)
