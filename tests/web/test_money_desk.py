"""What people set and settle where money comes back: the table of stages, and events that failed."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.learning.crm.queries import events
from kinoloop.learning.revenue.operations import copy_template, map_stage, record, save_table
from kinoloop.learning.revenue.queries import deal, table_of
from kinoloop.learning.revenue.records import StageEvent, StageTable
from kinoloop.runs.queries import runs
from kinoloop.store.session import Database
from kinoloop.web.forms import Posted
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.pages.money.stage_form import mark_of, table_posted, values_said
from kinoloop.web.site import create_site
from tests.web.conftest import HERE
from tests.web.earning import fill_money
from tests.web.house import START, House, open_house
from tests.web.test_money_pages import text_of
from tests.web.test_users import maker

STAGES = "/deals/stages"


@pytest.fixture
def tenant(house: House) -> str:
    return fill_money(house)


@pytest.fixture
def hx(browser_like: TestClient) -> dict[str, str]:
    return headers_of(browser_like)


def headers_of(client: TestClient) -> dict[str, str]:
    """What this browser's pages send along."""
    found = re.search(r'name="csrf" content="(\w+)"', client.get("/system").text)
    assert found
    return {"x-kinoloop-csrf": found[1], "hx-request": "true"}


def table(house: House) -> StageTable:
    with house.database.read() as connection:
        return table_of(connection, house.settings.tenant)


def typed(house: House, changed: dict[str, str]) -> dict[str, str]:
    """The form as the page shows it, with these fields changed."""
    known = table(house)
    return values_said(known) | {"seen": mark_of(known)} | changed


def save(client: TestClient, headers: dict[str, str], data: dict[str, str], status: int = 204) -> str:
    answer = client.post(f"{STAGES}/values", headers=headers, data=data)
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


def test_the_form_shows_the_table(browser_like: TestClient, tenant: str) -> None:
    page = browser_like.get(STAGES).text
    assert text_of(browser_like, "/deals").count("What stages are worth") == 1
    values = dict(re.findall(r'name="(s\d-\w+)" value="([^"]*)"', page))
    assert (values["s0-value"], values["s0-sure"], values["s0-chance"]) == ("100.00", "5", "1")
    assert values["s3-why"] == "60 % of an average deal"
    told = text_of(browser_like, STAGES)
    assert "Saving reckons all 6 deals anew." in told and "A lost deal is worth nothing." in told
    assert "What closed deals say is not known. No deal that entered 'MQL' long enough ago" in html.unescape(
        told
    )


def test_without_a_table_the_page_of_deals_says_what_to_do(browser_like: TestClient) -> None:
    answer = browser_like.get(STAGES)
    assert (answer.status_code, answer.headers["location"]) == (303, "/deals")


def test_a_saved_value_counts_for_every_deal_at_once(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    typing = {"s0-value": "250.50", "s0-sure": "12.5", "s0-chance": "", "s0-why": "Our guess"}
    save(browser_like, hx, typed(house, typing))
    mql = table(house).stages["MQL"]
    assert (mql.value, mql.confidence, mql.description) == (25_050, 0.125, "Our guess")
    assert "MQL" not in (table(house).probability or {})
    with house.database.read() as connection:
        standing = deal(connection, tenant, "9004")
    assert (standing.level, standing.expected) == (25_050, None)


def test_won_lost_and_a_new_stage(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    new = {"new-name": "contract_at_legal", "new-value": "8000", "new-sure": "80", "new-chance": "85"}
    save(browser_like, hx, typed(house, new | {"avg_deal_value": "12000", "sales_cycle_days": "30"}))
    made = table(house)
    assert (made.stages["contract_at_legal"].value, (made.probability or {})["contract_at_legal"]) == (
        800_000,
        0.85,
    )
    assert (made.avg_deal_value, made.sales_cycle_days) == (1_200_000, 30.0)
    with house.database.read() as connection:
        assert deal(connection, tenant, "9005").stage == "contract_at_legal"
    save(browser_like, hx, typed(house, {"won": "contract_at_legal"}))
    assert table(house).won == "contract_at_legal"


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("s0-value", "", "Please fill it in."),
        ("s0-value", "-5", "A stage is worth nothing or more."),
        ("s0-value", "1.005", "finer than USD allows"),
        ("s1-sure", "140", "It must be 0 to 100 per cent."),
        ("s1-chance", "often", "'often' is not a number."),
        ("sales_cycle_days", "-1", "It must be 0 to 3650 days."),
        ("new-name", "SQL", "There is a stage of that name already."),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_saved(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str,
    field: str, value: str, why: str,
) -> None:  # fmt: skip
    before = table(house)
    told = save(browser_like, hx, typed(house, {field: value, "s2-value": "77.00"}), 422)
    assert re.search(rf'id="error-{field}">[^<]*{re.escape(why)}', told), told
    assert "Nothing was saved." in told and 'value="77.00"' in told
    assert table(house) == before


def test_what_contradicts_itself_is_said_in_words(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    told = save(browser_like, hx, typed(house, {"won": "closed_lost", "lost": "closed_lost"}), 422)
    assert "Won and lost are the same stage." in told
    assert "A lost deal is worth nothing, 'SQL' says" in save(
        browser_like, hx, typed(house, {"lost": "SQL"}), 422
    )


def test_a_table_that_changed_meanwhile_is_not_written_over(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    data = typed(house, {"s0-value": "1"})
    with house.begin() as connection:
        map_stage(connection, tenant, "contract_at_legal", "proposal_sent", who="eve", now=START)
    assert "has changed since you looked" in save(browser_like, hx, data, 409)
    assert table(house).aliases["contract_at_legal"] == "proposal_sent"


def closed(house: House, tenant: str, *, won: int, lost: int) -> None:
    """So many deals that entered SQL long ago and are over."""
    long_ago = START - timedelta(days=400)
    ends = ["closedwon"] * won + ["closedlost"] * lost
    told = [
        StageEvent(tenant, f"old-{number}", stage, long_ago + timedelta(days=days), None, "CRM")
        for number, end in enumerate(ends)
        for days, stage in ((0, "SQL"), (20, end))
    ]
    with house.begin() as connection:
        record(connection, told, now=START)


def test_what_closed_deals_say_stands_beside_and_can_be_taken(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    closed(house, tenant, won=6, lost=14)
    told = text_of(browser_like, STAGES)
    assert "Closed deals say USD 2,690.91" in told and "6 of 20 closed deals won" in told
    data = {"seen": mark_of(table(house)), "stage": "SQL", "value": "269091"}
    assert browser_like.post(f"{STAGES}/learned", headers=hx, data=data | {"value": "1"}).status_code == 409
    assert browser_like.post(f"{STAGES}/learned", headers=hx, data=data).status_code == 204
    made = table(house)
    assert (made.stages["SQL"].value, (made.probability or {})["SQL"]) == (269_091, 0.25)
    assert browser_like.post(f"{STAGES}/learned", headers=hx, data=data).status_code == 409


def test_without_a_sales_cycle_it_says_why_nothing_is_learned(
    house: House, browser_like: TestClient, tenant: str
) -> None:
    with house.begin() as connection:
        save_table(connection, replace(table(house), sales_cycle_days=None), who="eve", now=START)
    assert "It is not known how long a deal needs to close." in text_of(browser_like, STAGES)


def test_makers_look_and_do_not_set(house: House, stranger: TestClient, tenant: str) -> None:
    _, mine = maker(house)
    page = stranger.get(STAGES, headers=mine | {"accept": "text/html"}).text
    assert "An owner of the house sets these." in page and "Save the table" not in page
    for path, data in (("values", typed(house, {"s0-value": "1"})), ("learned", {"stage": "SQL"})):
        assert stranger.post(f"{STAGES}/{path}", headers=mine, data=data).status_code == 403


def test_every_table_survives_its_own_form(house: House) -> None:
    """What the page shows, sent back, is the same table."""
    with house.begin() as connection:
        for name in ("ptd_fitness", "template_ecommerce", "template_b2b_saas"):
            known = copy_template(connection, name, f"mine-{name}", who="me", now=START)
            form = Posted({field: (value,) for field, value in values_said(known).items()})
            assert table_posted(form, known) == (known, {})


def test_a_failed_event_is_tried_again_at_once(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    page = browser_like.get("/inbox").text
    assert page.count(">Try again<") == 4 and page.count(">Try all again<") == 1
    with house.database.read() as connection:
        (dead,) = events(connection, states=("dead",))
    answer = browser_like.post("/inbox/again", headers=hx, data={"key": dead.key})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/inbox")
    with house.database.read() as connection:
        assert events(connection, states=("dead",)) == ()
        (started,) = runs(connection)
        assert (started.flow, started.payload) == ("process_crm_events", {"events": 1})
    again = browser_like.post("/inbox/again", headers=hx, data={"key": dead.key})
    assert again.status_code == 409 and "nothing to try again" in again.text
    assert browser_like.post("/inbox/again", headers=hx, data={}).status_code == 204
    with house.database.read() as connection:
        assert events(connection, states=("dead", "failed")) == ()


def test_nobody_elses_events_are_touched(
    house: House, browser_like: TestClient, hx: dict[str, str], tenant: str
) -> None:
    with house.database.read() as connection:
        (dead,) = events(connection, states=("dead",))
    assert house.crm.redo([dead.key], tenant_id="somebody-else") == 0
    assert house.crm.redo([dead.key], tenant_id=tenant) == 1


def test_both_dialects_save_the_table(database: Database, tmp_path: Path, clock: ManualClock) -> None:
    opened = open_house(database, tmp_path, clock=clock)
    fill_money(opened)
    client = TestClient(create_site(opened, clock=clock), base_url=HERE, headers={"accept": "text/html"})
    client.get(one_time_link(opened, clock, HERE))
    headers = headers_of(client)
    save(client, headers, typed(opened, {"s1-value": "2345.67"}))
    assert table(opened).stages["SQL"].value == 234_567
    assert client.post("/inbox/again", headers=headers, data={}).status_code == 204
    opened.runs.close()
