"""Policies in force, and another one tried on what was logged: an estimate where the log carries it."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from kinoloop.core.clock import ManualClock
from kinoloop.learning.bandit.records import BanditSettings
from kinoloop.learning.decisions import operations
from kinoloop.learning.decisions.rules.deciding import decide
from kinoloop.store.session import Database
from kinoloop.web.pages.login import one_time_link
from kinoloop.web.site import create_site
from tests.delivery.made import NOW
from tests.learning.decisions.views import known
from tests.learning.decisions.worlds import ACCOUNT, ADS, TENANT, Plain, World
from tests.web.conftest import HERE
from tests.web.house import open_house
from tests.web.test_money_pages import text_of

DAYS = 40
SPREAD = Plain(budgets={"a1": 2_600, "a2": 2_300, "a3": 2_000, "a4": 1_700, "a5": 1_400})
MATURE = NOW + timedelta(days=28)


@pytest.fixture
def world(sqlite_database: Database) -> World:
    made = World(sqlite_database)
    made.open()
    made.days()
    return made


@pytest.fixture
def visitor(world: World, tmp_path: Path) -> Iterator[TestClient]:
    """A browser in the house of that tenant, four weeks later."""
    with entered(world, tmp_path, TENANT) as made:
        yield made


@contextmanager
def entered(world: World, folder: Path, tenant: str) -> Iterator[TestClient]:
    clock = ManualClock(MATURE)
    house = open_house(world.database, folder, clock=clock, tenant=tenant)
    site = create_site(house, clock=clock)
    made = TestClient(site, base_url=HERE, headers={"accept": "text/html"}, follow_redirects=False)
    assert made.get(one_time_link(house, clock, HERE)).status_code == 303
    yield made
    house.runs.close()


def decided(world: World, days: int) -> None:
    """A round at NOW's hour of each of so many days before today."""
    for ago in range(1, days + 1):
        at = NOW - timedelta(days=ago)
        made = decide(replace(known(), at=at), SPREAD, BanditSettings())
        with world.database.begin() as connection:
            operations.record(connection, made, (), (), key=str(at), made_by={}, new_id=world.ids)


def sold(world: World, ads: Sequence[str] = ADS) -> None:
    """Every day some ads sell, the first of these most."""
    world.days(DAYS)
    for day in range(2, DAYS):
        for ad_id in ads[: 1 + day % 3]:
            way = {"closed_won": 24.0 * day}
            world.deal(f"{ad_id}-{day}", way, ad_id=ad_id, delay=1.0, value=12_000)


def test_every_account_names_its_policy_and_who_could_be_tried(world: World, visitor: TestClient) -> None:
    page = text_of(visitor, "/models")
    assert "Budget policies" in page and "Kinoloop&#39;s own" in page and "Try greedy" in page
    assert "It has not decided anything yet." in page and "No data yet" in page
    decided(world, 2)
    assert "Last decided 29 days ago over 5 ads (plain 1)." in text_of(visitor, "/models")


def test_without_rounds_a_try_is_refused_with_the_reason(world: World, visitor: TestClient) -> None:
    page = text_of(visitor, f"/models/policies/{ACCOUNT}/equal")
    assert "Refused: not enough data" in page and "it holds 0 rounds, 10 are needed." in page
    assert "Until then a person decides, not the log." in page
    assert "Difference per 1 spent" not in page and "refused" in page
    assert '<svg class="estimate"' not in visitor.get(f"/models/policies/{ACCOUNT}/equal").text


def test_with_enough_rounds_a_worse_policy_is_known(world: World, visitor: TestClient) -> None:
    sold(world)
    decided(world, DAYS)
    page = text_of(visitor, f"/models/policies/{ACCOUNT}/equal")
    assert "Equal split, tried in" in page and "In force there: Kinoloop&#39;s own." in page
    assert "It would be worse: 0.6313 against 0.7795 logged" in page and "Refused" not in page
    assert "Difference per 1 spent -0.148 95 %: -0.176 to -0.120" in page
    assert "Effective sample 147 of 195 rows; 100 is asked" in page
    assert visitor.get(f"/models/policies/{ACCOUNT}/equal").text.count('<svg class="estimate"') == 3


def test_with_enough_rounds_a_better_policy_is_not_turned_down(world: World, visitor: TestClient) -> None:
    sold(world, tuple(reversed(ADS)))
    decided(world, DAYS)
    page = text_of(visitor, f"/models/policies/{ACCOUNT}/equal")
    assert "Not shown to be worse" in page and "Difference per 1 spent +0." in page
    assert "Equal split decides from now on" in page and "all the same" not in page


def switched(visitor: TestClient, **fields: str) -> int:
    """Post the form of the page as it stands; gives the status."""
    page = visitor.get(f"/models/policies/{ACCOUNT}/equal").text
    proof = re.search(r'name="csrf" content="(\w+)"', page)
    headers = {"hx-request": "true", "x-kinoloop-csrf": proof[1] if proof else ""}
    told = {"expected": "ours", "reason": "Even for a week"} | fields
    address = f"/models/policies/{ACCOUNT}/equal"
    return visitor.post(address, headers=headers, data=told).status_code


def test_a_switch_that_the_log_cannot_judge_takes_a_yes_and_is_listed(
    world: World, visitor: TestClient
) -> None:
    page = text_of(visitor, f"/models/policies/{ACCOUNT}/equal")
    assert "The log cannot tell what it would earn." in page and "all the same" in page
    assert "Switched before" not in page
    assert switched(visitor) == 409 and switched(visitor, yes="yes", reason="") == 422
    assert switched(visitor, yes="yes", expected="greedy") == 409
    assert switched(visitor, yes="yes") == 204
    assert "Equal split The same for every running ad." in text_of(visitor, "/models")
    page = text_of(visitor, f"/models/policies/{ACCOUNT}/equal")
    assert "Equal split in the place of Kinoloop&#39;s own" in page and "Even for a week" in page
    assert "by an explicit yes" in page and "It is in force there." in page
    assert "decides from now on" not in page


def test_nobody_elses_account_and_no_unknown_policy_is_tried(
    world: World, visitor: TestClient, tmp_path: Path
) -> None:
    assert visitor.get(f"/models/policies/{ACCOUNT}/best").status_code == 404
    assert visitor.get("/models/policies/act_nobody/equal").status_code == 404
    with entered(world, tmp_path, "main") as other:
        assert other.get(f"/models/policies/{ACCOUNT}/equal").status_code == 404
