"""A house with nothing in it: every page says so, shows no number, and has nothing for axe to find."""

import re

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Browser

from tests.web.ads.reading import text_of
from tests.web.places import Place, drawn, faults_by_day_and_night, fits

SAYS = {
    "/": "No data yet",
    "/footage": "No footage yet",
    "/clips": "No clips yet",
    "/videos": "No videos yet",
    "/campaigns": "No campaign yet",
    "/brands": "No logo yet",
    "/costs": "Nothing was charged yet",
    "/ads": "No data yet",
    "/decisions": "No data yet",
    "/winners": "No data yet",
    "/models": "No data yet",
    "/changes": "No changes yet",
    "/accounts": "No ad account is connected",
    "/deals": "No deal has a value yet",
    "/attribution": "Nothing to attribute yet",
    "/lineage": "No data yet",
    "/inbox": "Your CRM has told nothing yet",
    "/runs": "Nothing has run yet",
    "/search": "No footage yet",
    "/search?q=harbour": "No footage yet",
}
"""Every page, and how it says that there is nothing yet."""
FORMS = ("/videos/new", "/campaigns?new=true", "/system")
"""Pages that have something to show from the first day: what can be filled in, what works here."""
NO_MEASUREMENT = {
    "/": (r"20\d\d-\d\d-\d\d \d\d:\d\d UTC", r"[1-4]\. (?=Footage|A film|An ad account|Your CRM)"),
    "/footage": (r"up to \d+ MB each",),
    "/brands": (r"Like #\w+, parted by commas",),
    "/costs": (r"Left of \$150\.00 a day \$150\.00", r"\$0\.00", r"Prices that are counted with.*"),
    "/models": (r"needs results of 5 ads with 50 clicks over 4 days",),
    "/deals": (r"Stages of this template.*?(?=Start with this one)",),
    "/attribution": (r"What is counted with.*",),
    "/runs": (r"(Done|Partly done|Failed|Cancelled) 0",),
}
"""Digits that measure nothing: limits and prices that are set, numbered steps, counts of nothing."""


def main_of(client: TestClient, path: str) -> str:
    """What is read on the page beside its menu."""
    answer = client.get(path)
    found = re.search(r"<main.*</main>", answer.text, re.S)
    assert answer.status_code == 200 and found, path
    return text_of(found[0])


def test_every_page_says_that_there_is_nothing_yet(browser_like: TestClient) -> None:
    told = {path: main_of(browser_like, path) for path in SAYS}
    assert {path: SAYS[path] for path, text in told.items() if SAYS[path] not in text} == {}


def test_no_page_shows_a_number_that_nobody_measured(browser_like: TestClient) -> None:
    found = dict[str, str]()
    for path in SAYS:
        text = main_of(browser_like, path)
        for known in NO_MEASUREMENT.get(path, ()):
            text = re.sub(known, "", text)
        if re.search(r"\d", text):
            found[path] = text
    assert found == {}


def test_each_leads_on_and_none_calls_itself_a_sample(browser_like: TestClient) -> None:
    for path in SAYS:
        html = browser_like.get(path).text
        main = html[html.index("<main") :]
        assert re.search(r"<(a|form|button)\b", main), path
        assert "sample-line" not in html and '<svg class="plot' not in html, path


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.enable_socket
def test_axe_finds_nothing_and_nothing_is_too_wide(chrome: Browser, empty: Place) -> None:
    page = empty.page(chrome)
    said = list[str]()
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong = dict[str, list[str]]()
    for path in (*SAYS, *FORMS):
        page.set_viewport_size({"width": 1280, "height": 860})
        page.goto(path)
        found = faults_by_day_and_night(page) + said + ([] if drawn(page) else ["an empty icon"])
        page.set_viewport_size({"width": 390, "height": 844})
        if found or not fits(page):
            wrong[path] = found or ["too wide for a phone"]
        said.clear()
    assert wrong == {}
