"""One ad among winners: its film where it may be seen, what it is made of, what looks like it."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from kinoloop.core.clock import ManualClock
from kinoloop.learning.winners import operations
from kinoloop.learning.winners.records import Winner
from kinoloop.learning.winners.tables import winners as winner_table
from tests.learning.winners.makers import unit
from tests.web.house import START, House
from tests.web.test_money_pages import text_of
from tests.web.winners.conftest import Hx
from tests.web.winners.filling import fill_winners, films_of

TENANT = "main"


@pytest.fixture
def filled(house: House) -> House:
    fill_winners(house)
    return house


def test_a_winner_says_why_and_what_it_is_made_of(browser_like: TestClient, filled: House) -> None:
    page = text_of(browser_like, "/winners/ad-00")
    assert "Quay at dawn, hook A Winner" in page and "on the list since just now" in page
    assert "revenue per money spent (80 %:" in page and "37.8 conversions credited" in page
    assert "Hook Question" in page and "Captions Bold" in page and "Call to action Order" in page
    assert "Why is it &lt;still&gt; warm?" in page
    assert "Captions not known: the brief is not kept" in text_of(browser_like, "/winners/ad-01")
    assert "Its film was deleted." in page


def test_the_nearest_winners_are_named_with_their_likeness(browser_like: TestClient, filled: House) -> None:
    page = text_of(browser_like, "/winners/ad-00")
    alike = page[page.index("Winners that look like it") :]
    assert alike.index("Roasted at six likeness 1.00") < alike.index("Harbour, cut 4")
    assert "By bicycle" not in alike, "it has no vector"
    loser = text_of(browser_like, "/winners/ad-09")
    assert "Old sacks, long intro Loser" in loser and "Take it off" not in loser
    assert "Old sacks" not in loser[loser.index("Winners that look like it") :]


def test_an_ad_without_pictures_says_why(browser_like: TestClient, filled: House) -> None:
    assert "not known: half of it is cards." in text_of(browser_like, "/winners/ad-02")
    page = text_of(browser_like, "/winners/ad-03")
    assert "not known: this ad was not made here, so its pictures are not known." in page
    assert "This ad was not made here, so its pictures are not known." in page
    assert "not known: this ad was not made here" in page


def test_a_winner_alone_has_nobody_to_be_compared_with(browser_like: TestClient, house: House) -> None:
    with house.begin() as connection:
        one = Winner(TENANT, "only/one", "told", "On their word.", "look-1", unit("x"))
        operations.add_winner(connection, one, now=START)
    page = text_of(browser_like, "/winners/only/one")
    assert "No other winner has pictures" in page and "On their word." in page
    assert browser_like.get("/winners/nobody").status_code == 404


def test_one_that_was_taken_off_says_so_and_may_come_back(
    browser_like: TestClient, filled: House, hx: Hx, clock: ManualClock
) -> None:
    told = {"ad_id": "ad-00", "reason": "Its licence ran out"}
    browser_like.post("/winners/remove", headers=hx, data=told)
    page = text_of(browser_like, "/winners/ad-00")
    assert "Off the list (Owner, just now): Its licence ran out." in page and "Put back" in page
    assert "Take it off" not in page and "Roasted at six likeness 1.00" in page
    assert "Quay at dawn" not in text_of(browser_like, "/winners/ad-01"), "it is cited no more"


def test_films_are_played_by_those_who_may_see_them(
    browser_like: TestClient, house: House, tmp_path: Path, maker: tuple[TestClient, Hx]
) -> None:
    [(video_id, variant_id), *_] = films = films_of(house, tmp_path, 1)
    fill_winners(house, films)
    html = browser_like.get("/winners/ad-00").text
    place = f"/api/v2/jobs/{video_id}/data?variant={variant_id}"
    assert place in html and f"/videos/{video_id}" in html
    assert browser_like.get(place).status_code == 200
    assert f"/api/v2/jobs/{video_id}/thumbnail" in browser_like.get("/winners").text
    mia, _ = maker
    hers = text_of(mia, "/winners/ad-00")
    assert "Its film belongs to somebody else" in hers and video_id not in mia.get("/winners/ad-00").text


def test_a_film_known_only_from_the_winner_is_found(
    browser_like: TestClient, house: House, tmp_path: Path
) -> None:
    [(video_id, variant_id), *_] = films_of(house, tmp_path, 1)
    with house.begin() as connection:
        connection.execute(delete(winner_table))
        told = {"variant_id": variant_id, "video_id": video_id}
        operations.add_winner(connection, Winner(TENANT, "x", "told", "so", metadata=told), now=START)
    assert f"/videos/{video_id}" in browser_like.get("/winners/x").text
