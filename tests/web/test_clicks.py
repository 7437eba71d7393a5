"""The click endpoint: to the tenant's own sites only, counted for people only, personal with consent only."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response

from kinoloop.core.clock import ManualClock
from kinoloop.learning.attribution import queries
from kinoloop.learning.attribution.operations import save_settings
from kinoloop.learning.attribution.records import AttributionSettings, Click, Device
from kinoloop.store.session import Database
from kinoloop.web import clicks
from kinoloop.web.faults import add_faults
from kinoloop.web.limits.operations import note
from tests.web.house import START, House, open_house

AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Instagram 350.0"
PERSON = {"user-agent": AGENT, "accept-language": "en-US,en;q=0.9"}
PAGE = "https://gym.test/trial?plan=2"


@dataclass(frozen=True)
class Place:
    """The endpoint alone, for a tenant whose sites are gym.test and shop.gym.test:8443."""

    client: TestClient
    house: House

    def follow(self, query: str = "", to: str = PAGE, headers: dict[str, str] | None = None) -> Response:
        path = f"/c/gym/ad-1?{query}"
        return self.client.get(
            path, params=None if "to=" in query else {"to": to} | _pairs(query), headers=headers
        )

    def kept(self) -> tuple[Click, ...]:
        with self.house.database.read() as connection:
            return queries.clicks(connection, "gym")


def _pairs(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


@pytest.fixture
def place(sqlite_database: Database, tmp_path: Path) -> Iterator[Place]:
    clock = ManualClock(START)
    house = open_house(sqlite_database, tmp_path, clock=clock, secure_cookies=True)
    site = FastAPI()
    site.state.backstage, site.state.clock = house, clock
    add_faults(site)
    site.include_router(clicks.router)
    settings = AttributionSettings("gym", hosts=("gym.test", "shop.gym.test:8443"))
    with house.begin() as connection:
        save_settings(connection, settings, who="anna", now=START)
    inside = TestClient(
        site,
        base_url="https://track.gym.test",
        follow_redirects=False,
        headers=PERSON,
        client=("203.0.113.7", 5000),
    )
    yield Place(inside, house)
    house.runs.close()


def test_a_click_goes_to_the_page_with_its_id(place: Place) -> None:
    answer = place.follow("utm_source=meta&fbclid=f&campaign_id=c&other=1")
    assert answer.status_code == 302
    target = urlsplit(answer.headers["location"])
    (kept,) = place.kept()
    assert (target.hostname, target.path) == ("gym.test", "/trial")
    assert _pairs(target.query) == {
        "plan": "2",
        "utm_source": "meta",
        "fbclid": "f",
        "kinoloop_click": kept.click_id,
    }
    assert (kept.ad_id, kept.fbclid, kept.campaign_id, kept.utm) == ("ad-1", "f", "c", {"source": "meta"})
    assert (kept.at, kept.landing_page) == (START, PAGE)


def test_without_consent_no_cookie_and_nothing_personal(place: Place) -> None:
    for query in ("", "consent=0", "consent=maybe"):
        answer = place.follow(query)
        assert "set-cookie" not in answer.headers
    for kept in place.kept():
        assert (kept.ip, kept.user_agent, kept.device, kept.visitor_id) == (None, None, Device(), None)


def test_with_consent_a_first_party_cookie_and_the_device(place: Place) -> None:
    answer = place.follow("consent=1")
    cookie = answer.headers["set-cookie"]
    for word in ("kinoloop_visitor=", "HttpOnly", "SameSite=lax", "Secure", "Path=/c/", "Max-Age=1209600"):
        assert word in cookie
    place.follow("consent=1")
    second, first = place.kept()
    assert first.visitor_id == second.visitor_id == answer.cookies["kinoloop_visitor"]
    assert (first.ip, first.user_agent) == ("203.0.113.7", AGENT)
    assert (first.device.os, first.device.browser, first.device.language) == ("iOS", "Instagram", "en-US")
    assert first.fingerprint_hash is not None


def test_a_forged_cookie_is_replaced(place: Place) -> None:
    place.client.cookies.set("kinoloop_visitor", "x" * 5000)
    place.follow("consent=1")
    assert len(place.kept()[0].visitor_id or "") == 36


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.test/",
        "https://gym.test.evil.test/",
        "https://gym.test@evil.test/",
        "https://user@gym.test/",
        "//evil.test/",
        "/trial",
        "javascript:alert(1)",
        "https://gym.test:8443/",
        "https://shop.gym.test/",
        "https://evil.test\\@gym.test/",
        "https://gym.test/\r\nset-cookie: a=b",
        "https://gym.test:port/",
        "",
    ],
)
def test_no_open_redirect(place: Place, to: str) -> None:
    answer = place.client.get("/c/gym/ad-1", params={"to": to})
    assert answer.status_code == 403
    assert "location" not in answer.headers
    assert place.kept() == ()


def test_a_port_counts_where_the_settings_name_one(place: Place) -> None:
    assert place.follow(to="https://shop.gym.test:8443/a").status_code == 302
    assert place.follow(to="http://GYM.test/a").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"x-moz": "prefetch"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user-agent": "curl/8.5"},
        {"user-agent": ""},
    ],
)
def test_machines_and_prefetches_are_no_clicks(place: Place, headers: dict[str, str]) -> None:
    answer = place.follow("consent=1", headers=headers)
    assert answer.status_code == 302
    assert "kinoloop_click" not in answer.headers["location"]
    assert "set-cookie" not in answer.headers
    assert place.kept() == ()


def test_a_head_request_is_no_click(place: Place) -> None:
    answer = place.client.head("/c/gym/ad-1", params={"to": PAGE})
    assert answer.status_code == 302
    assert place.kept() == ()


def test_a_reload_with_the_same_fbclid_is_one_click(place: Place) -> None:
    place.follow("fbclid=f")
    place.follow("fbclid=f")
    place.follow("fbclid=g")
    place.follow()
    place.follow()
    assert len(place.kept()) == 4


def test_nobody_counts_for_a_tenant_without_sites(place: Place) -> None:
    assert place.client.get("/c/other/ad-1", params={"to": PAGE}).status_code == 404
    assert place.client.get("/c/other/ad-1/pixel.gif").status_code == 404
    assert place.client.post("/c/other", data={"ad_id": "ad-1"}).status_code == 404


def test_the_pixel_is_an_image_for_other_sites(place: Place) -> None:
    answer = place.client.get("/c/gym/ad-1/pixel.gif?consent=1", headers={"referer": "https://gym.test/x"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content.startswith(b"GIF89a")
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert place.kept()[0].landing_page == "https://gym.test/x"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_landing_page_may_tell_more(place: Place, as_json: bool) -> None:
    told = {
        "ad_id": "ad-2",
        "consent": "1",
        "screen_width": "393",
        "screen_height": "852",
        "timezone": "Europe/Oslo",
    }
    answer = (
        place.client.post("/c/gym", json=told | {"screen_width": 393, "nested": {"a": 1}})
        if as_json
        else place.client.post("/c/gym", data=told)
    )
    assert answer.status_code == 204
    (kept,) = place.kept()
    assert (kept.ad_id, kept.device.screen, kept.device.timezone) == ("ad-2", "393x852", "Europe/Oslo")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{not json", 422),
        (b"x" * 9_000, 413),
        (b"ad_id=\xff", 422),
        (b"&".join([b"a=1"] * 70), 422),
    ],
)
def test_odd_bodies_are_refused(place: Place, body: bytes, status: int) -> None:
    assert place.client.post("/c/gym", content=body).status_code == status


def test_too_many_from_one_address_arrive_but_are_not_counted(place: Place) -> None:
    address = hashlib.sha256(b"203.0.113.7").hexdigest()[:32]
    with place.house.begin() as connection:
        for _ in range(clicks.CLICKS.most - 1):
            note(connection, clicks.CLICKS, address, START)
    assert "kinoloop_click" in place.follow().headers["location"]
    answer = place.follow()
    assert answer.status_code == 302
    assert "kinoloop_click" not in answer.headers["location"]
    assert len(place.kept()) == 1
    refused = place.client.get("/c/gym/ad-1/pixel.gif")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
