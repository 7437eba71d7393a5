"""Lineage as a browser and a program get it: all of it there, adding up, and honest about the unknown."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import delete

from kinoloop.core.clock import ManualClock
from kinoloop.core.currency import Currency
from kinoloop.footage.intake.tables import assets
from kinoloop.learning.attribution.records import MODELS
from kinoloop.learning.lineage.records import Source
from kinoloop.web.pages.learn.cuts import still_of
from kinoloop.web.pages.learn.footage_story import bars_of
from kinoloop.web.pages.learn.rivers import FLOW, MOST, rivers_of
from kinoloop.web.site import create_site
from tests.learning.lineage.chain import WON
from tests.learning.lineage.test_lineage_rules import credit, film, sale, scene
from tests.web.earning import fill_table
from tests.web.house import House
from tests.web.lineage import Known, fill_lineage, with_lineage
from tests.web.test_money_pages import text_of

API = "/api/v2/lineage"
MONEY = "USD 12,345.67"


@pytest.fixture
def site(house: House, clock: ManualClock) -> FastAPI:
    return with_lineage(create_site(house, clock=clock))


@pytest.fixture
def known(house: House, tmp_path: Path) -> Known:
    return fill_lineage(house, tmp_path)


def told(client: TestClient, path: str, status: int = 200) -> Any:
    answer = client.get(API + path)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_nothing_yet_is_said(house: House, browser_like: TestClient, client: TestClient) -> None:
    page = text_of(browser_like, "/lineage")
    assert "No data yet" in page and "choose a table of stages" in page
    told(client, "", 404)
    fill_table(house)
    assert "No deal is won yet." in text_of(browser_like, "/lineage")
    assert told(client, "") == {"deals": [], "footage": [], "unsold": [], "more": False}
    assert "Nothing is known of deal" in text_of(browser_like, "/lineage/deals/1", 404)
    told(client, "/deals/1", 404)


def test_footage_that_earned_nothing_says_why(browser_like: TestClient, known: Known) -> None:
    page = text_of(browser_like, f"/lineage/footage/{known.other}")
    assert "No data yet" in page and "No ad that was published from here shows this file" in page
    unknown = text_of(browser_like, f"/lineage/footage/{known.other}?clip={known.clip_id}", 404)
    assert "has no such shot" in unknown


def test_the_list_has_won_deals_and_the_footage_in_them(browser_like: TestClient, known: Known) -> None:
    page = text_of(browser_like, "/lineage")
    assert f"Deal 9001 most of it: harbour.mp4 0:04.5-0:07.5 {MONEY} 67 % own footage" in page
    assert f"Deal 9005 no ad known {MONEY} 0 % own footage" in page
    assert f"Deal 9004 no own footage known in it {MONEY}" in page
    assert "9006" not in page and "9007" not in page
    assert "harbour.mp4 2 stretches in 2 ads, best 0:04.5-0:07.5" in page
    assert "Counted over the 5 won deals." in page


def test_a_deal_shows_each_second_its_money_and_what_is_nobodys(
    browser_like: TestClient, known: Known
) -> None:
    page = text_of(browser_like, "/lineage/deals/9001")
    assert "Own footage USD 8,230.45 67 % of it" in page and "Text cards USD 4,115.22 33 % of it" in page
    assert "First clicked 3 days before, 1 click." in page
    assert "It showed Spring , version A (the master), 9:16." in page
    assert "0:00-0:03 Hook 190 g? harbour.mp4 0:04.5-0:07.5 USD 4,115.23" in page
    assert "0:06-0:09 Hook Try it. Text cards USD 4,115.22" in page
    assert f"Together {MONEY}" in page and "No ad known" not in page
    html = browser_like.get("/lineage/deals/9001").text
    assert f'href="/media/assets/{known.asset_id}#t=4.5,7.5"' in html
    unsure = text_of(browser_like, "/lineage/deals/9003")
    assert "No ad known USD 4,629.63 37 % of it" in unsure.replace("38 %", "37 %")
    assert "The credited clicks are not certain" in unsure
    assert "Quay at dawn, &lt;b&gt;hook B&lt;/b&gt;" in unsure


def test_deals_without_an_ad_or_with_an_unknown_film_say_so(browser_like: TestClient, known: Known) -> None:
    nobody = text_of(browser_like, "/lineage/deals/9005")
    assert f"No ad known {MONEY} 100 % of it Nobody has looked" in nobody
    assert "All of its value stays unattributed" in nobody
    unknown = text_of(browser_like, "/lineage/deals/9004")
    assert "not known: The ad was not published from here" in unknown
    assert "Nothing to play: what the credited ads showed is not known." in unknown
    lost = text_of(browser_like, "/lineage/deals/9007")
    assert "This deal stands at nothing" in lost and "The chain below shows" in lost


def test_another_model_gives_the_money_to_another_ad(browser_like: TestClient, known: Known) -> None:
    first = text_of(browser_like, "/lineage/deals/9002?model=first")
    last = text_of(browser_like, "/lineage/deals/9002?model=last")
    assert f"Quay at dawn, hook A 100 % of the credit {MONEY} by model USD 0.00 to {MONEY}" in first
    assert "Quay at dawn, hook A 0 % of the credit USD 0.00" in last
    assert browser_like.get("/lineage/deals/9002?model=best").status_code == 422


def test_footage_shows_what_it_helped_win_and_the_deals(browser_like: TestClient, known: Known) -> None:
    path = f"/lineage/footage/{known.asset_id}"
    page = text_of(browser_like, path)
    assert "Helped win USD 21,604.93 with 80 % chance USD 16,460.90 to USD 24,691.35" in page
    assert "In open deals USD 1,333.34" in page and "Shown in 2 ads 5 deals" in page
    assert "0:04.5-0:07.5 Quay at dawn, hook A, Quay at dawn, &lt;b&gt;hook B&lt;/b&gt;" in page
    clip = text_of(browser_like, f"{path}?clip={known.clip_id}&model=first")
    assert "only 0:04-0:08" in clip and "harbour.mp4" in clip
    assert (
        f"/lineage/footage/{known.asset_id}?clip={known.clip_id}&amp;model=last"
        in browser_like.get(f"{path}?clip={known.clip_id}").text
    )


def test_footage_without_a_table_or_a_credit(house: House, browser_like: TestClient, known: Known) -> None:
    from kinoloop.learning.attribution.tables import attribution_credits
    from kinoloop.learning.revenue.tables import synthetic_revenue_config

    path = f"/lineage/footage/{known.asset_id}"
    with house.begin() as connection:
        connection.execute(delete(attribution_credits))
    page = text_of(browser_like, path)
    assert "2 published ads show this file, but no deal is credited to them yet." in page
    with house.begin() as connection:
        connection.execute(delete(synthetic_revenue_config))
    assert "choose a table of stages" in text_of(browser_like, path)


def test_a_file_that_left_the_library_is_still_told(
    house: House, browser_like: TestClient, known: Known
) -> None:
    with house.begin() as connection:
        connection.execute(delete(assets).where(assets.c.asset_id == known.asset_id))
    page = text_of(browser_like, "/lineage/deals/9001")
    assert "harbour.mp4 0:04.5-0:07.5 not in the library any more" in page
    assert "And back" not in page and "USD 8,230.45" in page
    assert "harbour.mp4" in text_of(browser_like, "/lineage")


def check(answer: Mapping[str, Any]) -> None:
    """A deal's answer adds up."""
    ads, rest = answer["ads"], answer["unattributed"]["amount"]
    assert sum(answer["places"].values()) == answer["value"]
    assert sum(ad["money"]["amount"] for ad in ads) + rest == answer["value"]
    for ad in ads:
        if ad["film"]:
            assert sum(one["money"]["amount"] for one in ad["scenes"]) == ad["money"]["amount"]


def test_programs_get_the_same(client: TestClient, known: Known) -> None:
    for number in range(1, 8):
        for model in MODELS:
            check(told(client, f"/deals/900{number}?model={model}"))
    deal = told(client, "/deals/9001")
    assert (deal["value"], deal["currency"], deal["won"]) == (WON, "USD", True)
    [ad] = deal["ads"]
    assert (ad["ad_id"], ad["share"], ad["clicks"]) == ("ad-1", 1.0, ["ann-ad-1-5"])
    assert ad["film"]["duration_ms"] == 9000 and ad["film"]["video_id"] == "v-1"
    source = ad["scenes"][0]["source"]
    assert (source["in_ms"], source["out_ms"]) == (4500, 7500)
    assert source["url"] == f"/media/assets/{known.asset_id}#t=4.5,7.5"
    assert client.get(source["url"]).status_code == 200
    assert ad["scenes"][2]["source"] is None
    assert told(client, "/deals/9005")["why_unattributed"] == "Nobody has looked for this deal's click yet."

    whole = told(client, f"/assets/{known.asset_id}")
    assert whole["earned"]["amount"] == sum(one["earned"]["amount"] for one in whole["spans"])
    assert {one["deal_id"] for one in whole["deals"]} == {"9001", "9002", "9003", "9006", "9007"}
    assert whole["likely_least"] <= whole["earned"]["amount"] <= whole["likely_most"]
    half = told(client, f"/assets/{known.asset_id}?in_ms=4500&out_ms=6000")
    assert 2 * half["earned"]["amount"] == pytest.approx(whole["spans"][0]["earned"]["amount"], abs=3)
    clip = told(client, f"/clips/{known.clip_id}")
    assert (clip["in_ms"], clip["out_ms"], clip["ads"]) == (4000, 8000, ["ad-1", "ad-2"])
    listed = told(client, "?limit=2")
    assert [one["deal_id"] for one in listed["deals"]] == ["9005", "9004"] and listed["more"]
    assert told(client, "")["footage"][0]["asset_id"] == known.asset_id


def test_programs_are_told_what_cannot_be(client: TestClient, known: Known) -> None:
    told(client, f"/assets/{known.asset_id}?in_ms=4500", 422)
    told(client, f"/assets/{known.asset_id}?in_ms=9&out_ms=9", 422)
    told(client, f"/assets/{known.clip_id}", 404)
    told(client, f"/clips/{known.asset_id}", 404)
    told(client, "/deals/9001?model=best", 422)


def test_spare_shots_are_offered(
    house: House, browser_like: TestClient, client: TestClient, known: Known
) -> None:
    from kinoloop.footage.analysis.operations import replace_shots
    from kinoloop.footage.analysis.queries import shots
    from tests.web.house import START

    with house.begin() as connection:
        made = shots(connection, known.asset_id)
        twin = [replace(one, embedding=made[1].embedding) if n == 5 else one for n, one in enumerate(made)]
        replace_shots(connection, known.asset_id, twin, now=START)
    page = text_of(browser_like, "/lineage")
    assert "Unsold minutes" in page and "harbour.mp4 0:20-0:24 looks like harbour.mp4 0:04.5-0:07.5" in page
    [spare] = told(client, "")["unsold"]
    assert (spare["source"]["in_ms"], spare["likeness"]) == (20000, 1.0)


def test_rivers_are_as_wide_as_their_money_and_stay_in_the_drawing() -> None:
    from kinoloop.learning.lineage.rules.tracing import trace

    scenes = [scene(n, 1000 * n, 1000 * n + 1000, f"a{n}", 0) for n in range(MOST + 3)]
    films = {"ad-1": film("f1", *scenes), "ad-2": film("f2", scene(0, 0, 500, None))}
    credits_ = (
        credit("ad-1", 0.5),
        credit("ad-2", 0.25),
        credit("ad-3", 0.125),
        credit("ad-1", 1.0, model="last"),
    )
    found = trace(
        sale(80_000, *credits_), lambda ad_id, _: (films.get(ad_id), None if ad_id in films else "why")
    )
    drawn = rivers_of(found, "matched", Currency("USD"), {"ad-1": "A name that is much too long for its box"})
    assert drawn is not None
    assert [box.kind for box in drawn.boxes[:5]] == ["deal", "ad", "ad", "ad", "nobody"]
    assert drawn.boxes[1].title.endswith("…") and drawn.boxes[1].text == "USD 400.00, 50 %"
    assert drawn.boxes[0].high == FLOW and drawn.boxes[1].high == FLOW / 2
    assert "4 more stretches" in [box.title for box in drawn.boxes]
    assert all(box.y >= 0 and box.y + box.high <= drawn.high + 0.1 for box in drawn.boxes)
    assert len(drawn.rivers) == 4 + (MOST - 1) + 1 + 1 + 1
    assert rivers_of(trace(sale(0), lambda *_: (None, "")), "matched", Currency("USD"), {}) is None


def test_stills_and_bars_need_a_length(house: House, known: Known) -> None:
    from kinoloop.footage.intake.queries import asset

    with house.database.read() as connection:
        found = asset(connection, known.asset_id)
    still = still_of(found, 13.0)
    assert still is not None and (still.x, still.high) == (160 * 10, 90)
    upright = replace(found, info={"video": {"width": 1080, "height": 1920}})
    assert still_of(upright, 0.0) == replace(still, x=0, high=284)
    assert still_of(replace(found, scrub_path=None), 1.0) is None
    assert still_of(replace(found, duration_seconds=None), 1.0) is None
    assert bars_of([], "matched", None) == bars_of([], "matched", 9.0) == ()
    assert Source("a", None, "f", 0, 1).clip_id is None
