"""The page of changes: what waits with its reasons, what is on its way, the record."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.changes.tables import pending_ad_changes
from kinoloop.web.pages.ads.inbox import LINES
from tests.web.ads.reading import INLINE, text_of
from tests.web.advertising import MAIN, OWNER, SECOND, USD, Filler
from tests.web.house import House


def test_it_says_what_brings_changes_and_how_to_connect(browser_like: TestClient) -> None:
    said = text_of(browser_like.get("/changes").text)
    assert "No changes yet" in said and "Connect an account" in said
    said = text_of(browser_like.get("/accounts").text)
    for words in ("META_ACCESS_TOKEN", "META_AD_ACCOUNT_ID", "kinoloop sandbox", "ask me first"):
        assert words in said, words


def test_an_account_without_changes(browser_like: TestClient, house: House) -> None:
    house.ads.read(MAIN, "Harbour Roast", USD, "Europe/Lisbon")
    assert "To the accounts" in browser_like.get("/changes").text
    said = text_of(browser_like.get(f"/accounts/{MAIN}").text)
    for words in ("There is nothing in this account.", "Nothing was set by anybody", "not compared"):
        assert words in said, words


@pytest.mark.parametrize("path", ["/changes/nothing", "/accounts/act_0", "/parts/accounts/act_0"])
def test_unknown_ids(browser_like: TestClient, path: str) -> None:
    assert browser_like.get(path).status_code in (404, 422)
    assert browser_like.get(f"/changes/{new_id()}").status_code == 404


def test_a_card_tells_what_why_what_it_brings_and_what_the_limits_say(
    browser_like: TestClient, ids: dict[str, str]
) -> None:
    page = browser_like.get("/changes").text
    said = text_of(page)
    for words in (
        "Raise the budget of ad set “Runners, 25 to 44” to USD 60.00 a day",
        "in Autumn mornings, account Harbour Roast",
        "From USD 50.00 a day → to USD 60.00 a day +20 % USD 10.00 more a day",
        "Its ads brought 9 deals in 14 days",
        "About 2 more leads a day at the same cost.",
        "USD 26.00 likely USD -4.00 to USD 58.00",
        "Worst case a day USD 17.50",
        "Confidence 83 %",
        "No limit stands in the way now.",
        "USD 40.00 and USD 60.00",
        "USD 17.50 of USD 50.00 A person's yes adds nothing to it.",
        "1 of 60",
        "Proposed by the budget decisions, 4 min ago.",
    ):
        assert words in said, words
    assert not INLINE.search(page) and "None" not in said and "!" not in said


def test_what_would_be_stopped_says_so_and_is_not_pressed_on_anybody(
    browser_like: TestClient, ids: dict[str, str]
) -> None:
    card = (
        browser_like.get("/changes?show=waiting")
        .text.split(f'id="card-{ids["fast"]}"')[1]
        .split("</li>\n<li")[0]
    )
    said = text_of(card)
    for words in (
        "It would be stopped now",
        "by more than 20% within 6 hours",
        "Ask for USD 24.00 to USD 36.00",
        "shows ad a3 otherwise than approved",
        "not known: no figure came with the proposal",
    ):
        assert words in said, words
    assert f'<button class="" type="submit" id="yes-{ids["fast"]}">' in card


def test_what_is_on_its_way(browser_like: TestClient, ids: dict[str, str]) -> None:
    said = text_of(browser_like.get("/changes?show=going").text)
    for words in (
        "Pause ad set “Like our best buyers”",
        "Goes out in ",
        "A worker looks at the platform",
        "It was sent and no answer came.",
        "Nothing is sent again before the platform was read",
        "Call it off",
    ):
        assert words in said, words
    assert "Raise the budget of ad set “Runners" not in said


def test_the_record_tells_who_when_before_after_and_the_raw_answer(
    browser_like: TestClient, ids: dict[str, str]
) -> None:
    said = text_of(browser_like.get("/changes").text)
    for words in (
        "Rejected by owner on 2026-11-20 06:03 UTC: Those days were the holidays.",
        '"fbtrace_id": "A9x"',
        '"x-fb-trace-id": "Cta2"',
        "Approved by automation, inside the limits",
        "Stopped by a limit",
        "Asked for USD 48.00 a day +60 %",
        "Read back Paused",
        "Made, taken back later",
        "The platform was not asked.",
        "Proposed by a program",
        "worker-1",
    ):
        assert words in said, words


def test_it_is_narrowed_to_an_account_and_a_state(browser_like: TestClient, ids: dict[str, str]) -> None:
    assert "No changes in this account yet" in browser_like.get(f"/changes?account={SECOND}").text
    assert "No changes in this account yet" in browser_like.get("/changes?account=act_0").text
    page = browser_like.get(f"/changes?account={MAIN}&show=back").text
    assert "Raise the bid of ad set" in page and "Pause ad" not in page
    assert f'href="/changes?account={MAIN}&amp;show=made"' in page
    assert browser_like.get("/changes?show=odd").status_code == 422
    assert "The record" not in browser_like.get("/changes?show=waiting").text


def test_nothing_waits(browser_like: TestClient, house: House, ids: dict[str, str]) -> None:
    for name in ("proposed", "fast"):
        house.ads.reject(ids[name], who=OWNER, why="Not now")
    assert "Nothing waits for you." in browser_like.get("/changes").text
    house.ads.platform.failing.clear()
    with house.begin() as connection:
        connection.execute(update(pending_ad_changes).values(status="completed"))
    assert "Nothing in this state" in browser_like.get("/changes?show=going").text


def test_older_ones_are_on_further_pages(
    browser_like: TestClient, house: House, clock: ManualClock, ids: dict[str, str]
) -> None:
    filler = Filler(house.ads, clock)
    filler.keys = iter(range(100, 200))
    for number in range(LINES):
        made = filler.wish("c1", "PAUSED", f"Reason {number}")
        house.ads.reject(made.change_id, who=OWNER, why="no")
    first = browser_like.get("/changes").text
    more = re.search(r'href="(/changes\?before=[^"]+)"', first)
    assert more and "Reason 0" in first and "Fog, long cut" not in first
    assert "Fog, long cut" in browser_like.get(more[1]).text
    assert "Waiting for you</h2>" not in browser_like.get(more[1]).text


def test_more_than_fits_is_said(
    browser_like: TestClient, house: House, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kinoloop.web.pages.ads.inbox.CARDS", 1)
    said = text_of(browser_like.get("/changes").text)
    assert "3 more open changes not shown here." in said


def test_it_is_drawn_anew_only_when_something_changed(
    browser_like: TestClient, house: House, clock: ManualClock, ids: dict[str, str]
) -> None:
    poll = re.search(r'hx-get="(/parts/changes\?seen=\w+)"', browser_like.get("/changes").text)
    assert poll
    assert browser_like.get(poll[1]).status_code == 204
    house.ads.reject(ids["approved"], who=OWNER, why="Changed my mind")
    part = browser_like.get(poll[1])
    assert part.status_code == 200 and '<div id="changes"' in part.text and "<html" not in part.text
    assert "Changed my mind" in part.text
    assert browser_like.get("/parts/changes").status_code == 200


def test_a_stopped_account_is_said_above(browser_like: TestClient, house: House, ids: dict[str, str]) -> None:
    house.ads.kill(MAIN, who=OWNER, reason="Numbers look wrong")
    page = browser_like.get("/changes").text
    assert "Harbour Roast is stopped." in page and "It would be stopped now" in page
    assert "Harbour Roast is stopped." not in browser_like.get(f"/changes?account={SECOND}").text


def test_the_outlook_of_what_waits_for_its_jitter(
    house: House, ids: dict[str, str], browser_like: TestClient
) -> None:
    """An approved change that a limit holds back says so where it waits."""
    house.ads.kill(MAIN, who=OWNER, reason="Odd")
    said = text_of(browser_like.get("/changes?show=going").text)
    assert "It would be stopped now" in said and "stopped all changes to Harbour Roast" in said
