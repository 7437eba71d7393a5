"""Budget decisions over HTTP: list, look, replay, settings, decide now."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.core.ids import new_id
from kinoloop.delivery.changes.records import Change, Proposal
from kinoloop.flows.decide_budget.proposing import propose_steps
from kinoloop.flows.decide_budget.round import decide_round
from kinoloop.flows.decide_budget.tools import DecideTools
from kinoloop.learning.decisions.policies import PolicyOf, policy_of
from kinoloop.learning.decisions.records import Decision
from kinoloop.store.session import Database
from kinoloop.web.api.v2 import decisions
from kinoloop.web.site import create_site
from tests.delivery.made import NOW, proposed
from tests.learning.decisions.worlds import ACCOUNT, Plain, World, full
from tests.web.house import TOKEN, open_house

API = "/api/v2/decisions"


@pytest.fixture
def world(database: Database) -> World:
    return full(database)


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[TestClient]:
    """A site with this room, and a program with the token."""
    clock = ManualClock(NOW)
    house = open_house(database, tmp_path, clock=clock)
    site = create_site(house, clock=clock)
    if not any(getattr(route, "path", "") == API for route in site.routes):
        site.include_router(decisions.router)
    yield TestClient(site, base_url="http://localhost", headers={"authorization": f"Bearer {TOKEN}"})
    house.runs.close()


def decided(world: World, *, key: str = "one", make: PolicyOf = policy_of) -> Decision:
    def propose(wish: Proposal) -> Change:
        with world.database.begin() as connection:
            return proposed(connection, world.place, wish, world.ids)

    tools = DecideTools(world.database.read, propose, ManualClock(NOW), new_id, policy_of=make)
    made = decide_round(world.database, tools, ACCOUNT, key=key)
    propose_steps(world.database, tools, made)
    return made


def test_decisions_are_listed_and_looked_at(world: World, client: TestClient) -> None:
    assert client.get(API).json() == {"decisions": [], "count": 0, "next": None}
    first = decided(world, make=lambda *_: Plain({"a1": "killed"}, {"a5": 9_600}))
    second = decided(world, key="two")
    page = client.get(API, params={"account_id": ACCOUNT, "limit": 1}).json()
    assert page["count"] == 1 and page["next"] == page["decisions"][0]["decision_id"] == second.decision_id
    rest = client.get(API, params={"after": page["next"]}).json()
    assert [one["decision_id"] for one in rest["decisions"]] == [first.decision_id]
    told = client.get(f"{API}/{first.decision_id}").json()
    assert (told["total"], told["currency"], told["currency_offset"]) == (23_000, "USD", 100)
    assert told["lines"][0]["ad_id"] == "a5" and told["settings"]["zone_days"] == 2.0
    assert [one["entity_id"] for one in told["steps"]] == ["a1", "s1", "c2"]
    raised = told["steps"][2]
    assert raised["expected"]["worst_case"] == 2_800 and raised["confidence"] == pytest.approx(0.9)
    by_change = client.get(f"{API}/{raised['change_id']}").json()
    assert by_change["decision_id"] == first.decision_id
    history = client.get(f"{API}/ads/a1").json()
    assert [one["standing"] for one in history["lines"]] == ["running", "killed"]


def test_a_decision_is_made_again(world: World, client: TestClient) -> None:
    made = decided(world)
    told = client.get(f"{API}/{made.decision_id}/replay").json()
    assert told["same"] is True and told["replayed_sha256"] == made.round_sha256
    other = decided(world, key="two", make=lambda *_: Plain())
    told = client.get(f"{API}/{other.decision_id}/replay").json()
    assert told["same"] is False and "no policy 'plain 1'" in told["why"]


def test_settings_are_read_and_set_whole(world: World, client: TestClient) -> None:
    usual = client.get(f"{API}/settings/{ACCOUNT}").json()
    assert usual["total"] is None and usual["bandit"]["kill_chance"] == 0.9
    wanted = usual | {"total": 40_000, "bandit": {"zone_days": 3.0, "zone_spend": 20_000}}
    told = client.put(f"{API}/settings/{ACCOUNT}", json=wanted)
    assert told.status_code == 200 and told.json()["bandit"]["zone_days"] == 3.0
    again = client.get(f"{API}/settings/{ACCOUNT}").json()
    assert again["total"] == 40_000 and again["bandit"]["draws"] == 48
    wrong = client.put(f"{API}/settings/{ACCOUNT}", json={"bandit": {"kill_chance": 2}, "policy": "magic"})
    assert wrong.status_code == 422 and "bandit.kill_chance" in wrong.json()["why"]
    assert client.put(f"{API}/settings/{ACCOUNT}", json={"sum": 1}).status_code == 422
    assert decided(world).total == 40_000


def test_another_policy_is_tried_and_takes_over_by_a_yes(world: World, client: TestClient) -> None:
    told = client.get(f"{API}/settings/{ACCOUNT}/trial/equal").json()
    assert told["admitted"] is None and told["gain"] is None and told["rows"] == 0
    assert told["needs_yes"] == "The log cannot tell what it would earn."
    assert "it holds 0 rounds, 10 are needed" in told["told"]
    wanted = {"policy": "equal", "reason": "To learn evenly."}
    refused = client.put(f"{API}/settings/{ACCOUNT}", json=wanted)
    assert refused.status_code == 409 and "it holds 0 rounds" in refused.json()["why"]
    assert client.get(f"{API}/settings/{ACCOUNT}/switches").json() == {"switches": []}
    assert client.put(f"{API}/settings/{ACCOUNT}", json=wanted | {"yes": True}).json()["policy"] == "equal"
    [one] = client.get(f"{API}/settings/{ACCOUNT}/switches").json()["switches"]
    assert (one["from_policy"], one["to_policy"], one["reason"]) == ("ours", "equal", "To learn evenly.")
    assert client.get(f"{API}/settings/{ACCOUNT}/trial/best").status_code == 422
    assert client.get(f"{API}/settings/act_9/switches").status_code == 404


def test_deciding_now_starts_a_run(world: World, client: TestClient) -> None:
    told = client.post(API, json={"account_id": ACCOUNT})
    assert told.status_code == 202
    started = client.get(f"/api/jobs/{told.json()['run_id']}").json()
    assert (started["flow"], started["status"]) == ("decide_budget", "queued")


@pytest.mark.parametrize("path", [f"{API}/nothing", f"{API}/nothing/replay", f"{API}/settings/act_9"])
def test_what_is_not_there_is_404(world: World, client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(API, json={"account_id": "act_9"}).status_code == 404
