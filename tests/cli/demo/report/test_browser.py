"""The page from disk in a real Chromium: nothing for axe to find, nothing too wide, nothing loaded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from kinoloop.cli.demo.records import DemoReport
from kinoloop.cli.demo.report.page import write_page
from tests.web.places import faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]


def opened(chrome: Browser, path: Path, *, dark: bool, wide: int) -> Iterator[Page]:
    """The page, and that it asked for nothing but itself."""
    context = chrome.new_context(
        viewport={"width": wide, "height": 900}, color_scheme="dark" if dark else "light", bypass_csp=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    yield page
    assert [address for address in asked if not address.startswith("data:")] == [path.as_uri()]
    context.close()


@pytest.mark.parametrize(("dark", "wide"), [(False, 1280), (True, 390)])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    chrome: Browser, report: DemoReport, empty: DemoReport, tmp_path: Path, dark: bool, wide: int
) -> None:
    ours, *others = report.contenders
    lost = replace(report, contenders=(replace(ours, revenue=ours.spend // 2), *others))
    for number, one in enumerate((report, lost if dark else empty)):
        path = write_page(one, tmp_path / str(number), dashboard="http://127.0.0.1:8000/" if number else None)
        for page in opened(chrome, path, dark=dark, wide=wide):
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            assert faults(page) == [] and fits(page), number


def test_it_prints_on_a_page_of_paper(chrome: Browser, report: DemoReport, tmp_path: Path) -> None:
    path = write_page(report, tmp_path, dashboard=None)
    for page in opened(chrome, path, dark=True, wide=703):
        page.emulate_media(media="print")
        assert fits(page)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 29, 34)"
