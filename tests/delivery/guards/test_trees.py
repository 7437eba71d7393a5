"""What was approved must still stand there: the tree, the creative, and an ad set that is not left empty."""

from dataclasses import replace
from typing import Any

import pytest

from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.drift.records import Difference, Drift
from kinoloop.delivery.guards.rules import creative_drift, fingerprint, never_empty, same_tree, tree_drift
from tests.delivery.made import ACCOUNT, MINUTE, NOW, Place, made, sent, wish

DRIFT = Drift("d1", "a1", "act_1", (Difference("copy.title", "Old", "New"),), NOW)


def changed(entity_id: str, **values: Any) -> Place:
    place = Place()
    place.set(entity_id, **values)
    return place


@pytest.mark.parametrize(
    ("entity_id", "values", "said"),
    [
        ("s1", {"daily_budget": 13_000}, "Ad set 'S1' (s1): the daily budget is 13000, was 10000."),
        ("s1", {"status": "PAUSED"}, "Ad set 'S1' (s1): the status is PAUSED, was ACTIVE."),
        ("s1", {"audience": "x"}, "Ad set 'S1' (s1): it is shown to other people than before (targeting)."),
        ("s1", {"bid": None}, "Ad set 'S1' (s1): the bid is none, was 300."),
        ("c1", {"status": "PAUSED"}, "Campaign 'C1' (c1): the status is PAUSED, was ACTIVE."),
        ("c1", {"daily_budget": 9_000}, "Campaign 'C1' (c1): the daily budget is 9000, was none."),
        ("a1", {"creative_id": "k9"}, "Ad 'A1' (a1): the creative is k9, was k1."),
        ("a1", {"status": "PAUSED"}, None),
        ("s1", {"name": "Renamed"}, None),
        ("s2", {"daily_budget": 1}, None),
        ("a3", {"creative_id": "k9"}, None),
    ],
)
def test_each_field_that_differs_is_named(entity_id: str, values: dict[str, Any], said: str | None) -> None:
    approved = fingerprint(Place().look("s1"))
    found = same_tree(approved, fingerprint(changed(entity_id, **values).look("s1")))
    assert found == (() if said is None else (said,))


def test_a_new_ad_or_one_switched_on_is_drift_and_one_that_is_gone_is_not() -> None:
    approved = fingerprint(changed("a2", status="PAUSED").look("s1"))
    assert same_tree(approved, fingerprint(Place().look("s1"))) == (
        "Ad 'A2' (a2): the status is ACTIVE, was PAUSED.",
    )
    fewer = Place()
    del fewer.there["a2"]
    assert same_tree(approved, fingerprint(fewer.look("s1"))) == ()
    more = Place()
    more.there["a9"] = made("ad", "a9", "s1", creative_id="k9")
    assert "Ad 'A9' (a9) was not there." in same_tree(approved, fingerprint(more.look("s1")))


def test_drift_of_the_tree_blocks_everything_but_a_pause() -> None:
    live = changed("s1", daily_budget=13_000).look("s1")
    block = tree_drift(wish(), live)
    assert block is not None and "the daily budget is 13000, was 10000" in block.reason
    assert tree_drift(wish(), Place().look("s1")) is None
    assert tree_drift(wish(change_type="status", requested="PAUSED"), live) is None


def test_amounts_above_matter_only_for_switching_on() -> None:
    place = Place()
    place.set("a1", status="PAUSED")
    before = place.look("a1")
    place.set("s1", daily_budget=20_000)
    on = wish("a1", "status", "ACTIVE", live=before)
    assert tree_drift(on, place.look("a1")) is not None
    assert tree_drift(wish("a1", "creative", "k9", live=before), place.look("a1")) is None
    place.set("s1", daily_budget=None)
    assert tree_drift(wish("a1", "creative", "k9", live=before), place.look("a1")) is not None


def test_an_open_creative_drift_blocks_more_money_and_nothing_else() -> None:
    place = Place()
    live, ad = place.look("s1"), place.look("a1")
    block = creative_drift(wish(), live, (DRIFT,))
    assert block is not None and "ad a1 otherwise than approved (copy.title)" in block.reason
    assert creative_drift(wish(requested=9_000), live, (DRIFT,)) is None
    assert creative_drift(wish(change_type="status", requested="PAUSED"), live, (DRIFT,)) is None
    assert creative_drift(wish("a1", "creative", "k1"), ad, (DRIFT,)) is None
    assert creative_drift(wish(change_type="bid", requested=310), live, (DRIFT,)) is not None
    assert creative_drift(wish(change_type="bid", requested=290), live, (DRIFT,)) is None
    assert creative_drift(wish("a1", "status", "ACTIVE"), ad, (DRIFT,)) is not None
    assert creative_drift(wish(), live, (replace(DRIFT, cleared_at=NOW),)) is None
    assert creative_drift(wish("s2"), place.look("s2"), (DRIFT,)) is None
    assert creative_drift(wish("c2", requested=8_100), place.look("c2"), (DRIFT,)) is not None


def pause(entity_id: str) -> Any:
    return wish(entity_id, "status", "PAUSED")


def test_the_last_active_ad_of_an_active_set_stays() -> None:
    place = Place()
    assert never_empty(pause("a1"), ACCOUNT, place.look("a1"), (), NOW) is None
    place.set("a2", status="PAUSED")
    block = never_empty(pause("a1"), ACCOUNT, place.look("a1"), (), NOW)
    assert block is not None and "0 would be left, and 1 must stay" in block.reason
    none_needed = replace(ACCOUNT, guards=GuardSettings(min_active_ads=0))
    assert never_empty(pause("a1"), none_needed, place.look("a1"), (), NOW) is None
    assert never_empty(pause("s1"), ACCOUNT, place.look("s1"), (), NOW) is None
    assert never_empty(wish("a1", "creative", "k9"), ACCOUNT, place.look("a1"), (), NOW) is None
    place.set("s1", status="PAUSED")
    assert never_empty(pause("a1"), ACCOUNT, place.look("a1"), (), NOW) is None


def test_a_sibling_that_cannot_run_does_not_count() -> None:
    place = Place()
    place.set("a2", effective_status="DISAPPROVED")
    assert never_empty(pause("a1"), ACCOUNT, place.look("a1"), (), NOW) is not None
    assert never_empty(pause("a2"), ACCOUNT, place.look("a2"), (), NOW) is None
    place.set("a2", effective_status="CAMPAIGN_PAUSED")
    assert never_empty(pause("a1"), ACCOUNT, place.look("a1"), (), NOW) is None


def test_two_pauses_that_meet_do_not_empty_the_set() -> None:
    """The look still shows the sibling as active: its pause is on its way, or ended after the look."""
    live = Place().look("a1")
    flying = sent("a2", "ACTIVE", "PAUSED", NOW - MINUTE, status="executing")
    ended = sent("a2", "ACTIVE", "PAUSED", NOW + MINUTE)
    before = sent("a2", "ACTIVE", "PAUSED", NOW - MINUTE)
    assert never_empty(pause("a1"), ACCOUNT, live, (flying,), NOW) is not None
    assert never_empty(pause("a1"), ACCOUNT, live, (ended,), NOW + 2 * MINUTE) is not None
    assert never_empty(pause("a1"), ACCOUNT, live, (before,), NOW) is None
    undated = replace(live, entity=replace(live.entity, seen_at=None))
    assert never_empty(pause("a1"), ACCOUNT, undated, (before,), NOW) is not None
    activated = replace(flying, new_value="ACTIVE")
    assert never_empty(pause("a1"), ACCOUNT, live, (activated,), NOW) is None
