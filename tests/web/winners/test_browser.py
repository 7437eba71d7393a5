"""Winners in a real Chromium: nothing for axe to find, films play, one is taken off and put back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.web.places import Place, faults, fits, until
from tests.web.winners.filling import fill_winners, films_of

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
PAGES = ("/winners", "/winners/ad-00", "/winners/ad-02", "/winners/ad-03", "/winners/ad-09", "/winners/ad-23")


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, True)])
def test_axe_finds_nothing(chrome: Browser, empty: Place, tmp_path: Path, dark: bool, phone: bool) -> None:
    page = empty.page(chrome, dark=dark, phone=phone)
    fill_winners(empty.house, films_of(empty.house, tmp_path, 1))
    for path in PAGES:
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert faults(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_a_winner_is_played_taken_off_and_put_back(chrome: Browser, empty: Place, tmp_path: Path) -> None:
    fill_winners(empty.house, films_of(empty.house, tmp_path, 1))
    page = empty.page(chrome)
    page.goto("/winners")
    page.get_by_role("link", name="Similar to Quay at dawn, hook A").click()
    expect(page.locator("#alike")).to_be_in_viewport()
    page.evaluate("document.querySelector('.big-reel video').play()")
    until(page, "document.querySelector('.big-reel video').currentTime > 0.1")
    page.get_by_text("Take it off the list").click()
    page.get_by_role("textbox", name="Why").fill("The offer has ended")
    page.get_by_role("button", name="Take Quay at dawn, hook A off").click()
    expect(page.locator("#off")).to_be_visible()
    off = page.locator(".told li", has_text="Quay at dawn, hook A")
    expect(off).to_contain_text("The offer has ended.")
    expect(page.locator(".wall > li")).to_have_count(8)
    off.get_by_role("button").click()
    expect(page.locator(".wall > li")).to_have_count(9)
