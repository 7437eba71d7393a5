"""Deals, attribution and the inbox as a browser gets them: what stands in the rows, and nobody else's."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.learning.crm import operations as crm
from kinoloop.learning.crm.records import CrmDeal, StageMove
from kinoloop.learning.revenue.operations import copy_template, record
from kinoloop.learning.revenue.queries import deal, table_of, unmapped
from kinoloop.learning.revenue.records import StageEvent
from kinoloop.store.session import Database
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.pages.money.inbox import line_of, what_happened
from kinoloop.web.site import create_site
from tests.web.conftest import HERE
from tests.web.earning import fill_many, fill_money, fill_table, told_event
from tests.web.house import START, House, open_house
from tests.web.test_users import maker

PAGES = ("/deals", "/attribution", "/inbox")


@pytest.fixture
def filled(house: House) -> str:
    return fill_money(house)


@pytest.fixture
def hx(browser_like: TestClient) -> dict[str, str]:
    found = re.search(r'name="csrf" content="(\w+)"', browser_like.get("/system").text)
    assert found
    return {"x-kinoloop-csrf": found[1], "hx-request": "true"}


def text_of(client: TestClient, path: str, status: int = 200) -> str:
    """What a person reads: no tags, single spaces."""
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    body = re.sub(r"<(script|svg).*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_without_a_table_the_page_offers_templates(browser_like: TestClient, hx: dict[str, str]) -> None:
    told = text_of(browser_like, "/deals")
    assert "what is a stage worth to you?" in told and "Online shop" in told
    assert "Proposal sent USD 6,000.00" in told and "appointment" not in told.lower().split("stage worth")[0]
    answer = browser_like.post("/deals/table", headers=hx, data={"template": "template_ecommerce"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/deals")
    assert "No deal has arrived" in text_of(browser_like, "/deals")


def test_only_a_template_is_copied_and_never_over_a_table(
    house: House, browser_like: TestClient, hx: dict[str, str]
) -> None:
    for wrong, status in (("ptd_fitness", 422), ("", 422), ("template_of_nobody", 404)):
        assert browser_like.post("/deals/table", headers=hx, data={"template": wrong}).status_code == status
    for name in ("template_ecommerce", "template_b2b_saas"):
        browser_like.post("/deals/table", headers=hx, data={"template": name})
    with house.database.read() as connection:
        assert table_of(connection, house.settings.tenant).won == "purchase"


def test_deals_say_what_is_known_and_what_is_not(browser_like: TestClient, filled: str) -> None:
    told = text_of(browser_like, "/deals")
    assert "Open deals 4 1 won, 1 lost" in told
    assert "Open deals stand at USD 5,600.00" in told and "Won USD 18,400.00 1 deal" in told
    assert "USD 24,000.00 without 1 deal whose chance is not known" in told
    assert "9006 no known stage yet not known not known no ad known" in told
    assert "9005 SQL USD 2,000.00 USD 2,000.00 not looked for yet" in told
    assert "9004 MQL USD 100.00 USD 100.00 ad-gone 100 % sure" in told
    assert "By bicycle &lt;b&gt; 100 % sure" in told
    assert "2 stages wait for a name" in told and "contract_at_legal 1 move of 1 deal" in told


def test_deals_by_how_they_stand(browser_like: TestClient, filled: str) -> None:
    for show, shown in (("open", "9005"), ("won", "9001"), ("lost", "9003")):
        page = browser_like.get(f"/deals?show={show}").text
        assert f'href="/deals/{shown}"' in page
        assert sum(f'href="/deals/{number}"' in page for number in range(9001, 9007)) == (
            4 if show == "open" else 1
        )
    assert browser_like.get("/deals?show=all").status_code == 422


def test_pages_of_deals_leave_none_out_and_repeat_none(house: House, browser_like: TestClient) -> None:
    fill_table(house)
    fill_many(house, house.settings.tenant, 60)
    seen, address = list[str](), "/deals?show=open"
    while address:
        page = browser_like.get(address).text
        seen += re.findall(r'scope="row"><a href="/deals/(\d+)"', page)
        found = re.search(r'class="more"><a class="button" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == [f"7{number:04}" for number in range(60)]
    assert "No deals of this kind." in text_of(browser_like, "/deals?show=won")


def test_a_stage_gets_its_name_and_counts(
    house: House, browser_like: TestClient, filled: str, hx: dict[str, str]
) -> None:
    named = {"crm_stage": "contract_at_legal", "stage": "proposal_sent"}
    answer = browser_like.post("/deals/stages", headers=hx, data=named)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/deals")
    with house.database.read() as connection:
        assert deal(connection, filled, "9005").level == 600_000
        assert [one.stage for one in unmapped(connection, filled)] == ["qualified-by-phone"]
    wrong = browser_like.post("/deals/stages", headers=hx, data={**named, "stage": "soon"})
    assert wrong.status_code == 422 and "soon" in wrong.text
    bare = browser_like.post(f"/deals/stages?proof={hx['x-kinoloop-csrf']}", data=named)
    assert (bare.status_code, bare.headers["location"]) == (303, "/deals")
    assert browser_like.post("/deals/stages", data=named).status_code == 403


def test_makers_look_and_do_not_say_what_a_stage_is_worth(house: House, site: FastAPI, filled: str) -> None:
    client = TestClient(site, base_url=HERE, headers={**maker(house)[1], "accept": "text/html"})
    told = text_of(client, "/deals")
    assert "An owner of the house says what it means." in told and "Choose a stage" not in told
    for path in ("/deals/stages", "/deals/table"):
        assert client.post(path, data={"template": "template_ecommerce"}).status_code == 403


def test_makers_without_a_table_are_told_who_chooses(house: House, site: FastAPI) -> None:
    client = TestClient(site, base_url=HERE, headers={**maker(house)[1], "accept": "text/html"})
    told = text_of(client, "/deals")
    assert "An owner of the house chooses the table." in told and "Start with this one" not in told


def test_a_deal_shows_its_way_and_its_clicks(browser_like: TestClient, filled: str) -> None:
    told = text_of(browser_like, "/deals/9001")
    assert "Closed won from Demo scheduled +USD 14,900.00 100 % sure, stands at USD 18,400.00" in told
    assert "The average deal" not in told  # it stands at its own worth
    assert "By bicycle &lt;b&gt; 100 % sure Deal of 2026-11-17 12:00 UTC" in told
    assert "A click has the same visitor number." in told
    assert "Quay at dawn, 15 s, hook A 0 % 100 % 0 % 33 %" in told
    lost = text_of(browser_like, "/deals/9003")
    assert "Closed lost from SQL −USD 2,000.00" in lost and "it is lost" in lost
    other = text_of(browser_like, "/deals/9006")
    assert "not known: no known stage yet" in other and "No ad is credited." in other
    assert "No move to a stage of your table was told yet." in other
    assert "qualified-by-phone" in other
    assert "Nobody has looked for its click yet" in text_of(browser_like, "/deals/9005")
    assert "Nothing is known of deal &#39;1&#39;" in text_of(browser_like, "/deals/1", 404)


def test_a_deal_that_the_crm_has_no_more(house: House, browser_like: TestClient, filled: str) -> None:
    moves = (StageMove("MQL", START - timedelta(days=1), "CRM"),)
    told = CrmDeal("9004", "p", "MQL", Decimal(1), "USD", START, START, moves, ("7", "8"), archived=True)
    with house.begin() as connection:
        crm.save_deal(connection, filled, told, source="crm", now=START)
    page = text_of(browser_like, "/deals/9004")
    assert "has had this deal no more since 2026-11-20 12:00 UTC" in page and "2 people" in page


def test_attribution_puts_the_models_side_by_side(browser_like: TestClient, filled: str) -> None:
    told = text_of(browser_like, "/attribution")
    assert "Leads and deals 5 worth USD 22,000.00" in told and "No ad known 20 %" in told
    assert "The models disagree by 40 %: so much of all leads and deals goes to another ad" in told
    quay = "Quay at dawn, 15 s, hook A USD 21,900.00 40 % 0 % USD 7,883.33 17 %"
    assert quay in told
    assert "Click id in the link The person came back with the id their click was given. 5 4 0 4" in told
    assert "A click found by its id counts for 30 days" in told and "harbour.example" in told


def test_attribution_looks_back_as_far_as_asked(house: House, browser_like: TestClient) -> None:
    fill_money(house, now=START - timedelta(days=20))
    assert "Leads and deals 5" in text_of(browser_like, "/attribution?days=30")
    week = text_of(browser_like, "/attribution?days=7")
    assert "No lead and no deal in the last 7 days." in week and "How clicks were found" not in week
    assert browser_like.get("/attribution?days=8").status_code == 422


def test_nothing_yet_says_what_to_do(browser_like: TestClient) -> None:
    assert "Nothing to attribute yet" in text_of(browser_like, "/attribution")
    assert "none named: no click is counted" in text_of(browser_like, "/attribution")
    assert "Your CRM has told nothing yet" in text_of(browser_like, "/inbox")


def test_the_inbox_shows_what_failed_first_and_why(browser_like: TestClient, filled: str) -> None:
    told = text_of(browser_like, "/inbox")
    trouble, rest = told.split("From an account that nobody has connected")
    assert "Given up Deal 9005 stage became contract_at_legal HubSpot answered 403" in trouble
    assert "tried 5 times" in trouble and "Failed, tried again Deal 9002" in trouble
    assert "again 2026-11-20 12:01 UTC" in trouble
    assert "Nobody has connected the portal 9999." in rest and "when it happened was not told" in rest
    assert "Waiting 1 Failed, tried again 1 Given up 1 Done 1 Of no use here 1" in rest
    assert "came 2026-11-20 09:00 UTC, 1 min 30 s later sent 2 times, kept once" in rest


def test_the_inbox_compares_syncs_with_webhooks(browser_like: TestClient, filled: str) -> None:
    told = text_of(browser_like, "/inbox")
    assert "took 42 s, 1 deal gone Done 5 of 6 1 8 1 2" in told
    assert "9004 to MQL 2026-11-20 10:00 UTC" in told
    assert "HubSpot answered 401: the token has expired." in told and "not compared yet" in told


def test_the_inbox_by_state_and_by_page(house: House, browser_like: TestClient, filled: str) -> None:
    done = text_of(browser_like, "/inbox?state=handled")
    assert "Deal 9001" in done and "Deal 9002" not in done and "Needs a look" not in done
    assert "No events of this kind." in text_of(browser_like, "/inbox?state=received&before=" + _key(house))
    assert browser_like.get("/inbox?before=nothing").status_code == 404
    with house.begin() as connection:
        crm.take_in(
            connection, [told_event(f"{i}", "SQL", START - timedelta(minutes=i)) for i in range(100, 150)]
        )
    seen, address = list[str](), "/inbox?state=received"
    while address:
        page = browser_like.get(address).text
        seen += re.findall(r'Deal <a href="/deals/(\d+)"', page)
        found = re.search(r'class="more"><a class="button" href="([^"]+)"', page)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == ["9006", *(f"{i}" for i in range(100, 150))]


def _key(house: House) -> str:
    return told_event("9006", None, START - timedelta(minutes=50), change="creation").key


def test_what_happened_in_words(clock: ManualClock) -> None:
    one = told_event("1", "won", START)
    assert what_happened(one) == "stage became won"
    assert what_happened(replace(one, property_name="hs_is_closed", property_value=None)) == (
        "hs is closed was emptied"
    )
    assert what_happened(replace(one, change="merge")) == "was merged with another"
    strange = replace(one, change="odd", subscription_type="odd.thing", tenant_id="a", object_id="a/b")
    assert what_happened(strange) == "odd.thing"
    assert line_of(strange, clock).address == "/deals/a/b"
    early = replace(strange, occurred_at=START + timedelta(seconds=3))
    assert line_of(early, clock).late == 0.0


def test_nobody_sees_another_tenant(house: House, browser_like: TestClient, filled: str) -> None:
    with house.begin() as connection:
        copy_template(connection, "template_b2b_saas", "rival", who="owner", now=START)
        record(connection, [StageEvent("rival", "secret-1", "SQL", START)], now=START)
        crm.connect_portal(connection, "666", "rival", who="owner", now=START)
        crm.take_in(connection, [told_event("secret-1", "SQL", START, portal_id="666")])
    for path in PAGES:
        assert "secret-1" not in browser_like.get(path).text
    assert browser_like.get("/deals/secret-1").status_code == 404
    key = told_event("secret-1", "SQL", START, portal_id="666").key
    assert "secret-1" not in browser_like.get(f"/inbox?before={key}").text


def test_strangers_see_nothing(stranger: TestClient) -> None:
    for path in (*PAGES, "/deals/9001"):
        assert stranger.get(path, headers={"accept": "text/html"}).status_code == 303


def test_every_page_on_both_databases(database: Database, tmp_path: Path, clock: ManualClock) -> None:
    house = open_house(database, tmp_path, clock=clock)
    fill_money(house)
    client = TestClient(create_site(house, clock=clock), base_url=HERE, headers={"accept": "text/html"})
    client.get(one_time_link(house, clock, HERE))
    assert "USD 24,000.00 without 1 deal" in text_of(client, "/deals")
    assert "Linear" in text_of(client, "/deals/9001") and "Needs a look" in text_of(client, "/inbox")
    assert "The models disagree by 40 %" in text_of(client, "/attribution")
    house.runs.close()
