"""Making ads in a real Chromium: nothing for axe to find, and the way from a brief to a playing film."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from kinoloop.core.ids import new_id
from kinoloop.creative.briefs.operations import create_campaign
from kinoloop.creative.videos.queries import video, videos
from kinoloop.creative.videos.records import Progress
from kinoloop.web.pages.login import one_time_link
from tests.web.filling import fill
from tests.web.house import START
from tests.web.making import draft, fill_studio, finish, note
from tests.web.places import Place, faults_by_day_and_night, fits, until
from tests.web.test_v2_uploads import png

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
LISTS = ("/videos", "/videos/new", "/campaigns", "/campaigns?new=true", "/brands", "/costs")


@pytest.fixture
def made(empty: Place, tmp_path: Path) -> dict[str, str]:
    main = fill(empty.house, assets_made=4)
    with empty.house.begin() as connection:
        create_campaign(connection, name="Autumn", goal="More orders", now=START, new_id=new_id)
    return fill_studio(empty.house.videos, tmp_path, footage_id=main)


@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_while_ads_are_made(
    chrome: Browser, empty: Place, made: dict[str, str], phone: bool
) -> None:
    page = empty.page(chrome, phone=phone)
    for path in (*LISTS, *(f"/videos/{video_id}" for video_id in made.values())):
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('main details')) one.open = true")
        assert faults_by_day_and_night(page) == [], path
        assert fits(page), f"{path} is too wide"


def test_from_a_brief_to_a_playing_film(chrome: Browser, empty: Place, tmp_path: Path) -> None:
    page = empty.page(chrome)
    page.goto("/videos")
    page.click("text=Write a brief")
    expect(page.locator("#estimate .amount")).to_have_text("$0.00")
    page.fill("[name=name]", "Harbour Roast")
    page.fill("[name=facts]", "Roasted every morning at six")
    page.select_option("[name=visuals]", "both")
    expect(page.locator("#estimate .amount")).to_have_text("$3.00")
    page.click(".send")
    expect(page.locator("#error-product")).to_have_text("It is empty. Please fill it in.")
    assert page.input_value("[name=facts]") == "Roasted every morning at six"
    page.fill("[name=product]", "Coffee")
    page.click(".send")
    page.wait_for_url("**/videos/*-*")
    expect(page.locator("#progress")).to_contain_text("Waits for a free worker")
    desk = empty.house.videos
    video_id = page.url.rpartition("/")[2]
    draft(desk, video_id)
    expect(page.locator("#board")).to_be_visible(timeout=6000)
    page.click("text=Approve and render for $0.60")
    expect(page.locator("#progress")).to_contain_text("Speak the lines")
    note(desk, video_id, Progress("visuals", 31, 4, 5, 3, 95, "making the picture of scene 4"))
    expect(page.locator("#progress")).to_contain_text("making the picture of scene 4", timeout=6000)
    expect(page.locator("#progress")).to_contain_text("about 2 minutes left")
    with empty.house.begin() as connection:
        assert video(connection, video_id).approved
    finish(desk, video_id, tmp_path, rendering=True)
    expect(page.locator(".film")).to_have_count(9, timeout=6000)
    page.evaluate("document.querySelector('.film video').play()")
    until(page, "document.querySelector('.film video').currentTime > 0.2")


def _lines(page: Page) -> list[str]:
    return [text.strip()[:10] for text in page.locator(".board .said").all_inner_texts()]


def test_panels_are_moved_by_keys_buttons_and_the_mouse(
    chrome: Browser, empty: Place, made: dict[str, str]
) -> None:
    page = empty.page(chrome)
    page.goto(f"/videos/{made['review']}")
    first, second, third = _lines(page)[:3]
    page.locator("#grip-s1").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-told]")).to_have_text("Scene 1 is now number 2 of 5.")
    assert _lines(page)[:2] == [second, first]
    expect(page.locator("#grip-s1")).to_be_focused()
    page.locator("#up-s1").click()
    expect(page.locator(".board .said").first).to_contain_text(first)
    assert page.locator("#scene-s1 [data-up]").is_disabled()
    page.locator("#grip-s3").drag_to(page.locator("#scene-s1"))
    expect(page.locator(".board .said").first).to_contain_text(third)
    with empty.house.database.read() as connection:
        board = video(connection, made["review"]).storyboard
    assert board and [panel.scene_id for panel in board.panels][:3] == ["s3", "s1", "s2"]


def test_one_scene_is_made_again_from_its_card(chrome: Browser, empty: Place, made: dict[str, str]) -> None:
    page = empty.page(chrome)
    page.goto(f"/videos/{made['review']}")
    page.click("text=Change scene 2")
    card = page.locator("#scene-s2")
    card.get_by_role("button", name="Make this scene again").click()
    expect(page.locator(".notice.error")).to_contain_text("Nothing of the scene was changed.")
    card.locator("[name=line]").fill("Old coffee is stale.")
    card.get_by_role("button", name="Make this scene again").click()
    expect(page.locator("#progress")).to_be_visible()


def test_without_scripts_the_storyboard_can_still_be_ordered_and_approved(
    chrome: Browser, empty: Place, made: dict[str, str]
) -> None:
    context = chrome.new_context(java_script_enabled=False, base_url=empty.base)
    page = context.new_page()
    page.goto(one_time_link(empty.house, empty.clock, empty.base))
    page.goto(f"/videos/{made['review']}")
    first, second = _lines(page)[:2]
    assert not page.locator("#grip-s1").is_visible()
    page.locator("#down-s1").click()
    assert _lines(page)[:2] == [second, first]
    page.click("text=Approve and render for $0.60")
    expect(page.locator("#progress")).to_contain_text("Speak the lines")


def test_material_is_added_to_a_brief(chrome: Browser, empty: Place) -> None:
    page = empty.page(chrome)
    page.goto("/videos/new")
    good = FilePayload(name="label.png", mimeType="image/png", buffer=png())
    evil = FilePayload(name="evil.png", mimeType="image/png", buffer=b"MZ" * 99)
    page.set_input_files("material-drop input[type=file]", [evil, good])
    expect(page.locator("material-drop .uploads p")).to_contain_text("is not a picture or film")
    expect(page.locator("material-drop .added .tick")).to_have_text("label.png")
    page.fill("[name=name]", "With a label")
    page.fill("[name=product]", "Coffee")
    page.click(".send")
    page.wait_for_url("**/videos/*-*")
    with empty.house.database.read() as connection:
        (one,) = videos(connection)
    assert len(one.brief.assets) == 1


def test_a_cancelled_video_says_so(chrome: Browser, empty: Place, made: dict[str, str]) -> None:
    page = empty.page(chrome)
    page.goto(f"/videos/{made['rendering']}")
    page.click("text=Cancel")
    expect(page.locator(".head .pill")).to_have_text("Cancelled")
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("text=Delete")
    page.wait_for_url("**/videos")
