"""The pages of ad accounts: mirror, limits, loss bound, alarms, kill switch."""

import html
import re
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from kinoloop.core.clock import ManualClock
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.drift.queries import open_drifts
from kinoloop.delivery.guards.queries import exposure
from kinoloop.runs.tables import jobs
from kinoloop.store.session import Database
from kinoloop.web.ads.words import (
    bound_sentence,
)
from kinoloop.web.pages.ads.limits import limits_said
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.site import create_site
from tests.web.ads.reading import INLINE, account_of, text_of
from tests.web.advertising import MAIN, OWNER, SECOND, USD, fill_ads
from tests.web.conftest import HERE
from tests.web.house import START, House, open_house

GUARDS = GuardSettings(daily_loss_bound=5000)
WRONG = (
    ("velocity", "150", "It must be 0.1 to 100 per cent."),
    ("velocity", "fast", "'fast' is not a number."),
    ("velocity", "", "Please fill it in."),
    ("daily_loss_bound", "12,50", "'12,50' is not a number."),
    ("daily_loss_bound", "1.005", "finer than USD allows"),
    ("daily_loss_bound", "-1", "0 or more"),
    ("rate_per_campaign", "2.5", "not a whole number"),
    ("rate_per_campaign", "0", "at least 1 change an hour"),
    ("budget_rate", "9", "1 to 4"),
    ("jitter_ms_min", "60", "below the longest wait"),
    ("max_daily_budget", "1e99", "not a usable number"),
    ("min_active_ads", "NaN", "not a usable number"),
)


def test_the_list_tells_the_bound_and_what_waits(
    browser_like: TestClient, house: House, ids: dict[str, str]
) -> None:
    house.ads.kill(SECOND, who=OWNER, reason="Odd")
    page = browser_like.get("/accounts").text
    said = text_of(page)
    for words in (
        "Automation may put at most USD 50.00 a day at risk over the budgets you approved; "
        "USD 17.50 is used.",
        "2 changes wait for you",
        "3 changes on the way",
        "1 ad not as approved",
        "Read 12 min ago.",
        "Ask me first",
        "Stopped",
        "it can lower and pause, never raise",
    ):
        assert words in said, words
    assert not INLINE.search(page)


def test_one_account_has_its_tree_limits_alarms_and_log(
    browser_like: TestClient, ids: dict[str, str]
) -> None:
    page = browser_like.get(f"/accounts/{MAIN}").text
    said = text_of(page)
    for words in (
        "USD 17.50 of USD 50.00",
        "Like our best buyers USD 80.00 USD 90.00 USD 17.50",
        "The platform may spend up to 75 % over a daily budget",
        "Old sacks a3",
        "Text: title Fresh today Fresh coffee deals",
        "Enhancement: image touchups off on",
        "The approved creative itself was altered.",
        "6 ads compared, 1 left out because nobody approved what they may show, 1 ad only in part",
        "Campaign Always on Running USD 130.00 a day, shared by its ad sets",
        "Ad set Everyone in the city Running from the campaign's budget",
        "Ad set Parents nearby Running USD 30.00 a day Learning",
        "Ad Six in the morning In review",
        "Changes in this account, this hour 1 of 60",
        "Budget changes of Always on 1 of 4",
        "Daily loss bound: USD 0.00 → to USD 50.00",
        "Largest daily budget: none → to USD 200.00",
        "Ask me first → to Inside the limits",
        "Least daily budget the platform takes: USD 1.00",
    ):
        assert words in said, words
    assert not INLINE.search(page) and "None" not in said and "!" not in said


def test_yen_have_no_cents(browser_like: TestClient, ids: dict[str, str]) -> None:
    page = browser_like.get(f"/accounts/{SECOND}").text
    assert "JPY 6,000 a day" in page and 'name="daily_loss_bound" value="0"' in page


def test_authority_is_set_and_logged(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/accounts/{MAIN}/authority"
    assert browser_like.post(place, data={"authority": "off"}, headers=hx).status_code == 204
    assert account_of(house).authority == "off"
    assert browser_like.post(place, data={"authority": "all"}, headers=hx).status_code == 422
    assert "Ask me first → to Off" in text_of(browser_like.get(f"/accounts/{MAIN}").text)


def test_limits_are_saved_in_human_units(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    account = account_of(house)
    typed = limits_said(account.guards, account.currency) | {
        "daily_loss_bound": "75.50",
        "velocity": "12.5",
        "cooldown_minutes": "45",
        "max_daily_budget": "",
        "min_daily_budget": "5",
        "jitter_ms_min": "4",
    }
    assert browser_like.post(f"/accounts/{MAIN}/limits", data=typed, headers=hx).status_code == 204
    now = account_of(house).guards
    assert (now.daily_loss_bound, now.velocity, now.cooldown_minutes) == (7550, 0.125, 45.0)
    assert (now.min_daily_budget, now.max_daily_budget, now.jitter_ms_min) == (500, None, 4000)
    said = text_of(browser_like.get(f"/accounts/{MAIN}").text)
    assert "A budget moves at most, in per cent: 20 → to 12.5" in said


def test_wrong_limits_are_marked_and_nothing_is_saved(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    before = account_of(house)
    for name, value, says in WRONG:
        typed = limits_said(before.guards, before.currency) | {name: value}
        answer = browser_like.post(f"/accounts/{MAIN}/limits", data=typed, headers=hx)
        assert answer.status_code == 422 and answer.headers["hx-retarget"] == "#limits", value
        error = re.search(rf'id="error-{name}">([^<]+)<', answer.text)
        assert error and says in html.unescape(error[1]), (name, value)
        assert f'name="{name}" value="{value}"' in answer.text and "Nothing was saved." in answer.text
    assert account_of(house).guards == before.guards


def test_wrong_limits_without_scripts(browser_like: TestClient, ids: dict[str, str], proof: str) -> None:
    answer = browser_like.post(f"/accounts/{MAIN}/limits?proof={proof}", data={"velocity": "20"})
    assert answer.status_code == 422 and "<html" in answer.text and "Please fill it in." in answer.text


def test_the_kill_switch_needs_a_reason_and_is_released_by_an_owner(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/accounts/{MAIN}"
    page = text_of(browser_like.get(place).text)
    assert "Your ads keep running and spending" in page and "also those already approved" in page
    assert browser_like.post(f"{place}/kill", data={"reason": ""}, headers=hx).status_code == 422
    assert account_of(house).killed_at is None
    browser_like.post(f"{place}/kill", data={"reason": "Numbers look wrong."}, headers=hx)
    said = text_of(browser_like.get(place).text)
    assert "All changes are stopped. Owner, just now: Numbers look wrong." in said
    assert "Stopped all changes : Numbers look wrong" in said
    browser_like.post(f"{place}/revive", headers=hx)
    assert account_of(house).killed_at is None
    assert "Let changes through again" in text_of(browser_like.get(place).text)


def test_todays_budgets_are_accepted_as_they_were_seen(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/accounts/{MAIN}"
    seen = re.search(r'name="seen" value="(\w+)"', browser_like.get(place).text)
    assert seen
    late = browser_like.post(f"{place}/levels", data={"seen": "other"}, headers=hx)
    assert late.status_code == 409 and "A budget has changed since you looked." in late.text
    with house.database.read() as connection:
        assert exposure(connection, MAIN).used == 1750
    assert browser_like.post(f"{place}/levels", data={"seen": seen[1]}, headers=hx).status_code == 204
    with house.database.read() as connection:
        assert exposure(connection, MAIN).used == 0
    said = text_of(browser_like.get(place).text)
    assert "Accepted today's budgets Like our best buyers: USD 80.00 → to USD 90.00" in said
    assert "Accept these budgets" not in said


def test_what_an_ad_shows_is_approved_as_it_was_seen(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/accounts/{MAIN}"
    found = re.search(
        r'action="(/accounts/\w+/drifts/[\w-]+/accept)[^>]*><input type="hidden" name="sha256" value="(\w+)"',
        browser_like.get(place).text,
    )
    assert found
    assert browser_like.post(found[1], data={"sha256": "0" * 64}, headers=hx).status_code == 409
    elsewhere = found[1].replace(MAIN, SECOND)
    assert browser_like.post(elsewhere, data={"sha256": found[2]}, headers=hx).status_code == 404
    assert browser_like.post(found[1], data={"sha256": found[2]}, headers=hx).status_code == 204
    with house.database.read() as connection:
        assert open_drifts(connection) == ()
    assert "not as approved" not in browser_like.get(place).text


def test_reading_now_starts_a_run_and_follows_it(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    answer = browser_like.post(f"/accounts/{MAIN}/pull", headers=hx)
    place = answer.headers["hx-redirect"]
    assert place.startswith(f"/accounts/{MAIN}?run=")
    run_id = place.rpartition("=")[2]
    page = browser_like.get(place).text
    assert "The account is being read." in page and f'href="/runs/{run_id}"' in page
    poll = re.search(r'hx-get="(/parts/accounts/[^"]+)"', page)
    assert poll and f"run={run_id}" in poll[1]
    assert browser_like.get(html.unescape(poll[1])).status_code == 204
    for status, words in (("completed", "The account was read."), ("failed", "ended early")):
        with house.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.id == run_id).values(status=status))
        assert words in browser_like.get(html.unescape(poll[1])).text
    assert browser_like.post("/accounts/act_0/pull", headers=hx).status_code == 404
    assert "being read" not in browser_like.get(f"/accounts/{MAIN}?run=nothing").text


def test_what_is_gone_is_left_out_unless_asked_for(
    browser_like: TestClient, house: House, clock: ManualClock, ids: dict[str, str]
) -> None:
    clock.advance(60)
    del house.ads.platform.there["c3"]
    house.ads.read(MAIN, "Harbour Roast", USD, "Europe/Lisbon")
    page = text_of(browser_like.get(f"/accounts/{MAIN}").text)
    assert "1 that is there no more is left out." in page and "Summer ice coffee" not in page
    whole = browser_like.get(f"/accounts/{MAIN}?gone=true").text
    assert "Summer ice coffee" in whole and "&amp;gone=true" in whole
    assert "Campaign Summer ice coffee Gone" in text_of(whole)


def test_a_full_hour_says_when_it_is_free(
    browser_like: TestClient, house: House, ids: dict[str, str]
) -> None:
    house.ads.set_guards(MAIN, replace(GUARDS, rate_per_account=1), who=OWNER)
    assert "The hour is full." in browser_like.get(f"/accounts/{MAIN}").text


def test_the_bound_is_a_persons_not_automations_when_it_is_nothing() -> None:
    assert "USD 3.00 a day stands over them now" in bound_sentence(300, 0, USD)


@pytest.mark.slow
def test_both_dialects_draw_the_same(database: Database, tmp_path: Path) -> None:
    clock = ManualClock(START)
    house = open_house(database, tmp_path, clock=clock)
    ids = fill_ads(house.ads, START)
    site = create_site(house, clock=clock)
    browser = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    browser.get(one_time_link(house, clock, HERE))
    for path in ("/changes", "/accounts", f"/accounts/{MAIN}", f"/changes/{ids['unknown']}"):
        assert browser.get(path).status_code == 200, path
    assert "USD 17.50 is used" in browser.get("/accounts").text
    house.runs.close()
