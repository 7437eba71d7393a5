"""A yes covers what was seen, a no has a reason, what was made is taken back; and who may decide."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.errors import PassingError
from tests.web.ads.reading import account_of, seen_of, state_of, text_of
from tests.web.advertising import MAIN
from tests.web.house import House


def test_a_yes_covers_what_was_seen(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/changes/{ids['proposed']}"
    sha256 = seen_of(browser_like.get("/changes").text, ids["proposed"])
    answer = browser_like.post(
        f"{place}/approve", data={"sha256": sha256}, headers=hx | {"hx-target": "changes"}
    )
    assert answer.status_code == 200 and '<div id="changes"' in answer.text
    assert state_of(house, ids["proposed"]) == "approved"
    page = text_of(browser_like.get(place).text)
    assert "Approved by Owner" in page and "Exactly this: adset s1 budget USD 50.00 -> USD 60.00" in page


def test_a_change_that_is_another_by_now_is_refused(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/changes/{ids['proposed']}/approve"
    late = browser_like.post(place, data={"sha256": "0" * 64}, headers=hx)
    assert late.status_code == 409 and "This is not what was looked at" in late.text
    blind = browser_like.post(place, data={}, headers=hx)
    assert blind.status_code == 422 and "It is not told what was looked at." in blind.text
    assert state_of(house, ids["proposed"]) == "proposed"


def test_a_no_has_a_reason(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    place = f"/changes/{ids['fast']}/reject"
    assert "A no needs a reason." in browser_like.post(place, data={"why": " "}, headers=hx).text
    answer = browser_like.post(place, data={"why": "Too fast"}, headers=hx | {"hx-target": "change"})
    assert answer.status_code == 200 and '<div id="change"' in answer.text and "Too fast" in answer.text
    again = browser_like.post(f"/changes/{ids['completed']}/reject", data={"why": "x"}, headers=hx)
    assert again.status_code == 409


def test_an_approval_is_called_off_before_a_worker_has_it(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    browser_like.post(f"/changes/{ids['approved']}/reject", data={"why": "Wait"}, headers=hx)
    assert state_of(house, ids["approved"]) == "rejected"
    late = browser_like.post(f"/changes/{ids['claimed']}/reject", data={"why": "Wait"}, headers=hx)
    assert late.status_code == 409 and state_of(house, ids["claimed"]) == "claimed"


def test_what_was_made_is_taken_back_by_a_change_of_its_own(
    browser_like: TestClient,
    house: House,
    clock: ManualClock,
    ids: dict[str, str],
    hx: dict[str, str],
) -> None:
    answer = browser_like.post(f"/changes/{ids['completed']}/revert", headers=hx)
    assert answer.status_code == 204
    place = answer.headers["hx-redirect"]
    page = browser_like.get(place).text
    said = text_of(page)
    assert "Take back: switch on ad “Fog, long cut”" in said and "It takes back an earlier change" in said
    change_id = place.rpartition("/")[2]
    browser_like.post(f"{place}/approve", data={"sha256": seen_of(page, change_id)}, headers=hx)
    clock.advance(3600)
    assert "applied" in house.ads.work()
    assert state_of(house, ids["completed"]) == "reverted"
    assert "Take back</button>" not in browser_like.get(f"/changes/{ids['completed']}").text


def test_what_was_not_made_or_moved_since_cannot_be_taken_back(
    browser_like: TestClient, house: House, ids: dict[str, str], hx: dict[str, str]
) -> None:
    assert browser_like.post(f"/changes/{ids['failed']}/revert", headers=hx).status_code == 409
    house.ads.platform.set("a2", status="ARCHIVED")
    answer = browser_like.post(f"/changes/{ids['completed']}/revert", headers=hx)
    assert answer.status_code == 409 and "Somebody changed it since" in answer.text


def test_it_works_without_scripts(
    browser_like: TestClient, house: House, ids: dict[str, str], proof: str
) -> None:
    page = browser_like.get("/changes").text
    forms = re.findall(r'<form[^>]*method="post" action="([^"]+)"', page)
    assert forms and all(f"proof={proof}" in action for action in forms)
    place = f"/changes/{ids['proposed']}"
    yes = browser_like.post(f"{place}/approve?proof={proof}", data={"sha256": seen_of(page, ids["proposed"])})
    assert (yes.status_code, yes.headers["location"]) == (303, place)
    assert browser_like.post(f"{place}/reject?proof=wrong", data={"why": "x"}).status_code == 403
    no = browser_like.post(f"{place}/reject?proof={proof}", data={"why": ""})
    assert no.status_code == 422 and "<html" in no.text and "A no needs a reason." in no.text


def test_makers_look_and_stop_and_do_not_decide(
    maker: tuple[TestClient, dict[str, str]], house: House, ids: dict[str, str]
) -> None:
    browser, headers = maker
    page = browser.get("/changes").text
    assert "An owner of the house decides about it." in page and "/approve" not in page
    for path in (
        f"/changes/{ids['proposed']}/approve",
        f"/changes/{ids['proposed']}/reject",
        f"/changes/{ids['completed']}/revert",
        f"/accounts/{MAIN}/authority",
        f"/accounts/{MAIN}/limits",
        f"/accounts/{MAIN}/levels",
        f"/accounts/{MAIN}/revive",
    ):
        answer = browser.post(
            path, data={"why": "x", "sha256": "0" * 64, "authority": "auto"}, headers=headers
        )
        assert answer.status_code == 403 and "Only owners decide about ad money." in answer.text, path
    stopped = browser.post(f"/accounts/{MAIN}/kill", data={"reason": "Odd"}, headers=headers)
    assert stopped.status_code == 204 and account_of(house).killed_at is not None
    page = browser.get(f"/accounts/{MAIN}").text
    assert "Only an owner of the house may start it again." in page and "Mia" in page
    assert "Save the limits" not in page and "Accept these budgets" not in page


def test_a_platform_that_is_away_is_said(
    house: House,
    ids: dict[str, str],
    browser_like: TestClient,
    hx: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def away(*_: Any) -> Any:
        raise PassingError("The platform does not answer.", fix="Try again in a minute.")

    monkeypatch.setattr(house.ads.platform, "look", away, raising=False)
    answer = browser_like.post(f"/changes/{ids['completed']}/revert", headers=hx)
    assert answer.status_code >= 500 and "The platform does not answer." in answer.text
