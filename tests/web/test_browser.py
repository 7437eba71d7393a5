"""The pages in a real Chromium: nothing for axe to find, and the things a person does."""

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect
from sqlalchemy import update

from kinoloop.runs.tables import jobs
from kinoloop.web.events import Pace
from kinoloop.web.site import create_site
from tests.films import draw_film
from tests.web.browser import serving
from tests.web.filling import fill
from tests.web.house import START, House, add_event
from tests.web.places import Place, faults, faults_by_day_and_night, until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.enable_socket]
FULL = (
    "/footage",
    "/footage?status=failed",
    "/clips",
    "/runs",
    "/runs/live-run",
    "/runs/failed-run",
    "/search?q=order",
    "/system",
)


@pytest.fixture
def full(empty: Place) -> Place:
    empty.main = fill(empty.house)
    return empty


@pytest.mark.parametrize("phone", [False, True])
def test_axe_finds_nothing_in_a_full_house(chrome: Browser, full: Place, phone: bool) -> None:
    page = full.page(chrome, phone=phone)
    for path in (*FULL, f"/footage/{full.main}"):
        page.goto(path)
        assert faults_by_day_and_night(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{path} is too wide"
        )


def test_axe_finds_nothing_in_dialogs_login_andfaults(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto("/footage")
    page.click("[data-open=add]")
    assert faults(page) == []
    page.goto(f"/footage/{full.main}")
    page.click("[data-open=make]")
    assert faults(page) == []
    page.goto("/nowhere")
    assert faults(page) == []
    page.context.clear_cookies()
    page.goto("/clips")
    assert page.url.endswith("/login?next=%2Fclips")
    assert faults(page) == []


def test_pages_break_no_rule_of_their_own_policy(chrome: Browser, full: Place) -> None:
    page, said = full.page(chrome), list[str]()
    page.on("console", lambda line: said.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    for path in (*FULL, f"/footage/{full.main}"):
        page.goto(path)
        page.wait_for_load_state("load")
    assert said == []


def test_the_api_page_works_without_a_network(chrome: Browser, empty: Place) -> None:
    page, asked = empty.page(chrome), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/docs")
    expect(page.locator("#api")).to_contain_text("/ingest/local/folder")
    assert all(url.startswith((empty.base, "data:")) for url in asked)


def test_a_file_is_uploaded_by_choosing_it(chrome: Browser, empty: Place, tmp_path: Path) -> None:
    film = tmp_path / "my film.mp4"
    draw_film(film, seconds=1)
    page = empty.page(chrome)
    page.goto("/footage")
    page.set_input_files("input[type=file]", [film])
    page.click("text=Look at it")
    expect(page.locator("h1")).to_have_text("my-film.mp4")
    page.goto("/footage")
    page.click("[data-open=add]")
    evil = FilePayload(name="evil.mp4", mimeType="video/mp4", buffer=b"MZ" * 99)
    page.set_input_files("input[type=file]", evil)
    expect(page.locator(".uploads p")).to_contain_text("not a video or sound file")
    page.set_input_files("input[type=file]", [film])
    expect(page.locator(".uploads")).to_contain_text("Already here")


def test_a_folder_is_taken_in_and_the_grid_follows(chrome: Browser, full: Place) -> None:
    (full.house.settings.media_roots[0] / "later.mp4").write_bytes(b"something new")
    page = full.page(chrome)
    page.goto("/footage")
    expect(page.locator(".tile")).to_have_count(14)
    page.click("[data-open=add]")
    page.fill("input[name=path]", str(full.house.settings.media_roots[0]))
    page.click("text=Take it in")
    expect(page.locator(".notice.good")).to_contain_text("1 new")
    expect(page.locator(".tile")).to_have_count(15)
    page.fill("input[name=path]", "/etc")
    page.click("text=Take it in")
    expect(page.locator(".notice.error")).to_contain_text("may not be read")


def test_moving_over_a_picture_runs_through_the_film(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto("/footage")
    screen = page.locator(".screen").first
    box = screen.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.93, box["y"] + 20)
    expect(screen).to_have_class(re.compile("scrubbing"))
    expect(screen.locator(".time")).to_have_text("0:22")
    page.mouse.move(0, 0)
    expect(screen.locator(".time")).to_have_text("0:24")
    screen.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(screen.locator(".time")).to_have_text("0:01")


def test_the_timeline_leads_the_player(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto(f"/footage/{full.main}?at=4.0")
    until(page, "document.querySelector('video').readyState > 0")
    now = "document.querySelector('video').currentTime"
    until(page, f"Math.abs({now} - 4) < 0.1")
    page.locator(".lane.moments a").nth(1).click()
    until(page, f"Math.abs({now} - 10.4) < 0.1")
    expect(page.locator(".moment.current .span")).to_have_text("0:10.4 to 0:15.0")
    page.locator(".lane.sound svg").click(position={"x": 2, "y": 5})
    until(page, f"{now} < 0.5")
    page.locator(".words-list a").last.click()
    until(page, f"Math.abs({now} - 20) < 0.1")


def test_moments_are_judged_from_the_keyboard(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto(f"/footage/{full.main}")
    until(page, "document.querySelector('video').readyState > 0")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("]")
    expect(page.locator(".moment.current .span")).to_have_text("0:10.5 to 0:15.0")
    page.keyboard.press("a")
    expect(page.locator(".moment.current .pill")).to_have_text("Accepted")
    expect(page.locator(".lane.moments rect").nth(1)).to_have_class("accepted")
    page.keyboard.press("x")
    expect(page.locator(".moment.current .pill")).to_have_text("Rejected")


def test_a_clip_plays(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto("/clips")
    page.locator("clip-player .play").first.click()
    until(page, "document.querySelector('clip-player video').currentTime > 0.2")


def test_clips_are_ordered_from_the_page(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto(f"/footage/{full.main}")
    page.click("[data-open=make]")
    page.fill("input[name=min_duration]", "5")
    page.locator("#make button[type=submit]").click()
    page.wait_for_url("**/runs/*")
    assert full.house.orders[-1]["min_duration"] == 5


def test_a_run_moves_without_reloading(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto("/runs/live-run")
    expect(page.locator(".percent")).to_have_text("62 %")
    page.evaluate("window.same = true")
    with full.house.begin() as connection:
        connection.execute(
            update(jobs).where(jobs.c.id == "live-run").values(progress=81, note="nearly there")
        )
    expect(page.locator(".percent")).to_have_text("81 %", timeout=3000)
    with full.house.begin() as connection:
        done = {"status": "completed", "progress": 100, "completed_at": START}
        connection.execute(update(jobs).where(jobs.c.id == "live-run").values(done))
        add_event(connection, "live-run", "All clips are made")
    expect(page.locator("#run .pill").first).to_have_text("Done", timeout=3000)
    expect(page.locator(".events")).to_contain_text("All clips are made")
    assert page.evaluate("window.same")


def test_a_real_event_source_loses_nothing_over_broken_connections(chrome: Browser, full: Place) -> None:
    """The stream ends again and again while 500 events are written; the browser comes back by itself."""
    site_pace = Pace(look=0.05, longest=0.5)
    with full.house.begin() as connection:
        add_event(connection, None, "before", created_at=START + timedelta(hours=1))
    with serving(create_site(full.house, clock=full.clock, pace=site_pace)) as base:
        place = Place(full.house, base, full.clock)
        page = place.page(chrome)
        page.evaluate(
            """() => { window.got = []; window.opened = 0;
            const source = new EventSource('/events/runs');
            source.onopen = () => window.opened++;
            source.addEventListener('event', (event) => window.got.push(event.lastEventId)); }"""
        )
        until(page, "window.opened > 0")
        page.wait_for_timeout(300)
        made = list[str]()
        writer = threading.Thread(target=_write_slowly, args=(full.house, made))
        writer.start()
        writer.join()
        until(page, "window.got.length >= 500", seconds=15)
        assert page.evaluate("window.opened") > 2
        assert page.evaluate("window.got") == made


def _write_slowly(house: House, made: list[str]) -> None:
    pause = threading.Event()
    for batch in range(25):
        with house.begin() as connection:
            at = START + timedelta(hours=2, seconds=batch)
            made += [
                add_event(connection, None, "x", created_at=at + timedelta(milliseconds=n)) for n in range(20)
            ]
        pause.wait(0.1)


def test_the_theme_is_chosen_and_kept(chrome: Browser, empty: Place) -> None:
    page = empty.page(chrome)
    page.click("[data-theme-button]")
    page.click("[data-theme-button]")
    page.goto("/clips")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert faults(page) == []


def test_logging_out_leads_to_the_door(chrome: Browser, empty: Place) -> None:
    page = empty.page(chrome)
    page.click("text=Log out")
    page.wait_for_url("**/login")
    page.goto("/runs")
    assert "/login" in page.url


def test_search_while_writing(chrome: Browser, full: Place) -> None:
    page = full.page(chrome)
    page.goto("/footage")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    page.type("#q", "order")
    expect(page.locator("#results .tile")).to_have_count(1)
    page.locator("#results a.screen").click()
    page.wait_for_url("**/footage/*?at=4.0")
