"""The home page: what stands out, what waits, what may be lost, what came of the money."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import delete, select, update

from kinoloop.core.ids import new_id
from kinoloop.delivery.accounts import operations as accounts
from kinoloop.delivery.accounts.records import Mirror
from kinoloop.delivery.accounts.tables import ad_entities
from kinoloop.delivery.changes import operations as changes
from kinoloop.delivery.changes.queries import change
from kinoloop.delivery.changes.tables import pending_ad_changes
from kinoloop.footage.intake.tables import assets
from kinoloop.learning.decisions import queries
from kinoloop.learning.insights import operations as insights
from kinoloop.learning.insights.records import Counts
from kinoloop.learning.revenue.tables import deal_values, synthetic_revenue_config
from kinoloop.learning.winners.queries import standings
from kinoloop.learning.winners.tables import ad_standings
from kinoloop.store.session import Database
from kinoloop.web.pages.today.queries import came_in, there
from kinoloop.web.users.operations import add_user
from tests.delivery.made import NOW, USD
from tests.learning.decisions.worlds import ACCOUNT, TENANT, Plain, full, row
from tests.web.ads.reading import text_of
from tests.web.advertising import YEN
from tests.web.decide.living import Life
from tests.web.decide.test_ads_pages import page
from tests.web.house import add_run


def part(client: TestClient, name: str) -> str:
    """One card of the page, as it is read."""
    html = client.get("/").text
    found = re.search(rf'<section class="[^"]*{name}"[^>]*>(.*?)</section>', html, re.S)
    assert found, name
    return text_of(found[1])


def test_a_winner_is_named_with_its_interval(browser_like: TestClient, life: Life) -> None:
    with life.house.database.read() as connection:
        best = max(standings(connection, TENANT, verdict="winner"), key=lambda one: one.standing.mean or 0)
    told = part(browser_like, "best")
    assert "One winner" in told and "First boat, hook B" in told
    assert f"{best.standing.mean:.2f} back per 1 spent" in told
    assert f"80 %: {best.standing.low:.2f} to {best.standing.high:.2f}" in told
    assert '<video class="tall"' in browser_like.get("/").text


def test_without_a_winner_the_closest_is_said_to_be_that(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        connection.execute(update(ad_standings).values(verdict="neither"))
    assert "Closest to a winner" in part(browser_like, "best")
    assert "No ad has won yet" in part(browser_like, "best")
    with life.house.begin() as connection:
        connection.execute(update(ad_standings).values(measure="ctr"))
    assert "back per 1" not in part(browser_like, "best")
    with life.house.begin() as connection:
        connection.execute(delete(ad_standings))
    assert "No ad has enough results to be compared." in part(browser_like, "best")


def test_the_waste_is_the_ad_most_likely_to_lose_most(browser_like: TestClient, life: Life) -> None:
    with life.house.database.read() as connection:
        lines = queries.lines(connection, life.rounds[-1].decision_id)
    losing = max(lines, key=lambda one: (one.chance_loser or 0) * one.before)
    told = part(browser_like, "worst")
    assert losing.name in told and f"{USD.show(losing.before)} a day" in told
    assert f"{100 * (losing.chance_loser or 0):.0f} % chance that it loses money" in told


def test_what_is_stopped_at_the_platform_is_no_waste(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        connection.execute(update(ad_entities).values(effective_status="PAUSED"))
    assert "Of no ad that runs it is likelier" in part(browser_like, "worst")
    life.decide(14, make=lambda *_: Plain(mean=None))
    assert "Too little is known yet" in part(browser_like, "worst")


def test_the_change_that_saves_the_money_is_linked(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        for one in queries.decisions(connection):
            for step in queries.steps(connection, one.decision_id):
                if step.change_id and change(connection, step.change_id).state == "proposed":
                    changes.reject(connection, step.change_id, who="ada", why="Not now", now=NOW)
    life.decide(15, make=lambda *_: Plain({"a2": "killed"}))
    told = part(browser_like, "worst")
    assert "Fog, long cut" in told and "The change that takes its money away" in told and "Pause" in told


def test_everything_that_waits_says_why(browser_like: TestClient, life: Life) -> None:
    told = part(browser_like, "waits")
    assert "8 things wait for somebody" in told
    assert "1 ad shows what nobody approved" in told and "Not as approved: Text: title." in told
    assert "1 run failed in the last 7 days" in told and "The film could not be rendered." in told
    assert "3 changes wait for your yes" in told and "proposed by the budget decisions" in told
    assert "2 storyboards wait for a yes" in told
    assert "1 stage of your CRM has no name here" in told and "1 move of 1 deal set aside" in told
    html = browser_like.get("/").text
    assert html.count('href="/decisions/') >= 4


def test_makers_see_what_waits_for_owners(client: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        _, key = add_user(connection, name="Mia", now=NOW, new_id=new_id)
    client.headers["authorization"] = f"Bearer {key}"
    told = part(client, "waits")
    assert "3 changes wait for an owner's yes" in told and "storyboard" not in told


def test_old_failures_wait_for_nobody(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        for days in (1, 2, 3, 8):
            at = life.clock.now() - timedelta(days=days)
            add_run(connection, status="failed", created_at=at, completed_at=at, error_message=None)
    told = part(browser_like, "waits")
    assert "4 runs failed in the last 7 days" in told and "1 more" in told
    assert "Why is not known: it left no reason." in told


def test_the_loss_bound_and_the_kill_switch(browser_like: TestClient, life: Life) -> None:
    told = part(browser_like, "loss")
    assert "USD 60.00 left of USD 60.00" in told and "Ask me first" in told and "Decided 20 min ago" in told
    assert "never decided yet" in told and "Stop all changes to Shop" in told
    with life.house.begin() as connection:
        now = life.clock.now()
        accounts.kill(connection, ACCOUNT, who="owner", reason="Numbers look wrong", now=now)
    assert "Stopped by" in part(browser_like, "loss")
    assert f'href="/accounts/{ACCOUNT}#stop"' in browser_like.get("/").text


def test_money_has_ranges_where_it_is_not_sure(browser_like: TestClient, life: Life) -> None:
    told = part(browser_like, "cash")
    assert "7 days USD 1,380.00 6 days with results" in told
    assert re.search(r"28 days USD 6,210\.00 27 days with results \d+ \d+ won, \d+ lost", told)
    assert re.search(r"80 %: USD [\d,.]+ to USD [\d,.]+", told)
    assert "Day by day as a table" in told and "2026-03-02 no results" in told
    with life.house.begin() as connection:
        connection.execute(update(deal_values).values(expected=None))
    told = part(browser_like, "cash")
    assert "credited to ads" in told and "not known" in told
    assert re.search(r"\d+ of \d+ deals in stages without a chance of winning", told)


def test_what_a_limit_stopped_waits_for_a_person(browser_like: TestClient, life: Life) -> None:
    asked = (pending_ad_changes.c.status == "proposed") & (pending_ad_changes.c.account_id == ACCOUNT)
    reason = "Automation may put USD 60.00 a day at risk. Raise the daily loss bound."
    with life.house.begin() as connection:
        connection.execute(
            update(pending_ad_changes).where(asked).values(status="blocked", error_message=reason)
        )
        steps = queries.steps(connection, life.rounds[-1].decision_id)
        stopped = [
            one for one in steps if one.change_id and change(connection, one.change_id).state == "blocked"
        ]
    told = part(browser_like, "waits")
    many = "1 change" if len(stopped) == 1 else f"{len(stopped)} changes"
    assert stopped and f"A limit of yours stopped {many} of the last round" in told
    assert told.count("Raise the daily loss bound.") == 1 and "It would bring about USD" in told
    assert f'href="/accounts/{ACCOUNT}"' in browser_like.get("/").text
    with life.house.begin() as connection:
        blocked = pending_ad_changes.c.id == stopped[0].change_id
        connection.execute(
            update(pending_ad_changes)
            .where(blocked)
            .values(error_message=None, expected={"effect": "Less a day", "profit": None})
        )
    told = part(browser_like, "waits")
    if len(stopped) > 1:
        assert "Which limit it was is not known." in told and "Raise the daily loss bound." in told
    else:
        assert "What it would bring is not known." in told


def test_amounts_of_two_currencies_are_not_added_up(browser_like: TestClient, life: Life) -> None:
    with life.house.begin() as connection:
        now = life.clock.now()
        tree = Mirror("act_2", "Kissa", YEN, "Asia/Tokyo", 100, (), now)
        accounts.save_mirror(connection, tree, tenant_id=TENANT, platform="meta")
        told = replace(
            row("z1", now.date(), (100, 5, 700)), account_id="act_2", currency=YEN, timezone="Asia/Tokyo"
        )
        insights.store(connection, [told], now=now)
        insights.note_pull(
            connection, "act_2", since=now.date(), until=now.date(), windows=(), counts=Counts(), now=now
        )
    told_text = part(browser_like, "cash")
    assert "JPY 700 1 day with results USD 1,380.00" in told_text and "Spent a day" not in told_text
    with life.house.begin() as connection:
        connection.execute(delete(synthetic_revenue_config))
    assert "not known: no table of stages" in part(browser_like, "cash")


def test_a_house_of_samples_is_labelled_whole(browser_like: TestClient, life: Life) -> None:
    text = page(browser_like, "/")
    assert "Today Partly sample" in text and "next decisions in 21 min" in text


def test_deals_footage_and_the_menu_lead_on(browser_like: TestClient, life: Life) -> None:
    assert 'href="/lineage/deals/a1-0">What earned it' in browser_like.get("/deals/a1-0").text
    with life.house.database.read() as connection:
        asset_id = connection.execute(select(assets.c.asset_id)).scalars().first()
    html = browser_like.get(f"/footage/{asset_id}").text
    assert f'href="/lineage/footage/{asset_id}">What it earned' in html
    for address in ("/", "/ads", "/decisions", "/winners", "/models", "/lineage"):
        assert f'href="{address}"' in html


def test_reads_are_the_same_on_both_dialects(database: Database) -> None:
    full(database)
    with database.read() as connection:
        found = came_in(connection, TENANT, NOW - timedelta(days=9))
        held = there(connection, TENANT)
    assert [one.deal.deal_id for one in found] == ["d5", "d4", "d3", "d2"]
    assert found[0].at == NOW - timedelta(hours=50)
    assert (held.accounts, held.deals, held.footage, held.videos, held.nothing) == (1, 5, 0, 0, False)


def test_a_room_that_has_only_footage_is_not_called_empty(browser_like: TestClient, life: Life) -> None:
    with life.house.database.read() as connection:
        assert not there(connection, "other").nothing and there(connection, "other").deals == 0


@pytest.mark.parametrize("path", ["/", "/?x=1"])
def test_home_needs_a_key(stranger: TestClient, path: str) -> None:
    answer = stranger.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/login?next=")
