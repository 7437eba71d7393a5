"""The pages of making ads as a browser gets them: what stands in the rows, and what to do next."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import InputError
from kinoloop.core.ids import new_id
from kinoloop.costs.records import Day
from kinoloop.creative.brand.queries import brand
from kinoloop.creative.brand.records import Brand
from kinoloop.creative.briefs.operations import create_campaign
from kinoloop.creative.briefs.queries import campaigns, clients
from kinoloop.creative.videos import operations as rows
from kinoloop.creative.videos.queries import video, videos
from kinoloop.creative.videos.records import Progress
from kinoloop.web.forms import Posted, errors_of
from kinoloop.web.limits.tables import web_limits
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.pages.make.brief_form import FIELDS, brief_posted, values_of, values_posted
from kinoloop.web.pages.make.chart import day_chart
from kinoloop.web.pages.make.films import differs
from kinoloop.web.words import money_words, seconds_words, span_words
from tests.web.conftest import HERE
from tests.web.house import START, House, add_run
from tests.web.making import BRIEF, draft, fill_studio, note
from tests.web.test_users import maker
from tests.web.test_v2_uploads import png

PAGES = ("/videos", "/videos/new", "/campaigns", "/brands", "/costs")
FORM: dict[str, Any] = {
    "name": "Autumn",
    "product": "Harbour Roast",
    "facts": "Roasted at six\n\nBy bicycle",
    "duration": "15",
    "variants": "2",
    "vary": ["hook"],
    "shapes": ["9:16", "1:1"],
    "exports": ["mp4"],
    "keywords": "coffee, quay",
    "format": "ad",
}


@pytest.fixture
def made(house: House, tmp_path: Path) -> dict[str, str]:
    return fill_studio(house.videos, tmp_path)


@pytest.fixture
def proof(browser_like: TestClient) -> str:
    found = re.search(r'name="csrf" content="(\w+)"', browser_like.get("/system").text)
    assert found
    return found[1]


@pytest.fixture
def hx(proof: str) -> dict[str, str]:
    return {"x-kinoloop-csrf": proof, "hx-request": "true"}


@pytest.fixture(autouse=True)
def patience(house: House) -> Iterator[None]:
    yield
    with house.begin() as connection:
        connection.execute(delete(web_limits))


def _text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("path", PAGES)
def test_empty_pages_say_what_to_do_next(browser_like: TestClient, path: str) -> None:
    answer = browser_like.get(path)
    assert answer.status_code == 200
    assert "None" not in re.sub(r"<option[^>]*>None</option>", "", answer.text).replace(">None<", "><")
    wanted = {"/videos": "Write a brief", "/campaigns": "Start the campaign", "/costs": "Write a brief"}
    assert wanted.get(path, "") in answer.text


@pytest.mark.parametrize(
    "state", ["queued", "drafting", "review", "rendering", "completed", "partial", "failed"]
)
def test_every_state_has_its_page(browser_like: TestClient, made: dict[str, str], state: str) -> None:
    page = browser_like.get(f"/videos/{made[state]}").text
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\bsrc=)", page)
    assert "None" not in _text(page)
    assert ("Approve and render for $0.60" in page) == (state == "review")
    assert ("Render again for $0.60" in page) == (state in ("completed", "partial", "failed"))


def test_progress_has_named_steps_time_and_money(
    browser_like: TestClient, made: dict[str, str], clock: ManualClock, house: House
) -> None:
    text = _text(browser_like.get(f"/videos/{made['rendering']}").text)
    for words in (
        "Make the pictures that are missing",
        "3 of 5",
        "about 2 minutes left",
        "$0.00",
        "just now",
        "31 %",
    ):
        assert words in text, words
    assert "Nothing was heard for a while" not in text
    clock.advance(121)
    part = browser_like.get(f"/parts/videos/{made['rendering']}/progress").text
    assert "Nothing was heard for a while" in part and "2 min ago" in part and "<html" not in part
    assert "not known yet" in browser_like.get(f"/videos/{made['drafting']}").text
    note(house.videos, made["rendering"], Progress("exporting", 95, seconds_left=None))
    assert "File the finished films , at work" in _text(
        browser_like.get(f"/parts/videos/{made['rendering']}/progress").text
    )


def test_when_the_work_is_over_the_page_is_loaded_again(
    browser_like: TestClient, made: dict[str, str], hx: dict[str, str]
) -> None:
    over = browser_like.get(f"/parts/videos/{made['review']}/progress", headers=hx)
    assert (over.status_code, over.headers["hx-refresh"]) == (204, "true")


def test_the_storyboard_tells_sources_matches_and_prices(
    browser_like: TestClient, made: dict[str, str]
) -> None:
    text = _text(browser_like.get(f"/videos/{made['review']}").text)
    for words in (
        "own footage: harbour-morning.mp4 0:03-0:06",
        "to be generated by bytedance/seedance-1-lite",
        "Text card",
        "Fits weakly The line speaks of months; the shot shows sacks.",
        "Approve and render for $0.60",
        "5 scenes, 15 s",
        "without a language model",
        "The other opening shot",
        "Also considered: The bicycle; The two farms.",
        "How sure: 72 %",
        "How sure: not known",
    ):
        assert words in text, words


def test_exactly_what_was_seen_is_approved(
    browser_like: TestClient, made: dict[str, str], house: House, hx: dict[str, str]
) -> None:
    place = f"/videos/{made['review']}"
    seen = re.search(r'name="sha256" value="([0-9a-f]{64})"', browser_like.get(place).text)
    assert seen
    moved = browser_like.post(f"{place}/reorder", data={"order": "2,1,3,4,5"}, headers=hx)
    assert moved.status_code == 200 and '<section id="board"' in moved.text and "<html" not in moved.text
    late = browser_like.post(f"{place}/render", data={"sha256": seen[1]}, headers=hx)
    assert late.status_code == 409 and "has changed since" in late.text
    fresh = re.search(r'name="sha256" value="([0-9a-f]{64})"', moved.text)
    assert fresh
    yes = browser_like.post(f"{place}/approve", data={"sha256": fresh[1]}, headers=hx)
    assert yes.headers["hx-redirect"] == place
    page = browser_like.get(place).text
    assert "Approved by Owner" in _text(page) and "Render for $0.60" in page
    assert browser_like.post(f"{place}/render", headers=hx).status_code == 204
    with house.database.read() as connection:
        assert video(connection, made["review"]).status == "generating_video"


def test_it_works_without_scripts(browser_like: TestClient, made: dict[str, str], proof: str) -> None:
    place = f"/videos/{made['review']}"
    page = browser_like.get(place).text
    forms = re.findall(r'<form method="post" action="([^"]+)"', page)
    assert forms and all(f"proof={proof}" in action for action in forms)
    moved = browser_like.post(f"{place}/reorder?proof={proof}", data={"order": "2,1,3,4,5"})
    assert (moved.status_code, moved.headers["location"]) == (303, place)
    assert browser_like.post(f"{place}/reorder?proof=wrong", data={"order": "2,1,3,4,5"}).status_code == 403
    wrong = browser_like.post(f"/videos/new?proof={proof}", data={"name": "", "product": "x"})
    assert wrong.status_code == 422 and "<html" in wrong.text and "Please fill it in." in wrong.text


@pytest.mark.parametrize("order", ["", "x,y", "1,2", "1,1,2,3,4"])
def test_odd_orders_are_refused(
    browser_like: TestClient, made: dict[str, str], hx: dict[str, str], order: str
) -> None:
    answer = browser_like.post(f"/videos/{made['review']}/reorder", data={"order": order}, headers=hx)
    assert answer.status_code == 422 and "notice error" in answer.text


def test_one_panel_is_made_again(
    browser_like: TestClient, made: dict[str, str], house: House, hx: dict[str, str]
) -> None:
    place = f"/videos/{made['review']}"
    same = {"line": "Most coffee was roasted months ago, far away.", "description": "Old sacks in a store"}
    nothing = browser_like.post(f"{place}/scenes/2", data=same, headers=hx)
    assert nothing.status_code == 422 and "Nothing of the scene was changed." in nothing.text
    answer = browser_like.post(f"{place}/scenes/2", data=same | {"line": "Old coffee is stale."}, headers=hx)
    assert answer.headers["hx-redirect"] == place
    with house.database.read() as connection:
        assert video(connection, made["review"]).status == "generating_storyboard"
    assert (
        browser_like.post(f"/videos/{made['failed']}/scenes/9", data={"line": "x"}, headers=hx).status_code
        == 404
    )


def test_finished_films_stand_side_by_side(browser_like: TestClient, made: dict[str, str]) -> None:
    page = browser_like.get(f"/videos/{made['completed']}").text
    text = _text(page)
    assert page.count("<video ") == 9 and page.count("<track ") == 9
    for words in (
        "A: The master",
        "B: Another hook",
        "Opens with \u201cSix in the morning. Coffee is ready.\u201d",
        "Ends with \u201cGet it today.\u201d",
        "Passed with remarks",
        "Caption too fast in scene 2 at 0:02.1",
        "not known: no sound was measured",
        "Expected $1.80, in all $0.54 (-70 %).",
        "replicate: bytedance/seedance-1-lite",
        "Render again for $0.60",
    ):
        assert words in text, words
    partly = _text(browser_like.get(f"/videos/{made['partial']}").text)
    assert "Scene 4 could not be made." in partly and "Change that scene, then render again." in partly


def test_a_failed_video_says_why_and_offers_the_scene(browser_like: TestClient, made: dict[str, str]) -> None:
    text = _text(browser_like.get(f"/videos/{made['failed']}").text)
    assert "Scene 2 cannot pass." in text and "Change scene 2" in text and "Render again for" in text


def test_paused_and_stalled_videos_say_so(
    browser_like: TestClient, made: dict[str, str], house: House, hx: dict[str, str], clock: ManualClock
) -> None:
    with house.begin() as connection:
        rows.advance(
            connection, made["queued"], to="paused", now=START, error_message="Today's money does not reach."
        )
    assert "Today's money does not reach." in browser_like.get(f"/videos/{made['queued']}").text.replace(
        "&#39;", "'"
    )
    clock.advance(16 * 60)
    with house.begin() as connection:
        assert rows.sweep_stalled(connection, clock.now())
    stalled = browser_like.get(f"/videos/{made['drafting']}").text
    assert "The work stands still." in stalled and "Try again" in stalled
    again = browser_like.post(f"/videos/{made['drafting']}/again", headers=hx)
    assert again.status_code == 204
    with house.database.read() as connection:
        assert video(connection, made["drafting"]).status == "generating_storyboard"


def test_videos_are_cancelled_and_deleted(
    browser_like: TestClient, made: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/videos/{made['rendering']}"
    assert browser_like.post(f"{place}/cancel", headers=hx).headers["hx-redirect"] == place
    assert "Cancelled" in browser_like.get(place).text
    assert browser_like.post(f"{place}/delete", headers=hx).headers["hx-redirect"] == "/videos"
    assert browser_like.get(place).status_code == 404


def test_a_brief_becomes_a_video(browser_like: TestClient, house: House, hx: dict[str, str]) -> None:
    answer = browser_like.post("/videos/new", data=FORM, headers=hx)
    assert answer.status_code == 204, answer.text
    with house.database.read() as connection:
        (one,) = videos(connection)
    assert answer.headers["hx-redirect"] == f"/videos/{one.video_id}"
    assert one.brief.facts == ("Roasted at six", "By bicycle") and one.brief.keywords == ("coffee", "quay")
    assert (one.brief.shapes, one.brief.duration, one.owner) == (("9:16", "1:1"), 15, "owner")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"duration": "31"}, "duration", "15, 30 or 60 s"),
        ({"duration": "soon"}, "duration", "not a whole number"),
        ({"product": ""}, "product", "Please fill it in."),
        ({"shapes": []}, "shapes", "Name at least one."),
        ({"variants": "4"}, "vary", "elements needed"),
        ({"platform": "myspace"}, "platform", "Input should be"),
        ({"cta": "x" * 100}, "cta", "Shorten it."),
    ],
)
def test_errors_stand_beside_the_field_and_nothing_is_lost(
    browser_like: TestClient, hx: dict[str, str], change: dict[str, Any], field: str, words: str
) -> None:
    answer = browser_like.post("/videos/new", data=FORM | change, headers=hx)
    assert answer.status_code == 422
    assert (answer.headers["hx-retarget"], answer.headers["hx-reswap"]) == ("#brief", "outerHTML")
    found = re.search(rf'id="error-{field}">([^<]+)<', answer.text)
    assert found and words in found[1]
    assert "Roasted at six" in answer.text and 'value="coffee, quay"' in answer.text


def test_the_estimate_comes_before_anything(
    browser_like: TestClient, house: House, hx: dict[str, str]
) -> None:
    part = browser_like.post(
        "/parts/videos/estimate", data=FORM | {"visuals": "both", "name": ""}, headers=hx
    )
    assert "$1.80" in part.text and "Left today: $150.00 of $150.00" in part.text
    free = browser_like.post("/parts/videos/estimate", data=FORM, headers=hx).text
    assert "Everything is made on this machine." in free
    wrong = browser_like.post("/parts/videos/estimate", data=FORM | {"duration": "31"}, headers=hx)
    assert wrong.status_code == 200 and "not known yet" in wrong.text
    house.videos.budgets = replace(house.videos.budgets, hard=1_000_000)
    late = browser_like.post("/parts/videos/estimate", data=FORM | {"visuals": "both"}, headers=hx).text
    assert "would wait until tomorrow" in late
    with house.database.read() as connection:
        assert videos(connection) == ()


def test_a_brief_is_changed(
    browser_like: TestClient, made: dict[str, str], house: House, hx: dict[str, str]
) -> None:
    place = f"/videos/{made['review']}/brief"
    assert 'value="Harbour Roast, morning"' in browser_like.get(place).text
    wrong = browser_like.post(place, data=FORM | {"duration": "1"}, headers=hx)
    assert wrong.status_code == 422 and 'id="error-duration"' in wrong.text
    assert browser_like.post(place, data=FORM, headers=hx).status_code == 204
    with house.database.read() as connection:
        assert video(connection, made["review"]).name == "Autumn"


def test_a_form_and_its_brief_mean_the_same() -> None:
    full = replace(
        BRIEF, keywords=("a", "b"), do_not_mention=("cheap", "free"), upscale=True, silent=True, voice="x"
    )
    values = values_of(full)
    fields = {
        name: tuple(value) if isinstance(value, list) else ("yes",) if value is True else (str(value),)
        for name, value in values.items()
        if value not in (False, "")
    }
    assert brief_posted(Posted(fields)) == full
    assert values_posted(Posted(fields))["facts"] == values["facts"]


def test_errors_find_their_field() -> None:
    assert errors_of(InputError("'facts[2]' is empty.", fix="Write it."), FIELDS) == {
        "facts": "It is empty. Write it."
    }
    assert errors_of(InputError("The brief cannot be used.", why="tier: bad; vary.0: odd."), FIELDS) == {
        "tier": "bad.", "vary": "odd."
    }  # fmt: skip
    assert errors_of(InputError("'Else' is wrong."), FIELDS) == {"": "'Else' is wrong."}


def test_campaigns_hold_videos(browser_like: TestClient, house: House, hx: dict[str, str]) -> None:
    empty = browser_like.post("/campaigns", data={"name": " "}, headers=hx)
    assert empty.status_code == 422 and 'id="error-name"' in empty.text
    unnamed = browser_like.post("/campaigns", data={"name": "x", "client_id": "new"}, headers=hx)
    assert unnamed.status_code == 422 and 'id="error-client_name"' in unnamed.text
    form = {"name": "Autumn mornings", "goal": "More orders", "client_id": "new", "client_name": "Harbour"}
    answer = browser_like.post("/campaigns", data=form, headers=hx)
    with house.database.read() as connection:
        (one,), (client,) = campaigns(connection), clients(connection)
    assert answer.headers["hx-redirect"] == f"/campaigns/{one.campaign_id}"
    assert (one.client_id, client.name) == (client.client_id, "Harbour")
    page = browser_like.get(f"/campaigns/{one.campaign_id}").text
    assert "No videos in this campaign yet" in page and f"campaign_id={one.campaign_id}" in page
    brief = replace(BRIEF, campaign_id=one.campaign_id, client_id=client.client_id)
    house.videos.generate(brief, owner="owner")
    assert "Harbour Roast, morning" in browser_like.get(f"/campaigns/{one.campaign_id}").text
    assert "1 video" in _text(browser_like.get("/campaigns").text)
    assert (
        f'value="{one.campaign_id}" selected'
        in browser_like.get(f"/videos/new?campaign_id={one.campaign_id}").text
    )
    assert browser_like.get("/campaigns/none").status_code == 404


def test_a_brand_is_kept_checked_and_shown(
    browser_like: TestClient, house: House, hx: dict[str, str]
) -> None:
    form = {
        "name": "Harbour Roast", "voice": "plain", "visual_style": "morning", "palette": "#B4430B, #fff",
        "forbidden_elements": "smoke\nfire", "key_messages": "Fresh", "do_not_mention": "cheap",
    }  # fmt: skip
    wrong = browser_like.post("/brands/house", data=form | {"palette": "orange"}, headers=hx)
    assert wrong.status_code == 422 and 'id="error-palette"' in wrong.text and "smoke" in wrong.text
    assert browser_like.post("/brands/house", data=form, headers=hx).status_code == 204
    with house.database.read() as connection:
        kept = brand(connection, "house")
    assert isinstance(kept, Brand) and kept.forbidden_elements == ("smoke", "fire")
    page = browser_like.get("/brands?saved=true").text
    assert f'fill="{kept.palette[0]}"' in page and "Saved." in page and "No logo yet" in page
    assert browser_like.get("/brands?client_id=nobody").status_code == 404


def test_a_logo_is_looked_at_like_any_upload(
    browser_like: TestClient, house: House, proof: str, hx: dict[str, str]
) -> None:
    bad = browser_like.post("/brands/house/logo", files={"file": ("logo.png", b"MZ" * 90)}, headers=hx)
    assert bad.status_code == 422
    good = browser_like.post(f"/brands/house/logo?proof={proof}", files={"file": ("logo.png", png())})
    assert good.status_code == 303
    found = re.search(r'<img src="(/brands/house/logo\?v=[^"]+)"', browser_like.get("/brands").text)
    assert found and browser_like.get(found[1]).content == png()


def test_costs_are_counted_from_the_ledger(browser_like: TestClient, made: dict[str, str]) -> None:
    text = _text(browser_like.get("/costs").text)
    for words in (
        "$1.08",
        "By day",
        "By video",
        "By provider",
        "bytedance/seedance-1-lite",
        "Prices that are counted",
    ):
        assert words in text, words


def test_makers_see_their_own_costs_and_videos(
    site: FastAPI, house: House, made: dict[str, str], clock: ManualClock
) -> None:
    user_id, _ = maker(house)
    browser = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    browser.get(one_time_link(house, clock, HERE, user_id=user_id))
    assert "No videos yet" in browser.get("/videos").text
    assert "seedance-1-lite" not in browser.get("/costs").text.split("Prices that are counted")[0]
    assert browser.get(f"/videos/{made['review']}").status_code == 403
    with house.begin() as connection:
        add_run(connection, "run-of-another", flow="render_video", payload={"video_id": made["review"]})
        add_run(connection, "run-of-nobody", flow="render_video", payload={"video_id": new_id()})
    for run_id in ("run-of-another", "run-of-nobody"):
        assert browser.get(f"/runs/{run_id}").status_code == 403
        assert browser.get(f"/api/jobs/{run_id}", headers={"accept": "*/*"}).status_code == 403
    mine = house.videos.generate(BRIEF, owner=user_id).video_id
    draft(house.videos, mine)
    assert browser.get(f"/videos/{mine}").status_code == 200


def test_lists_are_narrowed_and_paged(browser_like: TestClient, house: House) -> None:
    for number in range(31):
        house.videos.generate(replace(BRIEF, name=f"Video {number}"), owner="owner")
    first = browser_like.get("/videos").text
    older = re.search(r'href="(/videos\?after=[^"]+)"', first)
    assert older and first.count('class="title"') == 30
    assert browser_like.get(older[1]).text.count('class="title"') == 1
    assert "Nothing in this state" in browser_like.get("/videos?status=failed").text
    assert browser_like.get("/videos?status=odd").status_code == 422


def test_words_from_outside_stay_text(browser_like: TestClient, house: House) -> None:
    evil = "<script>alert(1)</script>"
    house.videos.generate(replace(BRIEF, name=evil, product=evil), owner="owner")
    with house.begin() as connection:
        one = create_campaign(connection, name=evil, now=START, new_id=new_id)
    (job,) = browser_like.get("/api/v2/jobs", headers={"accept": "*/*"}).json()["jobs"]
    for path in ("/videos", "/campaigns", f"/campaigns/{one.campaign_id}", f"/videos/{job['job_id']}",
                 f"/videos/{job['job_id']}/brief", "/costs"):  # fmt: skip
        assert evil not in browser_like.get(path).text


def test_the_chart_shows_the_budget_once_it_is_near() -> None:
    cheap = day_chart([Day(date(2026, 11, n), 700_000 * n, 0, 100_000_000, 150_000_000) for n in range(1, 4)])
    assert (cheap.highest, cheap.hard, cheap.soft) == (5_000_000, None, None)
    dear = day_chart([Day(date(2026, 11, 1), 90_000_000, 20_000_000, 100_000_000, 150_000_000)])
    assert dear.hard is not None and dear.soft is not None and 0 < dear.hard < dear.soft < 100
    (bar,) = dear.bars
    assert bar.label == "2026-11-01: $90.00 spent, $20.00 set aside"
    assert bar.held_top + bar.held_height == pytest.approx(bar.spent_top, abs=0.02)
    assert day_chart([]).bars == ()


def test_values_are_said_in_words() -> None:
    assert (money_words(None), money_words(3_020_000)) == (None, "$3.02")
    assert (span_words(12_000, 18_000), span_words(12_300, 18_000)) == ("0:12-0:18", "0:12.3-0:18.0")
    assert (seconds_words(3400), seconds_words(6000)) == ("3.4 s", "6 s")
    assert (differs(None, "hook"), differs(None, "opening")) == (
        "Exactly the storyboard",
        "Opens with another shot",
    )


def test_a_render_that_stands_still_is_started_again(
    browser_like: TestClient, made: dict[str, str], house: House, clock: ManualClock
) -> None:
    clock.advance(16 * 60)
    with house.begin() as connection:
        rows.sweep_stalled(connection, clock.now())
    page = browser_like.get(f"/videos/{made['rendering']}").text
    assert "Render again for $0.60" in page and "Make the storyboard again" in page
