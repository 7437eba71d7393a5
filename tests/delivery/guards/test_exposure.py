"""The daily loss bound: what counts, from which level, and that nothing automation does passes it."""

from dataclasses import replace
from typing import Any

import pytest

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.delivery.accounts.rules import owners_under, standing
from kinoloop.delivery.guards.records import Exposure
from kinoloop.delivery.guards.rules import OVERSPEND, exposure_of, judge, levels_for, loss_bound
from kinoloop.delivery.guards.rules.exposure import loss_span
from tests.delivery.made import ACCOUNT, FREE, NOW, Place, entities, made, sent, wish


def tree(**changed: dict[str, Any]) -> tuple[AdEntity, ...]:
    return tuple(replace(one, **changed.get(one.entity_id, {})) for one in entities())


def risk(bound: int = 10_000, *, levels: dict[str, int] | None = None, **changed: dict[str, Any]) -> Exposure:
    return exposure_of(tree(**changed), levels or {}, (), bound)


def test_what_budgets_may_spend_as_the_tree_stands() -> None:
    assert standing(tree()) == {"s1": 10_000, "s2": 5_000, "c2": 8_000}
    off = {"status": "PAUSED"}
    assert standing(tree(c1=off)) == {"s1": 0, "s2": 0, "c2": 8_000}
    assert standing(tree(s1=off)) == {"s1": 0, "s2": 5_000, "c2": 8_000}
    assert standing(tree(a1=off)) == {"s1": 10_000, "s2": 5_000, "c2": 8_000}
    assert standing(tree(a1=off, a2=off)) == {"s1": 0, "s2": 5_000, "c2": 8_000}
    assert standing(tree(s3=off))["c2"] == 0
    assert standing(tree(s1={"gone_at": NOW})) == {"s2": 5_000, "c2": 8_000}
    assert standing([made("adset", "s9", "c9", daily_budget=700)]) == {"s9": 700}  # nothing known below


@pytest.mark.parametrize(
    ("entity_id", "owners"),
    [("a1", {"s1"}), ("s1", {"s1"}), ("c1", {"s1", "s2"}), ("a5", {"c2"}), ("s3", {"c2"}), ("c2", {"c2"})],
)
def test_whose_spending_a_status_decides(entity_id: str, owners: set[str]) -> None:
    assert owners_under(entity_id, tree()) == owners


def test_automation_answers_for_what_is_above_the_approved_level_and_the_platforms_overspend() -> None:
    seen = risk(levels={"s1": 9_000, "s2": 6_000})
    assert OVERSPEND * 1_000 == 1_750
    assert seen.by_entity == {"s1": 1_750} and seen.used == 1_750
    assert risk().used == 0


def test_what_is_on_its_way_counts_as_if_it_had_arrived() -> None:
    flights = (
        sent("s1", 10_000, 11_000, NOW, status="unknown"),
        sent("s2", 5_000, 4_000, NOW, status="executing"),
    )
    seen = exposure_of(tree(), {"s1": 10_000, "s2": 5_000}, flights, 0)
    assert seen.by_entity == {"s1": 1_750}
    on = (sent("a1", "PAUSED", "ACTIVE", NOW, status="executing"),)
    off = tree(a1={"status": "PAUSED"}, a2={"status": "PAUSED"})
    assert exposure_of(off, {"s1": 0}, on, 0).used == 17_500


def test_a_raise_may_use_what_is_left_and_not_a_cent_more() -> None:
    """Bound 100.00, nothing used: 100.00 / 1.75 = 57.14 above the level."""
    live, exposure = Place().look("s1"), risk(10_000)
    assert loss_span(wish(), live, exposure).high == 15_714
    assert loss_bound(wish(requested=15_714), ACCOUNT, live, exposure) is None
    block = loss_bound(wish(requested=15_715), ACCOUNT, live, exposure)
    assert block is not None and block.reason == (
        "Automation may put USD 100.00 a day at risk in this account; USD 0.00 are in use, and this would "
        "make it USD 100.02."
    )
    used = risk(10_000, levels={"s2": 1_000, "s1": 9_000})  # 70.00 by s2, 17.50 by s1 already
    assert loss_span(wish(), live, used).high == 9_000 + 1_714


def test_nothing_may_be_raised_under_a_bound_of_zero_but_a_person_may() -> None:
    live = Place().look("s1")
    assert loss_bound(wish(requested=10_001), ACCOUNT, live, risk(0)) is not None
    assert loss_bound(wish(requested=10_001, approved_by="ada"), ACCOUNT, live, risk(0)) is None
    assert loss_bound(wish(requested=9_000), ACCOUNT, live, risk(0)) is None
    assert loss_bound(wish(change_type="status", requested="PAUSED"), ACCOUNT, live, risk(0)) is None


def test_going_back_up_to_the_approved_level_is_free_even_over_the_bound() -> None:
    live = Place().look("s1")
    over = risk(0, levels={"s1": 12_000, "s2": 1_000})
    assert over.used == 7_000
    assert loss_bound(wish(requested=12_000), ACCOUNT, live, over) is None
    assert loss_bound(wish(requested=12_001), ACCOUNT, live, over) is not None


def test_switching_on_counts_the_whole_budget_unless_it_spends_already() -> None:
    off = {"status": "PAUSED"}
    dark = risk(20_000, a1=off, a2=off)
    place = Place(tree(a1=off, a2=off))
    change = wish("a1", "status", "ACTIVE", live=place.look("a1"))
    assert levels_for(change, dark) == {"s1": 0}
    assert loss_bound(change, ACCOUNT, place.look("a1"), dark) is None
    assert loss_bound(change, ACCOUNT, place.look("a1"), replace(dark, bound=17_499)) is not None
    lit = risk(0, a1=off)
    place = Place(tree(a1=off))
    change = wish("a1", "status", "ACTIVE", live=place.look("a1"))
    assert levels_for(change, lit) == {"s1": 10_000}
    assert loss_bound(change, ACCOUNT, place.look("a1"), lit) is None


def test_a_campaign_switched_on_counts_all_its_ad_sets() -> None:
    off = {"status": "PAUSED"}
    dark, place = risk(26_250, c1=off), Place(tree(c1=off))
    change = wish("c1", "status", "ACTIVE", live=place.look("c1"))
    assert levels_for(change, dark) == {"s1": 0, "s2": 0}
    assert loss_bound(change, ACCOUNT, place.look("c1"), dark) is None
    assert loss_bound(change, ACCOUNT, place.look("c1"), replace(dark, bound=26_249)) is not None


def test_levels_are_kept_only_for_what_automation_lifts() -> None:
    assert levels_for(wish(), risk()) == {"s1": 10_000}
    assert levels_for(wish(), risk(levels={"s1": 8_000})) == {"s1": 8_000}
    assert levels_for(wish(approved_by="ada"), risk()) == {}
    assert levels_for(wish(change_type="status", requested="PAUSED"), risk()) == {}
    assert levels_for(wish(change_type="bid", requested=310), risk()) == {}
    elsewhere = wish("a1", "status", "ACTIVE")
    assert levels_for(elsewhere, exposure_of((), {}, (), 0)) == {}


def test_the_fuzz_shrinks_before_the_bound_blocks() -> None:
    account = replace(ACCOUNT, guards=replace(FREE, daily_loss_bound=1_750))
    exposure = risk(1_750)
    live = Place().look("s1")
    high = judge(wish(requested=11_000), account, live, (), NOW, 0.99, exposure, ())
    assert high.passed and high.value == 11_000 and high.facts["loss_bound"]["after"] == 1_750
    low = judge(wish(requested=11_000), account, live, (), NOW, 0.0, exposure, ())
    assert low.value == 10_670
    exact = judge(wish(requested=11_000, exact=True), account, live, (), NOW, 0.0, exposure, ())
    assert exact.value == 11_000
