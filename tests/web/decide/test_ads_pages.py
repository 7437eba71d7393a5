"""Ads as a browser gets them: every figure is of a row, what is not known is said."""

import re
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete

from kinoloop.core.ids import new_id
from kinoloop.creative.videos.tables import generated_videos
from kinoloop.delivery.accounts.tables import ad_entities
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions import operations, queries
from kinoloop.learning.decisions.policies import policy_of, versions
from kinoloop.learning.decisions.rules.deciding import decide
from kinoloop.learning.revenue.tables import synthetic_revenue_config
from kinoloop.learning.winners.tables import ad_standings
from kinoloop.web.users.operations import add_user
from tests.delivery.made import NOW, USD, made
from tests.learning.decisions.views import known
from tests.learning.decisions.worlds import ACCOUNT
from tests.web.ads.reading import INLINE, text_of
from tests.web.decide.living import SAMPLE, SEEN, Life


def page(client: TestClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    text = text_of(answer.text)
    assert not INLINE.search(answer.text) and "None" not in text
    return text


def test_a_row_tells_what_the_round_told(browser_like: TestClient, life: Life) -> None:
    text = page(browser_like, "/ads")
    with life.house.database.read() as connection:
        lines = queries.lines(connection, life.rounds[-1].decision_id)
    assert len(lines) == 5
    for line in lines:
        assert line.mean is not None and line.low is not None and line.high is not None
        assert f"{line.mean:.2f} {line.low:.2f} to {line.high:.2f}" in text, line.name
    assert "Winner" in text and "not as approved" in text and "Decided 20 min ago" in text
    assert "The next round of decisions is due in 21 min" in text
    assert "Sample" in text and "1 ad was in no round yet" in text
    html = browser_like.get("/ads").text
    assert html.count('<svg class="plot') == 5 and html.count('class="hill"') == 5
    undecided = sum(one.budget for one in lines if one.word == "not_enough_data")
    assert undecided and f"{USD.show(undecided)} a day goes to ads that nobody can judge yet" in text


def test_rows_are_narrowed_and_paged(browser_like: TestClient, life: Life) -> None:
    alone = page(browser_like, f"/ads?account={ACCOUNT}&start=3")
    assert "Old sacks" in alone and "By bicycle" not in alone and "No data yet" not in alone
    assert "That round had no more ads." in page(browser_like, f"/ads?account={ACCOUNT}&start=9")
    assert "There is no such account" in page(browser_like, "/ads?account=act_9")
    assert browser_like.get("/ads?start=-1").status_code == 422


def many(life: Life, count: int) -> None:
    """A round of so many ads by a policy that forms no posterior."""
    tree = (made("campaign", "c1"), made("adset", "s1", "c1", daily_budget=100 * count))
    ads = tuple(made("ad", f"b{n:03}", "s1") for n in range(count))
    told = replace(known((*tree, *ads)), at=SEEN)
    wanted = decide(told, policy_of("equal", BanditSettings(), USD), BanditSettings())
    with life.house.begin() as connection:
        operations.record(connection, wanted, (), (), key="many", made_by=versions(), new_id=new_id)


def test_many_ads_without_a_posterior(browser_like: TestClient, life: Life) -> None:
    many(life, 120)
    html = browser_like.get(f"/ads?account={ACCOUNT}").text
    text = page(browser_like, f"/ads?account={ACCOUNT}")
    assert html.count("<tr class=") == 100 and "More of its 120 ads" in text
    assert "not known" in text and '<svg class="plot' not in html and "ruler-of" not in html
    more = re.search(r'href="(/ads\?account=act_1&amp;start=100)"', html)
    assert more and browser_like.get(more[1].replace("&amp;", "&")).text.count("<tr class=") == 20
    one = page(browser_like, "/ads/b000")
    assert "not known" in one and "How it came about" not in one and "Why it is expected" not in one


def test_one_ad_with_everything(browser_like: TestClient, life: Life) -> None:
    text = page(browser_like, "/ads/a1")
    assert "Spring, leads \u203a Runners, 25 to 44" in text and "At the platform: running" in text
    assert "A usual ad here returns" in text and "Its own results" in text
    assert text.count("2026-03-01 12:00 UTC") and "Every decision about it" in text
    assert "Spring , version A (the master), 9:16." in text and "harbour.mp4 0:04.5-0:07.5" in text
    assert "a1-0" in text and "more deals with less." in text and "100 %" in text
    html = browser_like.get("/ads/a1").text
    assert 'src="/api/v2/jobs/v-1/data?variant=' in html and html.count('class="band"') == 1
    assert f"/decisions/{life.rounds[0].decision_id}" in html and "/lineage/deals/a1-0" in html


def test_changes_of_an_ad_are_those_of_what_it_hangs_under(browser_like: TestClient, life: Life) -> None:
    assert "Pause ad \u201cOld sacks <b>\u201d" in page(browser_like, "/ads/a3")
    text = page(browser_like, "/ads/a5")
    assert "Raise the budget of campaign \u201cAlways on\u201d" in text
    assert "not known: this ad was not published from here" in text


def test_an_ad_in_no_round_and_one_that_left_the_mirror(browser_like: TestClient, life: Life) -> None:
    fresh = page(browser_like, "/ads/sample-ad")
    assert "No data yet" in fresh and "Sample" in fresh and "Nothing was changed or proposed" in fresh
    with life.house.begin() as connection:
        connection.execute(delete(ad_entities).where(ad_entities.c.entity_id == "a4"))
        connection.execute(delete(ad_entities).where(ad_entities.c.entity_id == "c2"))
    gone = page(browser_like, "/ads/a4")
    assert "not in the mirror of the account" in gone and "Six in the morning" in gone
    assert "Everyone in the city" in page(browser_like, "/ads/a5")
    assert "Nothing is known of an ad" in page(browser_like, "/ads/nothing", 404)
    assert "Nothing is known of an ad" in page(browser_like, "/ads/s1", 404)


def test_without_a_table_or_a_video_it_says_so(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        connection.execute(delete(synthetic_revenue_config))
        connection.execute(delete(generated_videos).where(generated_videos.c.id == "v-1"))
    text = page(browser_like, "/ads/a1")
    assert "choose a table of stages" in text and "version A" in text
    assert "<video" not in browser_like.get("/ads/a1").text


def test_makers_look_and_do_not_see_others_films(life: Life, client: TestClient) -> None:
    with life.house.begin() as connection:
        _, key = add_user(connection, name="Mia", now=NOW, new_id=new_id)
    client.headers["authorization"] = f"Bearer {key}"
    client.headers["accept"] = "text/html"
    assert "Decide now" not in page(client, "/ads")
    assert "version A" in page(client, "/ads/a1") and "<video" not in client.get("/ads/a1").text


@pytest.mark.parametrize("verdict", ["SATURATED", "HEALTHY"])
def test_tired_ads_are_named(browser_like: TestClient, life: Life, verdict: str) -> None:
    with life.house.begin() as connection:
        connection.execute(ad_standings.update().values(fatigue=verdict))
    assert ("Seen too often" in page(browser_like, "/ads")) == (verdict == "SATURATED")


def test_the_sample_is_labelled_on_its_own_page(browser_like: TestClient, life: Life) -> None:
    assert "Demo, services Sample" in page(browser_like, f"/ads?account={SAMPLE}")
