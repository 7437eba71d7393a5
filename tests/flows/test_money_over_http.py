"""Only HTTP: a click, a deal and its stages, the credit, the change that follows, a person's yes, the audit.

Nothing here imports a room of the product's money.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from kinoloop.app.compose import open_app
from kinoloop.app.settings import read_settings
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.web.site import create_site
from tests.web.browser import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
TENANT, ACCOUNT, SHOP = "ptd_fitness", "act_100000000000001", "https://shop.example/sale"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
WAY = ("appointmentscheduled", "closedwon")


@dataclass
class World:
    """A client of the house, one of the sandbox, both over HTTP."""

    house: httpx2.Client
    outside: httpx2.Client

    def get(self, path: str) -> Any:
        answer = self.house.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, *, put: bool = False) -> Any:
        answer = self.house.request("PUT" if put else "POST", path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def hubspot(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.outside.request(method, f"/hubspot/crm{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def effects(self) -> list[dict[str, Any]]:
        """What really changed at the platform, by its own journal."""
        return list(self.outside.get("/__sandbox/meta/changes").json()["changes"])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def world(
    sandbox: Sandbox, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    port = free_port()
    mine = {
        **sandbox.environment,
        "DATABASE_URL": database_url,
        "META_AD_ACCOUNT_ID": ACCOUNT,
        "KINOLOOP_TENANT": TENANT,
        "KINOLOOP_LANDING_HOSTS": "shop.example",
        "KINOLOOP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KINOLOOP_HOME": str(tmp_path / "home"),
    }
    for name, value in mine.items():
        monkeypatch.setenv(name, value)
    app = open_app(read_settings(), hurried=True)
    app.runs.launch()
    keys = {"authorization": f"Bearer {sandbox.keys.hubspot}"}
    try:
        app.ads.first_look()
        with (
            app.ads.applying(),
            serving(create_site(app), port) as base,
            httpx2.Client(base_url=base, headers={"authorization": f"Bearer {app.token}"}) as house,
            httpx2.Client(base_url=sandbox.url, headers=keys) as outside,
        ):
            yield World(house, outside)
    finally:
        app.close()


def soon(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What is found as soon as there is something."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.1)
    return found


def test_from_a_click_to_a_changed_budget_and_its_audit(world: World, sandbox: Sandbox) -> None:
    account = soon(lambda: world.get("/api/v2/accounts")["accounts"])[0]
    entities = world.get(f"/api/v2/accounts/{ACCOUNT}/entities")["entities"]
    sets = {one["entity_id"]: one for one in entities if one["kind"] == "adset" and one["daily_budget"]}
    ad = next(one for one in entities if one["kind"] == "ad" and one["parent_id"] in sets)
    owner = sets[ad["parent_id"]]
    guards = account["guards"] | {"jitter_ms_min": 0, "jitter_ms_max": 1, "daily_loss_bound": 10**7}
    world.post(f"/api/v2/accounts/{ACCOUNT}/guards", guards, put=True)

    sandbox_hook = {"url": f"{world.house.base_url}/webhooks/hubspot"}
    assert world.outside.post("/__sandbox/hubspot/webhooks", json=sandbox_hook).status_code < 300

    ad_link = f"/c/{TENANT}/{ad['entity_id']}?to={SHOP}&consent=1&fbclid=fb.1"
    gone = world.house.get(ad_link, headers={"user-agent": PHONE})
    assert gone.status_code == 302
    click_id = parse_qs(urlsplit(gone.headers["location"]).query)["kinoloop_click"][0]

    person = world.hubspot(
        "POST",
        "/v3/objects/contacts",
        {"properties": {"email": "a@b.example", "kinoloop_click_id": click_id}},
    )
    links = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    deal = world.hubspot(
        "POST",
        "/v3/objects/deals",
        {
            "properties": {"dealname": "First", "dealstage": WAY[0], "amount": "20000"},
            "associations": [{"to": {"id": person["id"]}, "types": links}],
        },
    )
    world.hubspot("PATCH", f"/v3/objects/deals/{deal['id']}", {"properties": {"dealstage": WAY[1]}})

    change = soon(lambda: world.get("/api/v2/changes?state=proposed")["changes"])[0]
    assert change["entity_id"] == owner["entity_id"] and change["triggered_by"] == "crm_deal"
    assert change["current"] == owner["daily_budget"]
    assert change["requested"] == pytest.approx(owner["daily_budget"] * 1.15, abs=1)
    assert f"Deal {deal['id']} reached \u201cClosed won\u201d" in change["reason"]
    assert f"credited to ad \u201c{ad['name']}\u201d" in change["reason"]

    world.post(f"/api/v2/changes/{change['change_id']}/approve", {"sha256": change["sha256"]})
    done = soon(lambda: _completed(world, change["change_id"]))
    sent = done["history"][0]["new_value"]
    effect = [one for one in world.effects() if one["entity_id"] == owner["entity_id"]]
    assert len(effect) == 1 and int(effect[0]["after"]) == sent
    assert abs(sent / change["requested"] - 1) <= 0.03 and sent <= owner["daily_budget"] * 1.2
    audit = done["history"][0]
    assert audit["old_value"] == owner["daily_budget"] and audit["approved_by"] and audit["answer"]


def _completed(world: World, change_id: str) -> dict[str, Any] | None:
    found: dict[str, Any] = world.get(f"/api/v2/changes/{change_id}")
    assert found["state"] not in ("failed", "blocked"), found
    return found if found["state"] == "completed" else None
