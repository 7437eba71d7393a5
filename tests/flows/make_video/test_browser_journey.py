"""The whole way in a real browser on a real house: brief, storyboard, approval, a variant that plays."""

import pytest
from playwright.sync_api import Browser, expect

from kinoloop.app.compose import App
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.site import create_site
from tests.flows.make_video.conftest import OWN
from tests.web.browser import serving

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket, pytest.mark.timeout(400)]
PLAYING = "() => { const v = document.querySelector('.film video'); return v && v.currentTime > 0.3 }"


def test_a_brief_becomes_a_film_that_plays(stocked: App, chrome: Browser) -> None:
    with serving(create_site(stocked)) as base:
        page = chrome.new_page()
        page.goto(one_time_link(stocked, stocked.clock, base))
        page.goto(f"{base}/videos/new")
        page.fill("[name=name]", OWN.name)
        page.fill("[name=product]", OWN.product)
        page.fill("[name=problem]", OWN.problem)
        page.fill("[name=facts]", "\n".join(OWN.facts))
        page.fill("[name=offer]", OWN.offer)
        page.fill("[name=cta]", OWN.cta)
        page.fill("[name=duration]", "15")
        page.fill("[name=variants]", "1")
        for shape in ("1:1", "16:9"):
            page.uncheck(f"[name=shapes][value='{shape}']")
        expect(page.locator("#estimate .amount")).to_have_text("$0.00")
        page.click(".send")
        page.wait_for_url("**/videos/*-*")
        expect(page.locator("#board")).to_be_visible(timeout=90_000)
        page.click("text=Approve and render for $0.00")
        expect(page.locator(".film")).to_have_count(1, timeout=240_000)
        page.evaluate("() => { const v = document.querySelector('.film video'); v.muted = true; v.play() }")
        page.wait_for_function(PLAYING, timeout=20_000)
        expect(page.locator(".film")).to_contain_text("Passed", ignore_case=True)
        page.close()
