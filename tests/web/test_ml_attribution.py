"""The attribution routes take the founding documents' fields, and answer with theirs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.learning.attribution import queries
from kinoloop.store.session import Database
from kinoloop.web.api.ml import attribution
from kinoloop.web.faults import add_faults
from tests.web.house import START, open_house

PATH = "/api/ml/attribution"
AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0"
PRINT = {"screen_width": 393, "screen_height": 852, "timezone": "America/Chicago", "timezone_offset": 360}
CLICK = {"tenant_id": "gym", "ad_id": "ad-1", "campaign_id": "campaign-1"}
CONVERSION = {
    "tenant_id": "gym",
    "conversion_id": "deal-1",
    "conversion_type": "lead",
    "conversion_value": 2250.0,
    "conversion_timestamp": START.isoformat(),
}


@pytest.fixture
def desk(sqlite_database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """The routes alone, on a real house and database."""
    clock = ManualClock(START)
    house = open_house(sqlite_database, tmp_path, clock=clock)
    site = FastAPI()
    site.state.backstage, site.state.clock = house, clock
    add_faults(site)
    site.include_router(attribution.router)
    yield TestClient(site, base_url="http://localhost")
    house.runs.close()


def ask(desk: TestClient, what: str, status: int = 200, **body: Any) -> dict[str, Any]:
    answer = desk.post(f"{PATH}/{what}", json=(CLICK if what == "track-click" else CONVERSION) | body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_click_is_written_down(desk: TestClient, sqlite_database: Database) -> None:
    answer = ask(
        desk,
        "track-click",
        click_id="a",
        fbclid="f",
        adset_id="s",
        ip_address="203.0.113.7",
        user_agent=AGENT,
        device_type="mobile",
        fingerprint_components=PRINT,
        landing_page_url="https://gym.test/trial",
        utm_source="meta",
        consent=True,
    )
    assert answer == {"status": "success", "click_id": "a", "attribution_window_days": 7.0}
    with sqlite_database.read() as connection:
        click = queries.click(connection, "gym", "a")
    assert (click.device.os, click.device.browser, click.device.screen) == ("iOS", "Instagram", "393x852")
    assert click.fingerprint_hash is not None
    assert (click.ip, click.utm, click.at) == ("203.0.113.7", {"source": "meta"}, START)


def test_a_click_without_id_gets_one(desk: TestClient) -> None:
    first, second = ask(desk, "track-click"), ask(desk, "track-click")
    assert first["click_id"] != second["click_id"]


def test_an_id_brings_the_founding_answer(desk: TestClient) -> None:
    ask(desk, "track-click", click_id="a", fbclid="f")
    found = ask(desk, "attribute-conversion", fbclid="f")
    told = (
        *("success", "attributed_click_id", "attribution_method", "attribution_confidence"),
        *("attribution_window_hours", "ad_id", "campaign_id", "unattributed"),
    )
    assert [found[name] for name in told] == [True, "a", "url_param", 1.0, 168, "ad-1", "campaign-1", 0.0]
    assert {one["model"]: one["share"] for one in found["credits"]}["time_decay"] == 1.0
    assert [one["layer"] for one in found["layers"]] == ["url_param", "fingerprint", "probabilistic"]
    assert [one["result"] for one in found["layers"]] == ["match", "not_attempted", "not_attempted"]
    assert ask(desk, "attribute-conversion", fbclid="f") == found


def test_nothing_known_is_unattributed(desk: TestClient) -> None:
    found = ask(desk, "attribute-conversion")
    assert (found["success"], found["attribution_method"], found["unattributed"]) == (
        False,
        "unattributed",
        1.0,
    )
    assert found["credits"] == [] and found["reason"]


def test_money_is_kept_exactly(desk: TestClient, sqlite_database: Database) -> None:
    ask(desk, "attribute-conversion", conversion_value="0.07", currency="EUR", crm_deal_id="9")
    with sqlite_database.read() as connection:
        kept = queries.conversion(connection, "gym", "deal-1")
    assert (kept.value, kept.currency, kept.deal_id) == (7, "EUR", "9")


def test_address_and_device_find_the_click(desk: TestClient) -> None:
    same: dict[str, Any] = {"ip_address": "203.0.113.7", "fingerprint_components": PRINT, "consent": True}
    ask(desk, "track-click", click_id="a", user_agent=AGENT, **same)
    found = ask(desk, "attribute-conversion", user_agent=AGENT, **same)
    assert (found["attributed_click_id"], found["attribution_method"]) == ("a", "probabilistic")
    assert 0.5 <= found["attribution_confidence"] < 1.0
    assert (
        sum(one["share"] for one in found["credits"] if one["model"] == "last") + found["unattributed"] == 1.0
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"conversion_timestamp": "2026-11-20T12:00:00"},
        {"conversion_timestamp": "2027-11-20T12:00:00Z"},
        {"conversion_value": -1},
        {"conversion_value": "12.345"},
        {"currency": "coins"},
        {"ip_address": "somewhere"},
        {"fingerprint_hash": "short"},
        {"unknown": 1},
    ],
)
def test_what_cannot_be_is_refused(desk: TestClient, wrong: dict[str, Any]) -> None:
    refused = ask(desk, "attribute-conversion", 422, **wrong)
    assert refused["what"] and refused["fix"]
