"""The pages as a browser gets them: what the store says, what is not known, nothing else."""

import re
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.footage.intake.tables import assets
from kinoloop.footage.moments.tables import moments
from tests.web.filling import fill
from tests.web.house import START, House, Part, add_run

PAGES = ("/", "/footage", "/clips", "/runs", "/search", "/system", "/docs")


@pytest.fixture
def main(house: House) -> str:
    return fill(house)


@pytest.fixture
def proof(browser_like: TestClient) -> dict[str, str]:
    found = re.search(r'name="csrf" content="(\w+)"', browser_like.get("/system").text)
    assert found
    return {"x-kinoloop-csrf": found[1], "hx-request": "true"}


@pytest.mark.parametrize("path", PAGES)
def test_every_page_of_an_empty_house(browser_like: TestClient, path: str) -> None:
    answer = browser_like.get(path)
    assert answer.status_code == 200
    assert "None" not in re.sub(r"<[^>]+>", "", answer.text)


def test_home_is_today(browser_like: TestClient) -> None:
    text = browser_like.get("/").text
    assert "<h1>Today</h1>" in text and "No data yet" in text
    assert 'aria-current="page"' in text.split("Today</a>")[0].rsplit("<a", 1)[1]


def test_an_empty_house_says_what_to_do(browser_like: TestClient) -> None:
    text = browser_like.get("/footage").text
    assert "No footage yet" in text and "kinoloop ingest PATH" in text and 'type="file"' in text


@pytest.mark.parametrize(
    "path", [*PAGES, "/search?q=order", "/clips?sort=best", "/runs/live-run", "/runs/failed-run"]
)
def test_every_page_of_a_full_house(browser_like: TestClient, main: str, path: str) -> None:
    answer = browser_like.get(path)
    assert answer.status_code == 200
    assert "None" not in re.sub(r"<[^>]+>", "", answer.text)


@pytest.mark.parametrize("path", [*PAGES, "/footage/{main}", "/runs/live-run"])
def test_pages_hold_no_inline_script_or_style(browser_like: TestClient, main: str, path: str) -> None:
    text = browser_like.get(path.format(main=main)).text
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\sstyle=|<style|\son\w+=", text)
    assert not re.search(r'(src|href)="(https?:)?//', text)


def test_the_grid_counts_from_the_store(browser_like: TestClient, house: House, main: str) -> None:
    assert "Ready<b>12</b>" in browser_like.get("/footage").text
    with house.begin() as connection:
        connection.execute(update(assets).where(assets.c.asset_id == main).values(status="processing"))
    assert "Ready<b>11</b>" in browser_like.get("/footage").text


def test_the_grid_is_narrowed_and_paged(browser_like: TestClient, house: House) -> None:
    fill(house, assets_made=60)
    first = browser_like.get("/footage").text
    more = re.search(r'hx-get="(/footage\?after=[^"]+)"', first)
    assert more and first.count('class="tile"') == 48
    rest = browser_like.get(more[1], headers={"hx-request": "true"}).text
    assert rest.count('class="tile"') == 12 and "<html" not in rest
    failed = browser_like.get("/footage?status=failed").text
    assert failed.count('class="tile"') == 1 and "The file ends early." in failed
    assert browser_like.get("/footage?status=odd").status_code == 422


def test_names_from_outside_stay_text(browser_like: TestClient, house: House, main: str) -> None:
    evil = '"><script>alert(1)</script>.mp4'
    with house.begin() as connection:
        connection.execute(update(assets).where(assets.c.asset_id == main).values(filename=evil))
        connection.execute(update(moments).values(reason="<img src=x onerror=alert(1)>"))
    for path in ("/footage", f"/footage/{main}", "/clips", "/search?q=%3Cscript%3E"):
        text = browser_like.get(path).text
        assert "<script>alert" not in text and "<img src=x" not in text


def test_an_asset_shows_numbers_or_reasons(browser_like: TestClient, main: str) -> None:
    text = browser_like.get(f"/footage/{main}").text
    assert "not known: speech detector not installed" in text
    assert "not known: the sound has one level throughout" in text
    assert "0.40 × psychology + 0.35 × hook + 0.25 × novelty" in text
    assert "0.40 x 0.62 psychology" in text
    assert "-18.3 LUFS" in text
    assert "Taken without evidence" in text
    assert text.count('class="card moment') == 3


def test_an_asset_that_is_not_ready_says_so(browser_like: TestClient, house: House, main: str) -> None:
    listed = browser_like.get("/assets?status=processing", headers={"accept": "*/*"}).json()
    text = browser_like.get(f"/footage/{listed['assets'][0]['asset_id']}").text
    assert "still looking at this file" in text and "not known: the length was not read" in text
    failed = browser_like.get("/assets?status=failed", headers={"accept": "*/*"}).json()
    broken = browser_like.get(f"/footage/{failed['assets'][0]['asset_id']}").text
    assert "Copy it again." in broken and "Make clips" not in broken


def test_an_asset_whose_analysis_is_gone_still_shows(
    browser_like: TestClient, house: House, main: str
) -> None:
    (house.settings.media_roots[0] / f"{main}.npz").unlink()
    assert "the analysis file is gone" in browser_like.get(f"/footage/{main}").text


def test_what_is_not_there_is_a_page(browser_like: TestClient) -> None:
    for path in (f"/footage/{new_id()}", "/runs/none", "/nowhere", "/footage/x"):
        answer = browser_like.get(path)
        assert answer.status_code == 404 and "<h1>" in answer.text


def test_moments_are_moved_and_decided(
    browser_like: TestClient, house: House, main: str, proof: dict[str, str]
) -> None:
    one = browser_like.get(f"/assets/{main}/moments", headers={"accept": "*/*"}).json()["moments"][1]
    address = f"/parts/moments/{one['moment_id']}"
    card = browser_like.patch(address, data={"number": 2, "start_by": -0.1}, headers=proof).text
    assert "0:10.3 to 0:15.0" in card and "Edges were moved by hand" in card
    card = browser_like.patch(address, data={"number": 2, "status": "rejected"}, headers=proof).text
    assert "Rejected" in card
    refused = browser_like.patch(address, data={"number": 2, "end_by": 999}, headers=proof)
    assert refused.status_code == 422 and 'class="notice error"' in refused.text


def test_a_moment_is_exported(browser_like: TestClient, main: str, proof: dict[str, str]) -> None:
    one = browser_like.get(f"/assets/{main}/moments", headers={"accept": "*/*"}).json()["moments"][0]
    answer = browser_like.post(
        f"/parts/moments/{one['moment_id']}/export", data={"aspect": "1:1"}, headers=proof
    )
    assert answer.status_code == 202 and "/runs/" in answer.text


def test_clips_are_ordered(browser_like: TestClient, house: House, main: str, proof: dict[str, str]) -> None:
    form = {"mode": "highlights", "min_duration": 5, "max_duration": 20, "max_moments": 4}
    form |= {"aspect": "9:16", "style": "bold"}
    answer = browser_like.post(f"/parts/footage/{main}/clips", data=form, headers=proof)
    assert answer.status_code == 204
    assert browser_like.get(answer.headers["hx-redirect"]).status_code == 200
    assert house.orders[-1]["mode"] == "highlights"
    wrong = browser_like.post(f"/parts/footage/{main}/clips", data=form | {"min_duration": 50}, headers=proof)
    assert wrong.status_code == 422 and "A moment cannot last" in wrong.text


def test_a_folder_is_taken_in(browser_like: TestClient, house: House, proof: dict[str, str]) -> None:
    folder = house.settings.media_roots[0]
    (folder / "a.mp4").write_bytes(b"one")
    (folder / "b.mp4").write_bytes(b"")
    answer = browser_like.post("/parts/ingest", data={"path": str(folder)}, headers=proof)
    assert "2 files: 1 new, 1 not taken." in answer.text and "is empty" in answer.text
    assert answer.headers["hx-trigger"] == "footage-changed"
    assert browser_like.post("/parts/ingest", data={"path": " "}, headers=proof).status_code == 422
    refused = browser_like.post("/parts/ingest", data={"path": "/etc"}, headers=proof)
    assert refused.status_code == 403 and "notice error" in refused.text


@pytest.mark.parametrize("sort", ["newest", "oldest", "best", "longest"])
def test_the_wall_of_clips_is_sorted_and_paged(
    browser_like: TestClient, house: House, main: str, sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinoloop.web.pages.clips.PAGE", 1)
    first = browser_like.get(f"/clips?sort={sort}&asset_id={main}").text
    more = re.search(r'hx-get="(/clips\?[^"]+)"', first)
    assert more
    second = browser_like.get(more[1].replace("&amp;", "&"), headers={"hx-request": "true"}).text
    spans = [re.findall(r'data-label="[^"]*, ([\d:.-]+)"', text) for text in (first, second)]
    early, late = ["0:02.0-0:08.0"], ["0:10.4-0:15.0"]
    assert spans == ([late, early] if sort == "newest" else [early, late])


def test_a_clip_without_moment_says_so(browser_like: TestClient, house: House, main: str) -> None:
    with house.begin() as connection:
        connection.execute(moments.delete())
    assert "Why it was chosen is not known" in browser_like.get("/clips").text
    assert browser_like.get("/clips?after=zzz").status_code == 422


def test_runs_say_what_happens_now(browser_like: TestClient, main: str) -> None:
    text = browser_like.get("/runs").text
    assert "Cut and caption the clip 2 of 3" in text and "frame 310 of 500" in text and "62 %" in text
    assert "Waits for a free worker" in text and "The file ends early." in text
    part = browser_like.get("/parts/runs?status=failed").text
    assert part.count("<li>") == 1 and "<html" not in part


def test_older_runs_are_on_the_next_page(browser_like: TestClient, house: House) -> None:
    with house.begin() as connection:
        for number in range(31):
            add_run(connection, status="completed", created_at=START - timedelta(minutes=number))
    text = browser_like.get("/runs").text
    older = re.search(r'href="(/runs\?before=[^"]+)"', text)
    assert older
    assert browser_like.get(older[1]).text.count('class="title"') == 1


def test_a_run_shows_its_ledger(browser_like: TestClient, main: str, clock: ManualClock) -> None:
    text = browser_like.get("/runs/live-run").text
    assert "Keep faces and motion in the frame" in text and "time left is not known yet" in text
    failed = browser_like.get("/runs/failed-run").text
    assert "Copy it again from the camera." in failed and "Try again" in failed


def test_a_run_is_cancelled_and_tried_again(
    browser_like: TestClient, house: House, proof: dict[str, str]
) -> None:
    run_id = house.runs.start("cut_moments", {"title": "x"})
    assert "Cancelled" in browser_like.post(f"/parts/runs/{run_id}/cancel", headers=proof).text
    assert "Waiting" in browser_like.post(f"/parts/runs/{run_id}/retry", headers=proof).text
    assert browser_like.post(f"/parts/runs/{run_id}/retry", headers=proof).status_code == 409


def test_search_finds_and_jumps(browser_like: TestClient, main: str) -> None:
    text = browser_like.get("/search?q=order").text
    assert f"/footage/{main}?at=4.0" in text
    like = re.search(r"/search\?like=[\w-]+", text)
    assert like
    assert "Shots that look like this one" in browser_like.get(like[0]).text
    part = browser_like.get("/search?q=zzzz", headers={"hx-request": "true"}).text
    assert "Nothing was found" in part and "<html" not in part


def test_the_system_page_says_how_to_mend(browser_like: TestClient, house: House) -> None:
    house.parts = (Part("speech", "degraded", "no detector", "pip install it"),)
    text = browser_like.get("/system").text
    assert "Works partly" in text and "pip install it" in text


def test_a_long_list_of_shots_says_that_it_was_cut(
    browser_like: TestClient, main: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinoloop.web.pages.asset.SHOWN_SHOTS", 4)
    assert "Only the first 4 shots are shown here." in browser_like.get(f"/footage/{main}").text
    monkeypatch.setattr("kinoloop.web.pages.asset.SHOWN_SHOTS", 6)
    assert "Only the first" not in browser_like.get(f"/footage/{main}").text
