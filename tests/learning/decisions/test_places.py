"""Who holds the money, what an ad has of it, and how much is handed out."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.learning.bandit.records import Standing
from kinoloop.learning.decisions.rules import places
from tests.delivery.made import NOW, entities, made, sent

TREE = {one.entity_id: one for one in entities()}


def tree(**changes: dict[str, object]) -> dict[str, AdEntity]:
    """The usual tree with some entities changed; a status holds in effect too."""
    found = dict(TREE)
    for name, values in changes.items():
        more = {"effective_status": values["status"]} if "status" in values else {}
        found[name] = replace(found[name], **(more | values))  # type: ignore[arg-type]
    return found


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_shares_add_up_and_follow_the_spend(amount: int, spent: list[int]) -> None:
    parts = places.shares(amount, spent)
    assert sum(parts) == amount and min(parts) >= 0
    by_spend = [part for _, part in sorted(zip(spent, parts, strict=True))]
    assert all(low <= high + 1 for low, high in pairwise(by_spend))


def test_nothing_has_no_shares() -> None:
    assert places.shares(100, []) == ()


def test_a_budget_is_the_ad_sets_or_the_campaigns() -> None:
    spots = {ad: places.place(TREE[ad], TREE) for ad in ("a1", "a3", "a5")}
    assert [spots[ad].owner_id for ad in ("a1", "a3", "a5")] == ["s1", "s2", "c2"]
    assert [one.entity_id for one in places.owners(TREE)] == ["c2", "s1", "s2"]
    off = tree(c1={"status": "PAUSED"})
    assert [one.on for one in places.owners(off)] == [True, False, False]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "running"),
        ({"a1": {"status": "PAUSED"}}, "killed"),
        ({"s1": {"status": "PAUSED"}}, "killed"),
        ({"c1": {"status": "PAUSED"}}, "off"),
        ({"a1": {"effective_status": "DISAPPROVED"}}, "off"),
        ({"a1": {"effective_status": "PENDING_REVIEW"}}, "off"),
        ({"a1": {"gone_at": NOW}}, "off"),
        ({"s1": {"daily_budget": None}}, "off"),
    ],
)
def test_how_an_ad_stands(changes: dict[str, dict[str, object]], word: Standing) -> None:
    there = tree(**changes)
    spot = places.place(there["a1"], there)
    assert places.stood(spot, "killed") == word


def test_an_ad_that_is_nowhere_is_off() -> None:
    assert places.stood(places.lost_place("zz"), None) == "off"
    alone = made("ad", "a9", "s9", campaign_id="c9")
    assert places.stood(places.place(alone, {"a9": alone}), None) == "off"


def test_whose_pause_it_is() -> None:
    ours: dict[tuple[str, str], tuple[Standing, object]] = {
        ("a1", "a1"): ("killed", NOW),
        ("s2", "a3"): ("parked", NOW),
    }
    paused = tree(a1={"status": "PAUSED"}, a2={"status": "PAUSED"}, s2={"status": "PAUSED"})
    spot = {ad: places.place(paused[ad], paused) for ad in ("a1", "a2", "a3", "a4")}
    said = {ad: places.paused_as(one, ours, {}) for ad, one in spot.items()}  # type: ignore[arg-type]
    assert said == {"a1": "killed", "a2": None, "a3": "parked", "a4": None}
    later = {"a1": NOW + timedelta(hours=6), "a3": NOW - timedelta(hours=6)}
    assert places.paused_as(spot["a1"], ours, later) is None  # type: ignore[arg-type]
    assert places.paused_as(spot["a3"], ours, later) == "parked"  # type: ignore[arg-type]
    both = tree(a1={"status": "PAUSED"}, s1={"status": "PAUSED"})
    assert places.paused_as(places.place(both["a1"], both), ours, {}) is None  # type: ignore[arg-type]


def test_budgets_of_running_ads_add_up_to_their_owners() -> None:
    spots = tuple(places.place(TREE[ad], TREE) for ad in ("a1", "a2", "a3", "a4", "a5"))
    stands: tuple[Standing, ...] = ("running", "running", "running", "killed", "running")
    told = places.budgets(spots, stands, places.owners(TREE), {"a1": 300, "a2": 100}, {"a4": 1234})
    assert told == (7250, 2750, 5000, 1234, 8000)
    assert places.budgets(spots, stands, places.owners(TREE), {}, {})[3] == 2500
    assert places.budgets((places.lost_place("x"),), ("off",), (), {}, {}) == (0,)


def test_what_we_paused_stays_in_the_total_and_what_others_do_moves_it() -> None:
    before = entities()
    ours = (
        sent("s1", 10_000, 12_000, NOW),
        sent("s2", "ACTIVE", "PAUSED", NOW),
        sent("zz", "ACTIVE", "PAUSED", NOW),
    )
    mine = tree(s1={"daily_budget": 12_000}, s2={"status": "PAUSED"})
    assert places.carried(23_000, before, ours, tuple(mine.values())) == (23_000, 0)
    raised = tree(s1={"daily_budget": 13_000}, s2={"status": "PAUSED"}, c2={"status": "PAUSED"})
    assert places.carried(23_000, before, ours, tuple(raised.values())) == (16_000, -7_000)
    nothing = tree(c1={"status": "PAUSED"}, c2={"status": "PAUSED"})
    assert places.carried(1_000, before, (), tuple(nothing.values()))[0] == 0
