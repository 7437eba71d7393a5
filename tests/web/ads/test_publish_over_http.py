"""Only HTTP: a finished film is looked at, approved by its hash, and stands at the sandbox's Meta, paused."""

import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from kinoloop.app.compose import App, open_app
from kinoloop.app.settings import read_settings
from kinoloop.creative.renders.records import Variant
from kinoloop.sandbox.testing import Sandbox, running_sandbox
from kinoloop.web.site import create_site
from tests.films import draw_film
from tests.flows.over_http import soon
from tests.flows.publish_ads.conftest import rendered
from tests.web.browser import free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
ACCOUNT = "act_100000000000001"
DRAFT = {
    "account_id": ACCOUNT,
    "name": "Morning film",
    "page_id": "100000000000777",
    "title": "Fresh bread",
    "body": "Every morning at six.",
    "link": "https://shop.example/bread",
    "cta": "SHOP_NOW",
    "campaign": "Bread, spring",
    "ad_set": "Bread, spring, US",
    "countries": ["US"],
    "daily_budget": 2050,
}


@dataclass
class World:
    """The house over HTTP, and what the sandbox's Meta tells of itself."""

    app: App
    house: httpx2.Client
    outside: httpx2.Client
    variant: Variant
    proof: str

    def send(self, body: dict[str, Any], status: int) -> Any:
        answer = self.house.post("/api/v2/ads", json={"variant_id": self.variant.variant_id} | body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def ended(self, job_id: str) -> dict[str, Any]:
        def look() -> dict[str, Any] | None:
            told: dict[str, Any] = self.house.get(f"/api/jobs/{job_id}").json()
            return told if told["status"] in ("completed", "failed") else None

        found: dict[str, Any] = soon(look, 120)
        assert found["status"] == "completed", found
        return found

    def node(self, entity_id: str, fields: str) -> dict[str, Any]:
        """What Meta itself says of it."""
        asked = {"fields": fields, "appsecret_proof": self.proof}
        told: dict[str, Any] = self.outside.get(f"/meta/v26.0/{entity_id}", params=asked).json()
        return told


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with running_sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def world(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    mine = {**sandbox.environment, "META_AD_ACCOUNT_ID": ACCOUNT, "KINOLOOP_HOME": str(tmp_path / "home")}
    for name, value in mine.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    film = tmp_path / "film.mp4"
    draw_film(film, seconds=2.0, size=(180, 320))
    app = open_app(read_settings(), hurried=True)
    app.runs.launch()
    proof = hmac.new(sandbox.keys.meta_app_secret.encode(), sandbox.keys.meta.encode(), "sha256").hexdigest()
    keys = {"authorization": f"Bearer {sandbox.keys.meta}"}
    try:
        app.ads.first_look()
        variant = rendered(app.database, app.blobs, film)
        with (
            serving(create_site(app), free_port()) as base,
            httpx2.Client(base_url=base, headers={"authorization": f"Bearer {app.token}"}) as house,
            httpx2.Client(base_url=sandbox.url, headers=keys) as outside,
        ):
            soon(lambda: house.get("/api/v2/accounts").json()["accounts"])
            yield World(app, house, outside, variant, proof)
    finally:
        app.close()


def test_from_a_look_to_a_paused_ad_that_reads_as_approved(world: World) -> None:
    seen = world.send({"draft": DRAFT, "dry": True}, 200)
    assert (seen["daily_budget"], seen["most_a_day"], seen["findings"]) == (2050, 3588, [])
    assert world.house.get(seen["film_url"]).headers["content-type"] == "video/mp4"
    started = world.send({"draft": DRAFT, "sha256": seen["sha256"]}, 202)
    made = world.ended(started["job_id"])["result"]

    ad = world.node(made["ad_id"], "name,status,effective_status,adset_id,campaign_id,creative")
    assert (ad["name"], ad["status"], ad["creative"]["id"]) == ("Morning film", "PAUSED", made["creative_id"])
    ad_set = world.node(ad["adset_id"], "status,daily_budget,targeting,optimization_goal")
    assert (ad_set["status"], int(ad_set["daily_budget"])) == ("PAUSED", 2050)
    assert ad_set["targeting"]["geo_locations"] == {"countries": ["US"]}
    assert ad_set["optimization_goal"] == "LINK_CLICKS"
    campaign = world.node(ad["campaign_id"], "name,status,objective")
    assert (campaign["status"], campaign["objective"]) == ("PAUSED", "OUTCOME_TRAFFIC")

    told = world.house.get("/api/v2/ads", params={"video_id": "v-1"}).json()
    assert told["ads"] == [
        {
            "ad_id": made["ad_id"],
            "variant_id": world.variant.variant_id,
            "name": "Morning film",
            "account_id": ACCOUNT,
            "status": told["ads"][0]["status"],
        }
    ]
    assert "PAUSED" in told["ads"][0]["status"] and told["runs"] == []
    page = world.house.get("/videos/v-1", headers={"accept": "text/html"}).text
    assert f"Ad <code>{made['ad_id']}</code>: Paused" in page and f'href="/accounts/{ACCOUNT}"' in page
    assert f"Ad {made['ad_id']} is there, off" in world.house.get(f"/runs/{started['job_id']}").text

    _a_second_one_joins(world, made)


def _a_second_one_joins(world: World, first: dict[str, Any]) -> None:
    """In the ad set that was made; the first one's name is taken."""
    assert "'name' is taken" in world.send({"draft": DRAFT | {"title": "Bread!"}, "dry": True}, 422)["what"]
    page = world.house.get(f"/videos/v-1/ads/{world.variant.variant_id}").text
    assert re.search(rf'value="{first["ad_set_id"]}"[^>]*>Bread, spring › Bread, spring, US<', page)
    wish = DRAFT | {"name": "Morning film 2", "into": first["ad_set_id"]}
    seen = world.send({"draft": wish, "dry": True}, 200)
    assert "already and not changed" in seen["joins"]
    second = world.ended(world.send({"draft": wish, "sha256": seen["sha256"]}, 202)["job_id"])["result"]
    assert (second["ad_set_id"], second["campaign_id"]) == (first["ad_set_id"], first["campaign_id"])
    assert second["ad_id"] != first["ad_id"] and second["video_id"] == first["video_id"]
