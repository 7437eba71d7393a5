"""The wall of winners as a browser gets it: what stands in the rows, and nothing where nothing is known."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.learning.winners import operations, queries
from kinoloop.learning.winners.records import Winner
from kinoloop.web.pages.winners import wall
from tests.learning.winners.makers import judged as stands
from tests.learning.winners.makers import unit
from tests.web.house import START, House
from tests.web.test_money_pages import text_of
from tests.web.winners.conftest import Hx
from tests.web.winners.filling import USD, fill_winners

TENANT = "main"


@pytest.fixture
def filled(house: House) -> House:
    fill_winners(house)
    return house


def tell(house: House, ad_id: str, **more: object) -> None:
    """A winner on somebody's word."""
    with house.begin() as connection:
        one = Winner(TENANT, ad_id, "told", "Taken on the caller's word.", vector_reason="none was sent")
        operations.add_winner(connection, replace(one, **more), now=START)  # type: ignore[arg-type]


def test_an_empty_house_says_so_and_what_to_do(browser_like: TestClient) -> None:
    page = text_of(browser_like, "/winners")
    assert "No data yet" in page and "Connect an ad account" in page
    assert "Winners and losers" not in page and "80 %" not in page


def test_the_wall_has_every_winner_with_its_interval_and_its_sample(
    browser_like: TestClient, filled: House
) -> None:
    page = text_of(browser_like, "/winners")
    assert "Winners 9 on the list now Losers 12" in page and "Not enough data 3 of 26 ads judged" in page
    with filled.database.read() as connection:
        [one] = queries.standings(connection, TENANT, ad_ids=["ad-00"])
    told = one.standing
    assert told.mean and told.low and told.high
    assert f"{told.mean:.2f} back per 1 spent 80 %: {told.low:.2f} to {told.high:.2f}" in page
    assert (
        "Chance to be over 1.5: over 99" in page
        and "90,000 impressions, 1,150 clicks, 37.8 conversions, " in page
    )
    assert "USD 1,000.00 spent" in page and "By bicycle &lt;b&gt;" in page
    assert "Holds" in page and "Tires" in page
    order = [page.index(name) for name in ("Harbour, cut 8", "Harbour, cut 4", "Quay at dawn, hook A")]
    assert order == sorted(order), "the one that earned most for sure stands first"


def test_losers_stand_beside_on_the_same_line(browser_like: TestClient, filled: House) -> None:
    page = text_of(browser_like, "/winners")
    table = page[page.index("Winners and losers on one line") :]
    assert table.index("Quay at dawn") < table.index("Old sacks, long intro")
    assert "Old sacks, long intro Loser" in table and "Quay at dawn, hook A Winner" in table
    assert browser_like.get("/winners").text.count('<svg class="span-line"') >= 9 + 21


def test_what_winners_share_has_odds_q_and_abstentions(browser_like: TestClient, filled: House) -> None:
    page = text_of(browser_like, "/winners")
    with filled.database.read() as connection:
        found = queries.report(connection, TENANT)
    assert found is not None
    report, _ = found
    assert [one.trait for one in report.found] == ["hook_type", "hook_type"]
    assert f"{report.winners} winning films against {report.losers} losing films" in page
    assert "2 traits stand out; at most 10 % of what is named so may be chance." in page
    assert "Question Hook Helps × " in page and "Claim Hook Hurts × " in page
    assert "Fast Pacing Could be chance" in page
    assert f"Captions Not enough data: {report.abstained['caption_style']}" in page


def test_those_with_too_little_say_what_is_missing(browser_like: TestClient, filled: House) -> None:
    page = text_of(browser_like, "/winners")
    assert "Fog, teaser Too little to judge: 480 of 1,000 impressions, 9 of 30 clicks" in page
    assert "It wins when it is 90 % sure to return over 1.5 per 1 spent" in page
    assert "USD 50.00 spent" in page


def test_an_owner_takes_one_off_with_a_reason_and_puts_it_back(
    browser_like: TestClient, filled: House, hx: Hx, clock: ManualClock
) -> None:
    told = {"ad_id": "ad-00", "reason": "The offer has ended."}
    answer = browser_like.post("/winners/remove", headers=hx, data=told)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/winners#off")
    page = text_of(browser_like, "/winners")
    assert "Winners 8 on the list now" in page
    assert "Taken off the list Quay at dawn, hook A Owner, just now: The offer has ended." in page
    assert "7 winning films against 12 losing films" in page, "what winners share is reckoned without it"
    with filled.database.read() as connection:
        [gone] = queries.winners(connection, TENANT, ad_ids=["ad-00"], removed=True)
    assert (gone.removed_by, gone.removed_at) == ("owner", clock.now())

    answer = browser_like.post("/winners/restore", headers=hx, data={"ad_id": "ad-00"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/winners")
    with filled.database.read() as connection:
        back = queries.winner(connection, TENANT, "ad-00")
    assert "removed_why" not in back.metadata and back.vector is not None
    page = text_of(browser_like, "/winners")
    assert "Winners 9 on the list now" in page and "Taken off" not in page


def test_a_reason_is_asked_for_and_only_owners_decide(
    browser_like: TestClient, filled: House, hx: Hx, maker: tuple[TestClient, Hx]
) -> None:
    assert browser_like.post("/winners/remove", headers=hx, data={"ad_id": "ad-00"}).status_code == 422
    unknown = {"ad_id": "ad-99", "reason": "x"}
    assert browser_like.post("/winners/remove", headers=hx, data=unknown).status_code == 404
    mia, hers = maker
    told = {"ad_id": "ad-00", "reason": "x"}
    assert mia.post("/winners/remove", headers=hers, data=told).status_code == 403
    assert mia.post("/winners/restore", headers=hers, data=told).status_code == 403
    page = mia.get("/winners")
    assert page.status_code == 200 and "Quay at dawn" in page.text
    assert "Take it off" not in mia.get("/winners/ad-00").text


def test_what_the_rule_or_the_results_took_away_stays_away(
    browser_like: TestClient, filled: House, hx: Hx
) -> None:
    with filled.begin() as connection:
        operations.remove_winner(connection, TENANT, "ad-00", who=operations.RULE, now=START)
        operations.remove_winner(connection, TENANT, "ad-01", who="owner", now=START)
        operations.save_standings(connection, [stands("ad-01", "neither", over=0.4)])
    page = text_of(browser_like, "/winners")
    assert "It comes back by itself once it clears the bar again." in page
    assert "No reason was given. It is no winner any more: ad-01 is neither." in page
    assert "Put back" not in page
    for ad_id in ("ad-00", "ad-01"):
        answer = browser_like.post("/winners/restore", headers=hx, data={"ad_id": ad_id})
        assert answer.status_code == 409
    assert browser_like.post("/winners/restore", headers=hx, data={"ad_id": "ad-02"}).status_code == 409
    assert browser_like.post("/winners/restore", headers=hx, data={"ad_id": "ad-09"}).status_code == 404


def test_a_winner_on_somebodys_word_has_no_figures(browser_like: TestClient, house: House, hx: Hx) -> None:
    tell(house, "theirs/1")
    page = text_of(browser_like, "/winners")
    assert "theirs/1 Taken on the caller&#39;s word. Not measured here" in page
    assert "What winners share" in page and "No data yet: it is reckoned" in page
    browser_like.post("/winners/remove", headers=hx, data={"ad_id": "theirs/1", "reason": "why"})
    assert "No winner yet" in text_of(browser_like, "/winners")
    browser_like.post("/winners/restore", headers=hx, data={"ad_id": "theirs/1"})
    assert "No winner yet" not in text_of(browser_like, "/winners")


def test_many_winners_stand_on_several_pages(
    browser_like: TestClient, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall, "CARDS", 4)
    for number in range(6):
        tell(house, f"t-{number}", vector=unit(str(number)), space="look-1")
    first, second = text_of(browser_like, "/winners"), text_of(browser_like, "/winners?page=2")
    assert "t-3" in first and "t-4" not in first and "More winners" in first
    assert "t-4" in second and "t-0" not in second and "Before" in second and "More winners" not in second
    assert "No winner on this page" in text_of(browser_like, "/winners?page=3")


def test_accounts_are_named_where_there_are_several(browser_like: TestClient, filled: House) -> None:
    assert "Harbour</p>" not in browser_like.get("/winners").text
    with filled.begin() as connection:
        seen = Mirror("act_2", "Second shop", USD, "UTC", 100, (), START + timedelta(hours=1))
        save_mirror(connection, seen, tenant_id=TENANT, platform="meta")
    assert '<p class="soft note">Harbour</p>' in browser_like.get("/winners").text


def test_somebody_elses_tenant_is_not_shown(browser_like: TestClient, house: House) -> None:
    with house.begin() as connection:
        operations.save_standings(connection, [stands("secret", "winner", tenant="other")])
        operations.add_winner(connection, Winner("other", "secret", "told", "x"), now=START)
    assert "No data yet" in text_of(browser_like, "/winners")
    assert browser_like.get("/winners/secret").status_code == 404
