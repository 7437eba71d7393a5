"""Today, Ads and Decisions in a real Chromium: nothing for axe to find, and a round is decided again."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from kinoloop.web.events import Pace
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.site import create_site
from tests.web.browser import serving
from tests.web.decide.living import Life
from tests.web.places import Place, faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
FOLDS = "for (const one of document.querySelectorAll('main details')) one.open = true"


def served(life: Life) -> Iterator[Place]:
    with serving(create_site(life.house, clock=life.clock, pace=Pace(look=0.1))) as base:
        yield Place(life.house, base, life.clock)


@pytest.fixture
def place(life: Life) -> Iterator[Place]:
    yield from served(life)


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, True)])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    chrome: Browser, place: Place, life: Life, dark: bool, phone: bool
) -> None:
    page = place.page(chrome, dark=dark, phone=phone)
    one = f"/decisions/{life.rounds[-1].decision_id}?replayed=true"
    for path in ("/", "/ads", "/ads/a1", "/ads/a3", "/ads/sample-ad", "/decisions", one):
        page.goto(path)
        page.evaluate(FOLDS)
        assert faults(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_from_what_waits_to_the_round_and_again_the_same_bytes(
    chrome: Browser, place: Place, life: Life
) -> None:
    page = place.page(chrome)
    expect(page.locator("h1")).to_have_text("Today")
    page.locator(".pile", has_text="changes wait").get_by_role("link", name="Why").first.click()
    expect(page.locator("h1")).to_contain_text("Decision of")
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#replay")).to_contain_text("The same bytes.")
    assert "replayed" not in page.url
    page.locator("summary", has_text="What its return is made of").first.click()
    expect(page.locator(".parts-table").first).to_be_visible()
    page.locator(".ads-table tbody th a").first.click()
    expect(page.locator("#rounds")).to_have_text("Every decision about it")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Today").click()
    page.locator(".best .name a").click()
    expect(page.locator("h1")).to_have_text("First boat, hook B")


def test_without_scripts_a_round_is_decided_again_too(chrome: Browser, place: Place, life: Life) -> None:
    page = chrome.new_context(java_script_enabled=False, base_url=place.base).new_page()
    page.goto(one_time_link(place.house, place.clock, place.base))
    page.goto(f"/decisions/{life.rounds[0].decision_id}")
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#replay")).to_contain_text("The same bytes.")


def test_the_menu_fits_a_usual_screen(chrome: Browser, place: Place) -> None:
    page = place.page(chrome)
    rail = "document.querySelector('.rail')"
    assert page.evaluate(f"{rail}.scrollHeight <= {rail}.clientHeight")
