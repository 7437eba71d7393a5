"""Changes and accounts in a real Chromium: nothing for axe to find, and the way from a card to the record."""

import pytest
from playwright.sync_api import Browser, expect

from kinoloop.delivery.accounts.queries import account
from kinoloop.delivery.changes.queries import change
from kinoloop.web.pages.login import one_time_link
from tests.web.advertising import MAIN, OWNER, SECOND, fill_ads
from tests.web.places import Place, faults_by_day_and_night, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
FOLDS = "for (const one of document.querySelectorAll('main details')) one.open = true"


@pytest.fixture
def place(empty: Place) -> Place:
    return empty


@pytest.fixture
def made(place: Place) -> dict[str, str]:
    return fill_ads(place.house.ads, place.clock.now())


@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_and_nothing_is_too_wide(
    chrome: Browser, place: Place, made: dict[str, str], phone: bool
) -> None:
    place.house.ads.kill(SECOND, who=OWNER, reason="Numbers look wrong since noon")
    page = place.page(chrome, phone=phone)
    changes = (f"/changes/{made[name]}" for name in ("proposed", "fast", "unknown", "failed"))
    for path in ("/changes", "/accounts", f"/accounts/{MAIN}", f"/accounts/{SECOND}", *changes):
        page.goto(path)
        page.evaluate(FOLDS)
        assert faults_by_day_and_night(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_from_a_card_to_the_record(chrome: Browser, place: Place, made: dict[str, str]) -> None:
    page = place.page(chrome)
    page.goto("/changes")
    card = page.locator(f"#card-{made['proposed']}")
    expect(card).to_contain_text("No limit stands in the way now.")
    card.get_by_role("button", name="Approve").click()
    expect(page.locator(".going").first).to_contain_text("Goes out in")
    expect(card).to_have_count(0)
    place.clock.advance(40)
    place.house.ads.work()
    line = page.locator(".line", has_text="Runners, 25 to 44").first
    expect(line.locator(".pill")).to_have_text("Made", timeout=9000)
    line.get_by_text("Who, when, and the platform's answer").click()
    line.get_by_text("The platform's own answer").click()
    expect(line.locator("pre")).to_contain_text("x-fb-trace-id")
    line.get_by_role("button", name="Take back").click()
    page.wait_for_url("**/changes/*-*")
    expect(page.locator("h1")).to_contain_text("Take back: lower the budget")
    page.get_by_role("button", name="Approve").click()
    expect(page.locator(".head .pill")).to_have_text("Approved")
    place.clock.advance(40)
    place.house.ads.work()
    expect(page.locator(".head .pill")).to_have_text("Made", timeout=9000)
    with place.house.database.read() as connection:
        assert change(connection, made["proposed"]).state == "reverted"


def test_a_no_that_is_being_written_survives_what_happens_meanwhile(
    chrome: Browser, place: Place, made: dict[str, str]
) -> None:
    page = place.page(chrome)
    page.goto("/changes")
    card = page.locator(f"#card-{made['fast']}")
    card.get_by_text("Reject").first.click()
    card.locator("[name=why]").fill("Too fast for")
    place.house.ads.reject(made["approved"], who=OWNER, why="Changed my mind")
    expect(page.locator("#changes")).to_contain_text("Changed my mind", timeout=9000)
    card.locator("[name=why]").press_sequentially(" such a small one")
    card.get_by_role("button", name="Reject it").click()
    expect(page.locator("#changes")).to_contain_text("Too fast for such a small one")
    with place.house.database.read() as connection:
        assert change(connection, made["fast"]).state == "rejected"


def test_an_account_is_stopped_and_its_limits_are_kept(
    chrome: Browser, place: Place, made: dict[str, str]
) -> None:
    page = place.page(chrome)
    page.goto(f"/accounts/{MAIN}")
    page.fill("[name=velocity]", "200")
    page.click("text=Save the limits")
    expect(page.locator("#error-velocity")).to_have_text("It must be 0.1 to 100 per cent.")
    page.fill("[name=velocity]", "10")
    page.click("text=Save the limits")
    expect(page.locator("#account-now")).to_contain_text("A budget moves at most, in per cent")
    page.fill("#stop [name=reason]", "Numbers look wrong")
    page.click("text=Stop all changes to this account")
    expect(page.locator("#account-now .stopped")).to_contain_text("Numbers look wrong")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Let changes through again")
    expect(page.locator("#account-now .stopped")).to_have_count(0)
    with place.house.database.read() as connection:
        assert account(connection, MAIN).guards.velocity == 0.1


def test_what_was_folded_open_stays_open(chrome: Browser, place: Place, made: dict[str, str]) -> None:
    page = place.page(chrome)
    page.goto(f"/accounts/{MAIN}")
    fold = page.locator("#under-s3")
    fold.locator("summary").click()
    expect(fold.get_by_text("By bicycle, master")).to_be_visible()
    place.house.ads.set_authority(MAIN, "off", who=OWNER)
    expect(page.locator("#account-now")).to_contain_text("Ask me first", timeout=9000)
    expect(fold.get_by_text("By bicycle, master")).to_be_visible()


def test_without_scripts_it_can_be_decided_too(chrome: Browser, place: Place, made: dict[str, str]) -> None:
    context = chrome.new_context(java_script_enabled=False, base_url=place.base)
    page = context.new_page()
    page.goto(one_time_link(place.house, place.clock, place.base))
    page.goto("/changes")
    page.locator(f"#yes-{made['proposed']}").click()
    page.wait_for_url(f"**/changes/{made['proposed']}")
    expect(page.locator(".head .pill")).to_have_text("Approved")
    page.goto(f"/changes/{made['fast']}")
    page.get_by_text("Reject").first.click()
    page.fill("[name=why]", "Too fast")
    page.get_by_role("button", name="Reject it").click()
    expect(page.locator(".head .pill")).to_have_text("Rejected")
