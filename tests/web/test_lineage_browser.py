"""Lineage in a real Chromium: nothing for axe to find, and the frames play from their in to their out."""

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from kinoloop.core.clock import ManualClock
from kinoloop.store.session import connect
from kinoloop.web.events import Pace
from kinoloop.web.site import create_site
from tests import databases
from tests.films import draw_film
from tests.web.browser import serving
from tests.web.house import START, open_house
from tests.web.lineage import Known, fill_lineage, with_lineage
from tests.web.places import Place, faults, fits, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    path = tmp_path / "kinoloop.db"
    path.write_bytes(databases.sqlite_template())
    database = connect(f"sqlite:///{path}", profile="test")
    clock = ManualClock(START + timedelta(minutes=3))
    house = open_house(database, tmp_path, clock=clock)
    with serving(with_lineage(create_site(house, clock=clock, pace=Pace(look=0.1)))) as base:
        yield Place(house, base, clock)
    house.runs.close()
    database.close()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "harbour.mp4"
    draw_film(path, seconds=24, shots=6, size=(320, 180), rate=Fraction(12))
    return path


@pytest.fixture
def known(place: Place, tmp_path: Path, film: Path) -> Known:
    return fill_lineage(place.house, tmp_path, film)


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, True)])
def test_axe_finds_nothing_on_the_way(
    chrome: Browser, place: Place, tmp_path: Path, film: Path, dark: bool, phone: bool
) -> None:
    page = place.page(chrome, dark=dark, phone=phone)
    known = fill_lineage(place.house, tmp_path, film)
    deals = [f"/lineage/deals/900{number}" for number in (1, 2, 4, 5)]
    for path in ("/lineage", *deals, f"/lineage/footage/{known.asset_id}"):
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert faults(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_the_frames_that_earned_it_play_from_in_to_out(chrome: Browser, place: Place, known: Known) -> None:
    page = place.page(chrome)
    page.goto("/lineage")
    page.get_by_role("link", name="Deal 9001").click()
    frames = page.locator(".reel a")
    expect(frames).to_have_count(2)
    frames.nth(1).click()
    until(page, "document.querySelector('video').currentTime > 12.2")
    expect(frames.nth(1)).to_have_attribute("aria-current", "true")
    expect(page.locator("[data-now]")).to_have_text("harbour.mp4, 0:12-0:15")
    until(page, "document.querySelector('video').paused")
    at = page.evaluate("document.querySelector('video').currentTime")
    assert 14.9 <= at <= 15.3

    page.get_by_role("button", name="Play all 2").click()
    until(page, "document.querySelector('video').currentTime < 8")
    page.evaluate("document.querySelector('video').playbackRate = 4")
    until(page, "document.querySelector('video').currentTime > 12.2")
    expect(frames.nth(1)).to_have_attribute("aria-current", "true")
    until(page, "document.querySelector('video').paused")

    page.get_by_role("link", name="harbour.mp4", exact=True).click()
    page.locator(".lane.money rect").nth(1).click()
    until(page, "document.querySelector('video').currentTime > 12.1")
    page.evaluate("document.querySelector('video').currentTime = 20")
    until(page, "document.querySelector('video').currentTime > 20.2")
    page.get_by_role("link", name="9003").click()
    expect(page.locator("h1")).to_have_text("What earned deal 9003")
