"""Deals, attribution and the inbox in a real Chromium: nothing for axe to find, and a stage gets its name."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.earning import fill_money
from tests.web.places import Place, faults, faults_by_day_and_night, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
PAGES = ("/deals", "/deals/stages", "/deals/9001", "/deals/9005", "/attribution", "/inbox")


@pytest.fixture
def place(empty: Place) -> Place:
    return empty


@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_where_money_comes_back(chrome: Browser, place: Place, phone: bool) -> None:
    page = place.page(chrome, phone=phone)
    fill_money(place.house, now=place.clock.now())
    for path in PAGES:
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert faults_by_day_and_night(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_a_table_is_chosen_and_a_stage_gets_its_name(chrome: Browser, place: Place) -> None:
    page = place.page(chrome)
    page.goto("/deals")
    page.locator(".ways li", has_text="Software for businesses").get_by_role("button").click()
    expect(page.locator("h2")).to_have_text("No deal has arrived")
    fill_money(place.house, now=place.clock.now())
    page.goto("/deals")
    expect(page.locator("#waiting")).to_have_text("2 stages wait for a name")
    waiting = page.locator(".waiting li", has_text="contract_at_legal")
    waiting.get_by_label("It means").select_option("proposal_sent")
    waiting.get_by_role("button").click()
    expect(page.locator("#waiting")).to_have_text("1 stage waits for a name")
    row = page.locator("tr", has_text="9005")
    expect(row).to_contain_text("Proposal sent")
    row.get_by_role("link").click()
    expect(page.locator(".way li").last).to_contain_text("+USD 4,000.00")


def test_a_stage_gets_another_value_and_a_failed_event_another_try(chrome: Browser, place: Place) -> None:
    fill_money(place.house, now=place.clock.now())
    page = place.page(chrome)
    page.goto("/deals")
    page.get_by_role("link", name="What stages are worth").click()
    row = page.locator("fieldset", has=page.get_by_role("heading", name="SQL", exact=True))
    row.get_by_label("Worth, in USD").fill("-3")
    page.get_by_role("button", name="Save the table").click()
    expect(page.locator(".field-error")).to_have_text("A stage is worth nothing or more.")
    assert faults(page) == []
    row.get_by_label("Worth, in USD").fill("2500")
    page.get_by_role("button", name="Save the table").click()
    expect(page.locator(".field-error")).to_have_count(0)
    expect(row.get_by_label("Worth, in USD")).to_have_value("2500.00")
    page.goto("/inbox")
    page.locator(".trouble li", has_text="9005").get_by_role("button", name="Try again").click()
    expect(page.locator(".trouble li")).to_have_count(1)
    page.goto("/inbox?state=received")
    expect(page.locator(".events")).to_contain_text("9005")
