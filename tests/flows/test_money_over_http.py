"""Only HTTP: a click, a deal and its stages, the credit, the change that follows, a person's yes, the audit;
then a decision about all ads, its change, and the next decision, which knows more.

Nothing here imports a room of the product's money. SQLite has one process, PostgreSQL two workers besides.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.flows.over_http import ACCOUNT, SHOP, TENANT, World, soon, world_on

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"
)
STAGES = ("lead", "appointment_scheduled", "show_up", "closed_won")
HOURS = (1, 12, 30, 47)
"""After the click each of the stages was entered."""
VELOCITY = 0.4
GOOD, USUAL = 9, 3
"""Leads of a good ad in the weeks before, all won; of any other, one won."""
Json = dict[str, Any]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """One process on SQLite; on PostgreSQL a server and two workers."""
    url = request.getfixturevalue(f"{request.param}_url")
    with world_on(url, tmp_path, workers=2 if request.param == "postgres" else 0) as world:
        yield world


def test_from_a_click_to_the_next_decision(world: World) -> None:
    ads = _opened(world)
    ad, other = ads[0], next(one for one in reversed(ads) if one["owner"] not in ads[0].values())
    _history(world, ads, good=[one["entity_id"] for one in ads if one["parent_id"] == ad["parent_id"]])

    deal = _sold(world, ad, "First", 20_000)
    _credited(world, deal, ad, 2_000_000)
    change = _wished(world, ad)
    assert change["requested"] == pytest.approx(ad["owner_budget"] * 1.15, abs=1)
    assert f"Deal {deal} reached \u201cClosed won\u201d" in change["reason"]
    assert f"credited to ad \u201c{ad['name']}\u201d" in change["reason"]
    stands = _applied(world, change, before=ad["owner_budget"])

    first = _decided(world)
    line = _line(first, ad)
    assert line["name"] == ad["name"] and line["word"] in ("keep", "scale")
    assert line["low"] < line["mean"] < line["high"] and line["reason"]
    assert line["share"] > 0 and sum(one["share"] for one in first["lines"]) == pytest.approx(1)
    assert line["chance_best"] > 1 / len(ads), "nine deals and this one count"
    step = next(one for one in first["steps"] if one["entity_id"] == ad["owner"])
    assert ad["entity_id"] in step["ad_ids"] and step["before"] == stands < step["requested"]
    change = world.get(f"/api/v2/changes/{step['change_id']}")
    assert change["triggered_by"] == "decide_budget" and change["reason"] == step["reason"]
    assert change["expected"]["worst_case"] > 0 and change["confidence"] == step["confidence"]
    sent = _applied(world, change, before=stands)
    assert world.get(f"/api/v2/decisions/{change['change_id']}")["decision_id"] == first["decision_id"]

    world.catch_up()
    _credited(world, _sold(world, other, "Second", 60_000), other, 6_000_000)
    world.finished(world.send(f"/api/v2/accounts/{ACCOUNT}/pull")["job_id"])
    assert _entities(world)[ad["owner"]]["daily_budget"] == sent

    later = _decided(world)
    assert later["round_sha256"] != first["round_sha256"] and later["spend"] > first["spend"]
    assert later["total"] == first["total"], "what it raised itself is no more money to hand out"
    assert later["stands"] - first["stands"] == sent - stands
    was, now = _line(first, other), _line(later, other)
    assert now["mean"] > was["mean"] and now["chance_best"] > was["chance_best"]
    assert now["reason"] != was["reason"]
    told = [one["decision_id"] for one in world.get(f"/api/v2/decisions/ads/{ad['entity_id']}")["lines"]]
    assert told.index(later["decision_id"]) < told.index(first["decision_id"])
    for decision in (first, later):
        again = world.get(f"/api/v2/decisions/{decision['decision_id']}/replay")
        assert again["same"] and again["replayed_sha256"] == decision["round_sha256"]


def _opened(world: World) -> list[Json]:
    """Limits that let a test go fast, a CRM that calls; the account's ads with who holds their money."""
    account = soon(lambda: world.get("/api/v2/accounts")["accounts"])[0]
    fast = {"jitter_ms_min": 0, "jitter_ms_max": 1, "daily_loss_bound": 10**7, "cooldown_minutes": 0}
    guards = account["guards"] | fast | {"velocity": VELOCITY}
    world.send(f"/api/v2/accounts/{ACCOUNT}/guards", guards, method="PUT")
    bandit = {"bandit": {"velocity": VELOCITY}}
    world.send(f"/api/v2/decisions/settings/{ACCOUNT}", bandit, method="PUT")
    hook = {"url": f"{world.house.base_url}/webhooks/hubspot"}
    assert world.crm.post("/__sandbox/hubspot/webhooks", json=hook).status_code < 300
    there = soon(lambda: _entities(world))
    ads = [one for one in there.values() if one["kind"] == "ad" and there[one["parent_id"]]["daily_budget"]]
    return [
        one | {"owner": one["parent_id"], "owner_budget": there[one["parent_id"]]["daily_budget"]}
        for one in ads
    ]


def _entities(world: World) -> dict[str, Json]:
    found = world.get(f"/api/v2/accounts/{ACCOUNT}/entities")["entities"]
    return {one["entity_id"]: one for one in found}


def _history(world: World, ads: Sequence[Json], good: Sequence[str]) -> None:
    """Clicks and deals of the two weeks before, handed in by somebody with a key."""
    now, deals = datetime.now(UTC), list[Json]()
    for ad in (one["entity_id"] for one in ads):
        count = GOOD if ad in good else USUAL
        for number in range(count):
            at = now - timedelta(days=12.5 - 9 * number / count)
            click = {"tenant_id": TENANT, "ad_id": ad, "click_id": f"{ad}-{number}"}
            world.send("/api/ml/attribution/track-click", click | {"click_timestamp": at.isoformat()})
            far = len(STAGES) if ad in good or not number else number
            moves = [
                {"stage": stage, "at": (at + timedelta(hours=hours)).isoformat()}
                for stage, hours in zip(STAGES[:far], HOURS, strict=False)
            ]
            who = {"contact_id": f"p-{ad}-{number}", "click_id": click["click_id"]}
            deals.append({"deal_id": f"d-{ad}-{number}", "amount": "1500", "moves": moves, "contacts": [who]})
    told = world.send("/api/ml/ingest-crm-data", {"tenant_id": TENANT, "deals": deals})
    assert told["status"] == "success", told


def _sold(world: World, ad: Json, name: str, amount: int) -> str:
    """A stranger clicks the ad, leaves a name and buys; gives the deal's id at HubSpot."""
    link = f"/c/{TENANT}/{ad['entity_id']}?to={SHOP}&consent=1&fbclid=fb.{name}"
    gone = httpx2.get(f"{world.house.base_url}{link}", headers={"user-agent": PHONE})
    assert gone.status_code == 302
    click_id = parse_qs(urlsplit(gone.headers["location"]).query)["kinoloop_click"][0]
    known = {"email": f"{name.lower()}@b.example", "kinoloop_click_id": click_id}
    person = world.hubspot("POST", "/contacts", {"properties": known})
    links = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 3}]
    wish = {
        "properties": {"dealname": name, "dealstage": "appointmentscheduled", "amount": str(amount)},
        "associations": [{"to": {"id": person["id"]}, "types": links}],
    }
    deal = str(world.hubspot("POST", "/deals", wish)["id"])
    world.hubspot("PATCH", f"/deals/{deal}", {"properties": {"dealstage": "closedwon"}})
    return deal


def _credited(world: World, deal: str, ad: Json, value: int) -> None:
    """The ledger has the deal as won, and all of its money goes to the ad."""
    told = soon(lambda: _won(world, deal))
    assert told["value"] == value
    assert [(one["ad_id"], one["share"]) for one in told["ads"]] == [(ad["entity_id"], 1.0)]


def _won(world: World, deal: str) -> Json | None:
    answer = world.house.get(f"/api/v2/lineage/deals/{deal}")
    told: Json | None = answer.json() if answer.status_code == 200 else None
    return told if told and told["won"] and told["ads"] else None


def _wished(world: World, ad: Json) -> Json:
    """The change that a deal of the ad calls for."""
    [change] = soon(lambda: world.get("/api/v2/changes?state=proposed")["changes"])
    assert change["entity_id"] == ad["owner"] and change["triggered_by"] == "crm_deal"
    return dict(change)


def _decided(world: World) -> Json:
    """A round of decisions now, whole."""
    run = world.send("/api/v2/decisions", {"account_id": ACCOUNT})["run_id"]
    made = world.finished(run)["decisions"][ACCOUNT]
    return dict(world.get(f"/api/v2/decisions/{made['decision_id']}"))


def _line(decision: Json, ad: Json) -> Json:
    return next(one for one in decision["lines"] if one["ad_id"] == ad["entity_id"])


def _applied(world: World, change: Json, *, before: int) -> int:
    """Said yes to, sent once, read back, and in the audit; gives what stands at the platform now."""
    path = f"/api/v2/changes/{change['change_id']}"
    world.send(f"{path}/approve", {"sha256": change["sha256"]})
    done = soon(lambda: _completed(world.get(path)))
    [audit] = done["history"]
    sent = int(audit["new_value"])
    assert abs(sent / change["requested"] - 1) <= 0.03, "no more than the fuzz off what was approved"
    assert audit["old_value"] == before and audit["read_back"] == sent
    assert audit["approved_by"] and audit["answer"] and audit["reason"] == change["reason"]
    [effect] = [one for one in world.effects(change["entity_id"]) if int(one["before"]) == before]
    assert int(effect["after"]) == sent
    return sent


def _completed(change: Json) -> Json | None:
    assert change["state"] not in ("failed", "blocked", "rejected"), change
    return change if change["state"] == "completed" else None
