"""A served house, the ways into it, and what a test asks of its pages."""

import time

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from kinoloop.core.clock import ManualClock
from kinoloop.web.pages.login import one_time_link
from tests.web.house import House


class Place:
    """A served house and a way into it."""

    def __init__(self, house: House, base: str, clock: ManualClock) -> None:
        self.house, self.base, self.clock, self.main = house, base, clock, ""

    def page(self, chrome: Browser, *, dark: bool = False, phone: bool = False) -> Page:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = chrome.new_context(
            viewport={"width": size["width"], "height": size["height"]},
            color_scheme="dark" if dark else "light",
            base_url=self.base,
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(one_time_link(self.house, self.clock, self.base))
        return page


def until(page: Page, expression: str, *, seconds: float = 10) -> None:
    """Wait until an expression is true; asked from outside, because the page's policy forbids eval."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"{expression} did not come true"
        page.wait_for_timeout(30)


def faults(page: Page) -> list[str]:
    """What axe finds, in lines."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]]


def faults_by_day_and_night(page: Page) -> list[str]:
    """What axe finds on the page in light, and which of its words cannot be read in the dark.

    Only colours know whether it is dark, so the second look asks for contrast alone and loads nothing anew.
    """
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found = faults(page)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    dark = page.evaluate("axe.run({runOnly: ['color-contrast'], resultTypes: ['violations']})")
    return found + [f"dark: {node['html'][:160]}" for one in dark["violations"] for node in one["nodes"]]


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def drawn(page: Page) -> bool:
    """No icon is empty: a picture that its page does not know draws nothing, without any error."""
    empty = "[...document.querySelectorAll('svg.icon')].filter((one) => !one.children.length).length"
    return bool(page.evaluate(f"{empty} === 0"))
