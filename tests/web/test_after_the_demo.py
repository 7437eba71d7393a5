"""What a person sees after `kinoloop demo`: pages about ads and money, in a real Chromium."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.places import drawn, faults, fits, until
from tests.web.sample import PATIENCE, copied, served_sample

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.enable_socket,
    pytest.mark.timeout(PATIENCE + 300),
]
PAGES = (
    "/",
    "/ads",
    "/decisions",
    "/winners",
    "/models",
    "/changes",
    "/accounts",
    "/deals",
    "/deals/stages",
    "/attribution",
    "/lineage",
    "/inbox",
    "/runs",
    "/videos",
    "/clips",
    "/system",
)
FOLDS = "for (const one of document.querySelectorAll('main details')) one.open = true"
VERDICTS = ("Keep", "Scale", "Pause", "Not enough data")


@dataclass(frozen=True)
class Sample:
    """A served sample: where it is, who is logged in there, and what the demo reported."""

    base: str
    cookies: Any
    report: dict[str, Any]


@pytest.fixture(scope="module")
def sample(
    demo_home: Path, tmp_path_factory: pytest.TempPathFactory, open_chromium: Browser
) -> Iterator[Sample]:
    home = copied(demo_home, tmp_path_factory.mktemp("sample") / "home")
    with served_sample(home) as link:
        context = open_chromium.new_context()
        context.new_page().goto(link)
        kept = context.storage_state()
        context.close()
        yield Sample(link.partition("/login")[0], kept, json.loads((home / "report.json").read_text()))


@pytest.fixture
def page(chrome: Browser, sample: Sample) -> Page:
    size = {"width": 1280, "height": 860}
    context = chrome.new_context(
        base_url=sample.base,
        storage_state=sample.cookies,
        viewport={"width": size["width"], "height": size["height"]},
        reduced_motion="reduce",
    )
    made = context.new_page()
    made.set_default_timeout(20_000)
    return made


@pytest.fixture
def film_ad(sample: Sample) -> str:
    """The ad of the first version of the film."""
    return str(sample.report["made"]["films"][0]["ad_id"])


def test_every_page_is_whole_and_says_that_it_is_a_sample(page: Page, sample: Sample, film_ad: str) -> None:
    said = list[str]()
    page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    older = next(one["ad_id"] for one in sample.report["ads"] if one["label"] == "")
    wrong = dict[str, list[str]]()
    for path in (*PAGES, f"/ads/{film_ad}", f"/ads/{older}", f"/winners/{film_ad}"):
        answer = page.goto(path)
        assert answer is not None
        page.evaluate(FOLDS)
        found = faults(page) + said
        found += [] if answer.status == 200 else [f"status {answer.status}"]
        found += [] if fits(page) else ["too wide"]
        found += [] if drawn(page) else ["an empty icon"]
        found += (
            [] if "A simulated account" in page.inner_text("main") else ["does not say that it is a sample"]
        )
        if found:
            wrong[path] = found
        said.clear()
    assert wrong == {}


def test_today_names_what_stands_out_and_what_waits(page: Page, sample: Sample) -> None:
    names = [one["name"] for one in sample.report["ads"]]
    page.goto("/")
    best = page.locator(".best")
    expect(best.locator("h2")).to_have_text(re.compile("One winner|Closest to a winner"))
    assert best.locator(".name").inner_text() in names
    expect(best).to_contain_text("back per 1 spent")
    expect(page.locator(".worst h2")).to_have_text("One waste")
    expect(page.locator(".waits h2")).to_have_text(re.compile("Nothing waits for you|waits? for somebody"))
    expect(page.locator(".loss")).to_contain_text("left of USD")
    expect(page.locator(".windows tbody tr")).to_have_count(2)
    page.locator(".sample-line a").click()
    expect(page.locator("body")).to_contain_text("nothing was spent")


def test_pages_and_report_tell_the_same_verdicts_and_deals(page: Page, sample: Sample) -> None:
    page.goto("/ads")
    rows = page.locator(".ads-table tbody tr")
    told = {row.locator("th a").first.inner_text(): row for row in rows.all()}
    assert set(told) == {one["name"] for one in sample.report["ads"]}
    for one in sample.report["ads"]:
        word = told[one["name"]].locator(".why-cell .pill").inner_text()
        assert word in VERDICTS and word.lower().replace(" ", "_") == one["verdict"], one["name"]
    page.goto("/deals?show=won")
    expect(page.locator(".tabs [aria-current] b")).to_have_text(str(sample.report["money"]["won"]))
    money = sample.report["money"]["revenue"] / 100
    expect(page.locator("main .figures")).to_contain_text(f"USD {money:,.2f}")


def test_a_round_says_why_and_comes_out_the_same_again(page: Page, sample: Sample) -> None:
    page.goto("/decisions")
    expect(page.locator(".rounds li")).to_have_count(sample.report["changes"]["decisions"])
    page.locator(".rounds .when a").first.click()
    expect(page.locator("h1")).to_contain_text("Decision of")
    reasons = page.locator(".round-table .reason-line").all_inner_texts()
    assert len(reasons) == len(sample.report["ads"]) and all(reasons)
    page.get_by_role("button", name="Replay").click()
    expect(page.locator("#replay")).to_contain_text("The same bytes.")


def test_the_film_of_an_ad_plays_and_so_does_its_footage(page: Page, film_ad: str) -> None:
    page.goto(f"/ads/{film_ad}")
    _plays(page, ".shows video")
    page.locator(".shows a.seen").first.click()
    expect(page.locator("h1")).to_have_text(re.compile("^What .* earned$"))
    if page.get_by_text("No data yet").count() == 0:  # a deal may have come of it, or not yet
        _plays(page, ".player video")


def test_from_a_deal_to_what_earned_it(page: Page) -> None:
    page.goto("/deals")
    page.locator("tbody tr", has=page.locator(".ad-name")).first.locator("th a").click()
    expect(page.locator("main")).to_contain_text("Which click brought it")
    page.get_by_role("link", name="What earned it").click()
    expect(page.locator("h1")).to_have_text(re.compile("^What earned deal"))
    if page.locator(".player video").count():
        _plays(page, ".player video")
    else:
        expect(page.locator("main")).to_contain_text("Nothing to play")


def _plays(page: Page, place: str) -> None:
    """Its frames are decoded one after the other."""
    video = f"document.querySelector('{place}')"
    page.evaluate(f"{video}.muted = true; {video}.play()")
    until(
        page, f"{video}.getVideoPlaybackQuality().totalVideoFrames > 3 && {video}.videoWidth > 0", seconds=30
    )
