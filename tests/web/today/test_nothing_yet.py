"""An empty house: it says so, tells how to begin, and shows no number that nobody measured."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.footage.intake.operations import register
from kinoloop.footage.intake.records import SeenFile
from kinoloop.store.session import Database
from tests.delivery.made import NOW, USD
from tests.web.decide.living import Life, empty_life
from tests.web.decide.test_ads_pages import page
from tests.web.house import House


@pytest.fixture
def life(sqlite_database: Database, tmp_path: Path) -> Iterator[Life]:
    made = empty_life(sqlite_database, tmp_path)
    yield made
    made.house.runs.close()


@pytest.fixture
def house(life: Life) -> House:
    return life.house


@pytest.fixture
def clock(life: Life) -> ManualClock:
    return life.clock


def main_of(client: TestClient, path: str) -> str:
    page(client, path)
    found = re.search(r"<main.*</main>", client.get(path).text, re.S)
    assert found
    return found[0]


def test_with_footage_alone_each_card_says_what_is_missing(browser_like: TestClient, house: House) -> None:
    with house.begin() as connection:
        seen = SeenFile(Path("/footage/a.mp4"), "video", 9, "ab" * 32)
        register(connection, seen, source="test", now=NOW, new_id=new_id)
    text = main_of(browser_like, "/")
    assert "Nothing waits for you" in text and text.count("No data yet.") == 4
    assert "Without an ad account nothing is spent." in text and "USD" not in text


def test_with_an_account_it_waits_for_the_first_round(browser_like: TestClient, house: House) -> None:
    with house.begin() as connection:
        mirror = Mirror("act_1", "Shop", USD, "UTC", 100, (), NOW)
        save_mirror(connection, mirror, tenant_id="default", platform="meta")
    text = page(browser_like, "/")
    assert "No round of decisions was made; the next one is due in 41 min." in text
    assert "No results of the last 28 days were read." in text and "USD 0.00 left of USD 0.00" in text
    assert "No round of decisions was made for this account" in page(browser_like, "/ads")
    assert "Decide now : Shop" in page(browser_like, "/decisions")
