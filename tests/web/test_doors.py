"""Nobody gets in without a key, and a key works only as it should."""

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from sqlalchemy import select

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.web.doors import COOKIE, is_open, same_secret
from kinoloop.web.guards import host_name
from kinoloop.web.pages.login import inside, one_time_link
from kinoloop.web.tables import web_links, web_sessions
from tests.web.conftest import HERE
from tests.web.house import TOKEN, House

OPEN = {
    "/login",
    "/login/static/{name}",
    "/health/live",
    "/health/ready",
    "/callbacks/{service}/{token}",
    "/webhooks/hubspot",
    "/c/{tenant}",
    "/c/{tenant}/{ad_id}",
    "/c/{tenant}/{ad_id}/pixel.gif",
}


def _routes(site: FastAPI) -> list[tuple[str, str]]:
    """Every method and pattern that the site's OpenAPI document and its pages answer to."""
    found: list[tuple[str, str]] = []
    pending = list(site.routes)
    while pending:
        route = pending.pop()
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            pending += inner
        elif isinstance(route, APIRoute):
            found += [(method, route.path) for method in route.methods or ()]
        else:
            found.append(("GET", str(getattr(route, "path", ""))))
    return found


def test_each_route_without_a_key_is_refused(site: FastAPI, stranger: TestClient) -> None:
    routes = _routes(site)
    assert len(routes) > 45
    for method, pattern in routes:
        if pattern in OPEN:
            continue
        path = re.sub(r"\{[^}]+\}", new_id(), pattern)
        answer = stranger.request(method, path)
        assert answer.status_code == 401, (method, pattern, answer.status_code)
        assert answer.json()["code"] == "login_needed"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_only_login_and_health_are_open(site: FastAPI) -> None:
    assert {pattern for _, pattern in _routes(site) if is_open(pattern.replace("{service}", "kie"))} == OPEN


@pytest.mark.parametrize(
    "path", ["/static/css/base.css", "/docs", "/openapi.json", "/metrics", "/events/runs"]
)
def test_files_and_figures_are_refused_too(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code == 401


@pytest.mark.parametrize(
    "path", ["/loginx", "/login/../assets", "/health/liveness", "/health", "//assets", "/LOGIN"]
)
def test_look_alikes_of_open_paths_are_refused(stranger: TestClient, path: str) -> None:
    assert stranger.get(path).status_code in (401, 404)
    assert stranger.get(path).status_code == 401 or path.startswith("/login/")


def test_a_page_sends_to_the_login_and_back(stranger: TestClient) -> None:
    answer = stranger.get("/runs?status=failed", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=%2Fruns%3Fstatus%3Dfailed"


def test_a_part_of_a_page_sends_the_whole_page_to_the_login(stranger: TestClient) -> None:
    answer = stranger.get("/parts/runs", headers={"hx-request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/login")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", f"Basic {TOKEN}", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}"]
)
def test_a_wrong_token_is_refused(stranger: TestClient, header: str) -> None:
    assert stranger.get("/assets", headers={"authorization": header}).status_code == 401


def test_the_token_opens(client: TestClient) -> None:
    assert client.get("/assets").status_code == 200


def test_an_empty_token_opens_nothing() -> None:
    assert not same_secret("", "")
    assert same_secret("a", "a")


def test_a_link_opens_once(house: House, clock: ManualClock, stranger: TestClient) -> None:
    link = one_time_link(house, clock, HERE)
    first = stranger.get(link)
    cookie = first.headers["set-cookie"]
    assert first.status_code == 303
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert stranger.get("/assets").status_code == 200
    stranger.cookies.clear()
    second = stranger.get(link)
    assert second.status_code == 401 and "used already" in second.text
    assert stranger.get("/assets").status_code == 401


def test_a_link_grows_old(house: House, clock: ManualClock, stranger: TestClient) -> None:
    link = one_time_link(house, clock, HERE)
    clock.advance(601)
    assert stranger.get(link).status_code == 401


def test_a_session_ends(browser_like: TestClient, clock: ManualClock) -> None:
    clock.at += timedelta(days=14, seconds=1)
    assert browser_like.get("/runs").status_code == 303


def test_secrets_rest_only_as_hashes(house: House, clock: ManualClock, browser_like: TestClient) -> None:
    link = one_time_link(house, clock, HERE)
    with house.database.read() as connection:
        kept = str(connection.execute(select(web_links)).all()) + str(
            connection.execute(select(web_sessions)).all()
        )
    assert link.partition("code=")[2] not in kept
    assert browser_like.cookies[COOKIE] not in kept


def test_the_token_logs_a_browser_in(stranger: TestClient) -> None:
    assert stranger.post("/login", data={"token": "wrong"}).status_code == 401
    good = stranger.post("/login", data={"token": TOKEN, "next": "/clips"})
    assert (good.status_code, good.headers["location"]) == (303, "/clips")
    assert stranger.get("/assets").status_code == 200


def test_another_site_cannot_log_in_a_browser(stranger: TestClient) -> None:
    answer = stranger.post("/login", data={"token": TOKEN}, headers={"origin": "http://evil.example"})
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil", "evil", "/login?x", "/a\nb", ""]
)
def test_login_leads_only_inside(target: str) -> None:
    assert inside(target) == "/"


def test_login_leads_back() -> None:
    assert inside("/footage/1?at=3") == "/footage/1?at=3"


def _csrf(client: TestClient) -> str:
    found = re.search(r'name="csrf" content="(\w+)"', client.get("/footage").text)
    assert found
    return found[1]


def test_changes_with_a_cookie_need_the_proof(browser_like: TestClient) -> None:
    assert browser_like.post("/parts/ingest", data={"path": "/x"}).status_code == 403
    wrong = browser_like.post("/parts/ingest", data={"path": "/x"}, headers={"x-kinoloop-csrf": "0" * 64})
    assert wrong.status_code == 403
    good = browser_like.post(
        "/parts/ingest", data={"path": "/x"}, headers={"x-kinoloop-csrf": _csrf(browser_like)}
    )
    assert good.status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_cannot_change_anything(browser_like: TestClient, headers: dict[str, str]) -> None:
    proof = {"x-kinoloop-csrf": _csrf(browser_like)}
    assert browser_like.post("/api/jobs/x/cancel", headers=proof | headers).status_code == 403


def test_logging_out_closes_the_session(browser_like: TestClient) -> None:
    secret = browser_like.cookies[COOKIE]
    answer = browser_like.post("/logout", headers={"x-kinoloop-csrf": _csrf(browser_like)})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/login")
    browser_like.cookies.set(COOKIE, secret)
    assert browser_like.get("/runs").status_code == 303


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "10.0.0.1", "", "[::2]"])
def test_foreign_host_names_are_not_answered(client: TestClient, host: str) -> None:
    answer = client.get("/assets", headers={"host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "wrong_host")


@pytest.mark.parametrize(
    "host", ["localhost:8420", "127.0.0.1", "[::1]:80", "KINOLOOP.test", "kinoloop.test:443"]
)
def test_own_host_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/assets", headers={"host": host}).status_code == 200


def test_probes_may_call_by_address(stranger: TestClient) -> None:
    assert stranger.get("/health/live", headers={"host": "10.1.2.3:8000"}).json() == {
        "status": "alive",
        "parts": [],
    }


def test_host_names_lose_their_port() -> None:
    assert [host_name(h) for h in ("A.b:1", "[::1]:2", "[::1]", "a")] == ["a.b", "[::1]", "[::1]", "a"]


@pytest.mark.parametrize("path", ["/footage", "/assets", "/nowhere", "/login"])
def test_every_answer_carries_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"


def test_secure_cookies_are_marked(house: House, clock: ManualClock, stranger: TestClient) -> None:
    object.__setattr__(house.settings, "secure_cookies", True)
    assert "Secure" in stranger.get(one_time_link(house, clock, HERE)).headers["set-cookie"]
