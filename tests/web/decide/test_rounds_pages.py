"""Rounds as a browser gets them: what was known, what was decided, what followed, the same bytes again."""

import re
from collections import Counter

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, update

from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts.operations import save_mirror
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.delivery.accounts.tables import ad_accounts, ad_entities
from kinoloop.delivery.changes.queries import changes
from kinoloop.learning.decisions import queries
from kinoloop.learning.decisions.tables import budget_views
from kinoloop.store.session import Database
from kinoloop.web.pages.decide.queries import NONE, asked, changes_of, changes_with, verdicts
from kinoloop.web.pages.decide.rounds import changes_words
from kinoloop.web.users.operations import add_user
from tests.delivery.made import NOW, USD
from tests.learning.decisions.worlds import ACCOUNT, Plain, full
from tests.web.decide.living import SAMPLE, Life
from tests.web.decide.test_ads_pages import page
from tests.web.test_v2_decisions import decided


@pytest.fixture
def proof(browser_like: TestClient) -> dict[str, str]:
    found = re.search(r'name="csrf" content="(\w+)"', browser_like.get("/system").text)
    assert found
    return {"x-kinoloop-csrf": found[1], "hx-request": "true"}


def test_rounds_are_listed_newest_first(browser_like: TestClient, life: Life) -> None:
    text = page(browser_like, "/decisions")
    assert text.index("2026-03-02 00:00") < text.index("2026-03-01 18:00") < text.index("2026-03-01 12:00")
    assert "3 changes: 3 waiting for a yes" in text and "USD 230.00" in text
    assert "Kinoloop's own, version 1" in text and "Not enough data 1" in text
    alone = page(browser_like, f"/decisions?account={SAMPLE}")
    assert "No data yet" in alone and "Decide now : Demo, services" in alone
    rest = page(browser_like, f"/decisions?after={life.rounds[-1].decision_id}")
    assert "2026-03-02 00:00" not in rest and "2026-03-01 18:00" in rest
    assert browser_like.get("/decisions?after=nonsense").status_code == 422


def test_many_rounds_have_pages(browser_like: TestClient, life: Life) -> None:
    for number in range(28):
        life.decide(12.2 + number / 4, make=lambda *_: Plain(), look=False)
    text = browser_like.get(f"/decisions?account={ACCOUNT}").text
    more = re.search(r'href="(/decisions\?after=[^"]+)"', text)
    assert more and "account=act_1" in more[1]
    assert "2026-03-01 12:00" in browser_like.get(more[1].replace("&amp;", "&")).text
    assert "nothing was asked for" in page(browser_like, "/decisions")


def test_one_round_tells_what_was_known_and_why(browser_like: TestClient, life: Life) -> None:
    told = life.rounds[-1]
    text = page(browser_like, f"/decisions/{told.decision_id}")
    assert "29.2 days, from 2026-01-31 18:00 UTC" in text and "89: 88 with a click id" in text
    assert "5 of 5" in text and "through the stages of a CRM" in text
    with life.house.database.read() as connection:
        lines = queries.lines(connection, told.decision_id)
        steps = queries.steps(connection, told.decision_id)
    for line in lines:
        assert line.reason in text
    for step in steps:
        assert step.expected.effect in text
    assert sum(line.share for line in lines) == pytest.approx(1) and "Share of the money" in text
    assert text.count("What its return is made of") == 5 and "Its own results" in text
    for note in told.notes:
        assert note in text
    assert f"kinoloop why {told.decision_id}" in text and "Policy ours 1" in text


def test_a_change_leads_to_the_round_behind_it(browser_like: TestClient, life: Life) -> None:
    with life.house.database.read() as connection:
        change = changes(connection, limit=1)[0]
    html = browser_like.get(f"/decisions/{change.change_id}").text
    assert 'class="current"' in html and f"/changes/{change.change_id}" in html
    assert "No decision and no change" in page(browser_like, "/decisions/nothing", 404)


def test_replay_says_that_the_bytes_are_the_same(browser_like: TestClient, life: Life) -> None:
    told = life.rounds[0]
    part = browser_like.get(
        f"/parts/decisions/{told.decision_id}/replay", headers={"hx-request": "true"}
    ).text
    assert "The same bytes." in part and part.count(told.round_sha256) == 2 and "<html" not in part
    assert "The same bytes." in page(browser_like, f"/decisions/{told.decision_id}?replayed=true")
    assert browser_like.get("/parts/decisions/nothing/replay").status_code == 404


def test_replay_says_why_they_are_not(browser_like: TestClient, life: Life) -> None:
    other = life.decide(20, make=lambda *_: Plain({"a1": "killed"}, {"a5": 9_600}))
    part = page(browser_like, f"/parts/decisions/{other.decision_id}/replay")
    assert "Not the same." in part and "no policy 'plain 1'" in part
    assert "not known: it could not be decided again" in part
    text = page(browser_like, f"/decisions/{other.decision_id}")
    assert "As it was told." in text and "Because of a1." in text
    assert "Another change of it, by" not in text


def test_what_cannot_be_read_any_more_is_said(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        connection.execute(update(budget_views).values(data=b"broken"))
    text = page(browser_like, f"/decisions/{life.rounds[0].decision_id}")
    assert "not known any more: " in text and "damaged" in text and "Because" not in text
    assert "Ad \u201c" in text or "Nothing was asked for" in text


def test_owners_decide_now(
    browser_like: TestClient, client: TestClient, life: Life, proof: dict[str, str]
) -> None:
    assert "Decide now" in page(browser_like, f"/decisions?account={ACCOUNT}")
    answer = browser_like.post("/decisions", data={"account_id": ACCOUNT}, headers=proof)
    run = answer.headers["hx-redirect"]
    assert run.startswith("/runs/") and "Decide ad budgets" in page(browser_like, run)
    assert browser_like.post("/decisions", data={"account_id": "act_9"}, headers=proof).status_code == 404
    with life.house.begin() as connection:
        _, key = add_user(connection, name="Mia", now=NOW, new_id=new_id)
    client.headers["authorization"] = f"Bearer {key}"
    assert client.post("/decisions", data={"account_id": ACCOUNT}).status_code == 403
    assert "Decide now" not in client.get("/decisions").text


def test_with_one_account_it_can_be_decided_at_the_top(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        connection.execute(delete(ad_entities).where(ad_entities.c.account_id == SAMPLE))
        connection.execute(delete(ad_accounts).where(ad_accounts.c.account_id == SAMPLE))
    assert "Decide now : Shop" in page(browser_like, "/decisions")


def test_counts_are_the_same_on_both_dialects(database: Database) -> None:
    world = full(database)
    first = decided(world, make=lambda *_: Plain({"a1": "killed"}, {"a5": 9_600}))
    ids = [first.decision_id]
    with database.begin() as connection:
        assert verdicts(connection, ids)[ids[0]] == {"pause": 1, "keep": 4}
        assert asked(connection, ids)[ids[0]] == {"proposed": 3}
        steps = queries.steps(connection, ids[0])
        known = changes_with(connection, [str(one.change_id) for one in steps])
        assert {one.entity_id for one in known.values()} == {"a1", "s1", "c2"}
        assert [one.entity_id for one in changes_of(connection, ["a1", "c2"], limit=9)] == ["c2", "a1"]
        assert changes_with(connection, []) == {} and changes_of(connection, ["nothing"]) == ()
        other = Mirror("act_2", "Other", USD, "UTC", 100, (), NOW)
        save_mirror(connection, other, tenant_id="default", platform="meta")


def test_what_was_asked_for_is_counted_in_words() -> None:
    assert changes_words(Counter()) == "nothing was asked for"
    told = changes_words(Counter({"completed": 2, NONE: 1}))
    assert told == "3 changes: 2 made, 1 not handed on"
