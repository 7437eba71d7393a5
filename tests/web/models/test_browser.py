"""Models in a real Chromium: nothing for axe to find, and an owner's promotion stands in the history."""

import pytest
from playwright.sync_api import Browser, expect

from tests.web.models.filling import BAD, Training
from tests.web.places import Place, faults, fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]


@pytest.mark.parametrize(("dark", "phone"), [(False, False), (True, True)])
def test_axe_finds_nothing(chrome: Browser, empty: Place, dark: bool, phone: bool) -> None:
    training = Training(empty.house, empty.clock)
    training.trial()
    training.keep(BAD)
    page = empty.page(chrome, dark=dark, phone=phone)
    for path in ("/models", "/models/policies/act_1/equal"):
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert faults(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_an_owner_promotes_and_rolls_back(chrome: Browser, empty: Place) -> None:
    training = Training(empty.house, empty.clock)
    training.first()
    first, other = training.champion(), training.keep(BAD)
    assert first is not None
    page = empty.page(chrome)
    page.goto("/models")
    row = page.locator(".versions li", has_text=other.version)
    row.get_by_text(f"Promote {other.version}").click()
    row.get_by_label("Why").fill("A trial by hand")
    row.get_by_role("button").click()
    expect(page.locator(".champion .pill")).to_have_text(other.version)
    expect(page.locator(".steps li").first).to_contain_text("A trial by hand.")
    back = page.locator(".champion details")
    back.get_by_text(f"Roll back to {first.version}").click()
    back.get_by_label("Why").fill("It knows nothing")
    back.get_by_role("button").click()
    expect(page.locator(".champion .pill")).to_have_text(first.version)
