"""Making an ad of a film in a real Chromium: nothing for axe to find, and the way from a film to the run."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from kinoloop.core.ids import new_id
from kinoloop.delivery.drift.operations import approve_content
from kinoloop.delivery.drift.records import AdContent, ApprovedAd
from kinoloop.delivery.drift.rules import content_hash
from kinoloop.runs.queries import runs
from kinoloop.web.pages.login import one_time_link
from tests.flows.publish_ads.conftest import QUIET, rendered
from tests.web.ads.publishing import FORM, made_here
from tests.web.advertising import MAIN, OWNER, fill_ads
from tests.web.house import START
from tests.web.places import Place, faults_by_day_and_night, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
FOLDS = "for (const one of document.querySelectorAll('main details')) one.open = true"
CHOSEN = ("account_id", "cta", "goal", "tags")


@pytest.fixture
def place(empty: Place, film: Path) -> Place:
    """With accounts, a finished film with remarks, and an ad that was made of it."""
    house = empty.house
    fill_ads(house.ads, empty.clock.now())
    made_here(house)
    variant = rendered(house.database, house.blobs, film, QUIET)
    shown = AdContent("k-1", None, {"title": "Bread"}, {})
    made = ApprovedAd(
        "ad-1", MAIN, shown, content_hash(shown), OWNER, START, video_id="v-1", variant_id=variant.variant_id
    )
    with house.begin() as connection:
        approve_content(connection, made, new_id=new_id)
    empty.main = f"/videos/v-1/ads/{variant.variant_id}"
    return empty


def fill(page: Page) -> None:
    for name, value in FORM.items():
        if name not in CHOSEN:
            page.fill(f"[name={name}]", str(value))


@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_and_nothing_is_too_wide(chrome: Browser, place: Place, phone: bool) -> None:
    page = place.page(chrome, phone=phone)

    def sound(what: str) -> None:
        page.evaluate(FOLDS)
        assert faults_by_day_and_night(page) == [], what
        assert fits(page), f"{what} is too wide"

    page.goto("/videos/v-1")
    expect(page.locator(".ads-made")).to_contain_text("Ad ad-1: Running")
    sound("the video")
    page.goto(place.main)
    sound("the form")
    page.click("text=See what it would be")
    expect(page.locator("#error-title")).to_have_text("Please fill it in.")
    sound("the form with errors")
    fill(page)
    page.click("text=See what it would be")
    sound("the look")


def test_from_a_film_to_the_run(chrome: Browser, place: Place) -> None:
    page = place.page(chrome)
    page.goto("/videos/v-1")
    page.get_by_role("link", name="Make an ad of this").click()
    fill(page)
    page.select_option("[name=into]", label="Bread \u203a Bread, all")
    expect(page.locator("[name=countries]")).to_be_hidden()
    page.select_option("[name=into]", label="Bread: a new ad set in it")
    expect(page.locator("[name=campaign]")).to_be_hidden()
    page.click("text=See what it would be")
    expect(page.locator("main")).to_contain_text("The campaign is there already and not changed (running")
    page.click("text=Change something")
    expect(page.locator("[name=title]")).to_have_value("Fresh bread")
    page.fill("[name=title]", "Warm bread")
    page.click("text=See what it would be")
    page.get_by_label("I have seen the remarks").check()
    page.click("text=Approve and make the paused ad")
    page.wait_for_url("**/runs/publish_ad:*")
    expect(page.locator("h1")).to_have_text("Publish Morning film")
    page.get_by_role("link", name="The video").click()
    expect(page.locator(".ads-made")).to_contain_text("An ad is being made")
    with place.house.database.read() as connection:
        (started,) = runs(connection)
    assert started.payload["draft"]["creative"]["title"] == "Warm bread"


def test_without_scripts_it_works_too(chrome: Browser, place: Place) -> None:
    context = chrome.new_context(java_script_enabled=False, base_url=place.base)
    page = context.new_page()
    page.goto(one_time_link(place.house, place.clock, place.base))
    page.goto(place.main)
    fill(page)
    page.click("text=See what it would be")
    page.click("text=Approve and make the paused ad")
    expect(page.locator("h1")).to_have_text("Morning film")  # the tick is needed first
    page.get_by_label("I have seen the remarks").check()
    page.click("text=Approve and make the paused ad")
    page.wait_for_url("**/runs/publish_ad:*")
