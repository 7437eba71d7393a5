"""The page of one change, in each of its states."""

import html
import re
from dataclasses import replace

from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.currency import currency
from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.changes.queries import changes
from kinoloop.delivery.changes.records import Expected, Proposal
from tests.web.ads.reading import INLINE, text_of
from tests.web.advertising import MAIN, OWNER, USD
from tests.web.house import House

GUARDS = GuardSettings(daily_loss_bound=5000)


def test_every_state_has_its_page(browser_like: TestClient, ids: dict[str, str]) -> None:
    for state, change_id in ids.items():
        page = browser_like.get(f"/changes/{change_id}").text
        assert not INLINE.search(page) and "None" not in text_of(page), state
        assert "What stood there when it was proposed" in page
        still_open = state in ("proposed", "fast", "approved", "claimed", "unknown")
        assert ('hx-trigger="every 3s"' in page) == still_open, state
        assert (f'id="back-{change_id}"' in page) == (state in ("completed", "revert", "auto")), state


def test_nobody_was_asked_for_what_automation_did(browser_like: TestClient, ids: dict[str, str]) -> None:
    said = text_of(browser_like.get(f"/changes/{ids['auto']}").text)
    assert "Nobody was asked: automation, inside the limits." in said
    assert "USD 35.00" not in said and "USD 17.50 after this change." in said


def test_what_stood_there_is_shown(browser_like: TestClient, ids: dict[str, str]) -> None:
    said = text_of(browser_like.get(f"/changes/{ids['proposed']}").text)
    for words in ("campaign Autumn mornings Running", "ad set Runners, 25 to 44 Running USD 50.00 a day",
                  "ad Fog, long cut Paused"):  # fmt: skip
        assert words in said, words


def test_the_part_is_fresh_only_when_needed(
    browser_like: TestClient, house: House, ids: dict[str, str]
) -> None:
    place = f"/changes/{ids['proposed']}"
    poll = re.search(r'hx-get="(/parts/changes/[^"]+seen=\w+)"', browser_like.get(place).text)
    assert poll and browser_like.get(poll[1]).status_code == 204
    house.ads.approve(ids["proposed"], who=OWNER)
    assert "Goes out" in browser_like.get(poll[1]).text


def test_a_change_of_something_that_is_gone_has_no_outlook(
    browser_like: TestClient, house: House, clock: ManualClock, ids: dict[str, str]
) -> None:
    clock.advance(60)
    for gone in ("s1", "a1", "a2"):
        del house.ads.platform.there[gone]
    house.ads.read(MAIN, "Harbour Roast", USD, "Europe/Lisbon")
    said = text_of(browser_like.get(f"/changes/{ids['proposed']}").text)
    assert "What the limits would say is not known: it was not there any more" in said


def test_a_change_waits_for_the_hour(browser_like: TestClient, house: House, ids: dict[str, str]) -> None:
    house.ads.set_guards(MAIN, replace(GUARDS, rate_per_account=1), who=OWNER)
    said = text_of(browser_like.get(f"/changes/{ids['proposed']}").text)
    assert "It would wait until 2026-11-20 13:00 UTC." in said or "It would wait until 2026-11-20 12:" in said
    assert "1 of 1 changes were made to this account within the hour." in said


def test_a_dry_run_and_a_creative_are_said_as_such(
    browser_like: TestClient, house: House, ids: dict[str, str]
) -> None:
    wish = Proposal(
        MAIN, "ad", "a5", "creative", "k9", "A fresh one", "api", "dry", Expected("x"), dry_run=True
    )
    made = house.ads.propose(wish)
    said = text_of(browser_like.get(f"/changes/{made.change_id}").text)
    assert "Try out only: show creative k9 in ad “By bicycle, master”" in said
    assert "From creative k5 → to creative k9" in said


def test_an_unknown_change_is_settled_by_reading(
    house: House, clock: ManualClock, ids: dict[str, str], browser_like: TestClient
) -> None:
    clock.advance(700)
    house.ads.work()
    said = text_of(browser_like.get(f"/changes/{ids['unknown']}").text)
    assert "Made and read back" in said and '"reconciled": "by reading"' in said
    with house.database.read() as connection:
        assert not changes(connection, states=("unknown",))
    assert currency("USD") == USD


def test_what_is_no_id_is_not_there(browser_like: TestClient, ids: dict[str, str]) -> None:
    for path in ("/changes/xyz", "/parts/changes/xyz", "/accounts/xyz", "/deals/xyz"):
        answer = browser_like.get(path)
        assert answer.status_code == 404, path
    assert "There is no change with the id 'xyz'." in html.unescape(browser_like.get("/changes/xyz").text)
