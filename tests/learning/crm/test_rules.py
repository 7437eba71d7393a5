"""The rules of the CRM's room: what is wanted, when to try again, who led, who told of which move."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinoloop.learning.crm.records import StageMove
from kinoloop.learning.crm.rules import (
    CLEAR_TRIES,
    LONGEST_WAIT,
    PATIENCE,
    SAME_MOVE,
    Told,
    after_failure,
    event_key,
    evidence,
    highs,
    is_stage_event,
    is_wanted,
    ordered,
    reconcile,
    who_led,
)
from tests.learning.crm.makers import NOON, contact, event


@pytest.mark.parametrize(
    ("kind", "change", "name", "wanted"),
    [
        ("deal", "creation", None, True),
        ("deal", "propertyChange", "dealstage", True),
        ("deal", "propertyChange", "amount", True),
        ("deal", "propertyChange", "dealname", False),
        ("deal", "propertyChange", None, False),
        ("deal", "deletion", None, True),
        ("deal", "privacyDeletion", None, False),
        ("deal", "", None, False),
        ("contact", "propertyChange", "click", True),
        ("contact", "propertyChange", "email", False),
        ("contact", "privacyDeletion", None, True),
        (None, "creation", None, False),
    ],
)
def test_what_is_wanted(kind: None, change: str, name: str | None, wanted: bool) -> None:
    assert is_wanted(kind, change, name, ("click",)) is wanted


def test_a_stage_event() -> None:
    assert is_stage_event(event())
    assert not is_stage_event(event(property_name="amount"))
    assert not is_stage_event(event(kind="contact"))


def test_keys_tell_none_from_empty() -> None:
    keys = {
        event_key("1", "a", "2", name, 3, number) for name in (None, "", "x") for number in (None, "", "3")
    }
    assert len(keys) == 9


def test_waits_grow_to_an_hour_and_end() -> None:
    waits = []
    for tries in range(1, 9):
        state, due = after_failure(tries, passing=True, since=NOON, now=NOON)
        assert state == "failed" and due is not None
        waits.append((due - NOON).total_seconds())
    assert waits == [60, 120, 240, 480, 960, 1920, 3600, 3600]
    assert (
        after_failure(10**6, passing=True, since=NOON, now=NOON + PATIENCE)[1]
        == NOON + PATIENCE + LONGEST_WAIT
    )
    assert after_failure(9, passing=True, since=NOON, now=NOON + PATIENCE * 2) == ("dead", None)


def test_a_clear_no_is_tried_a_few_times_and_an_asked_wait_is_kept() -> None:
    states = [after_failure(n, passing=False, since=NOON, now=NOON)[0] for n in range(1, CLEAR_TRIES + 1)]
    assert states == ["failed"] * (CLEAR_TRIES - 1) + ["dead"]
    _, due = after_failure(1, passing=True, since=NOON, now=NOON, wait=86_400)
    assert due == NOON + timedelta(days=1)


def test_the_surest_link_leads_then_the_first_to_come() -> None:
    plain, early = contact("1"), contact("2", created_at=NOON - timedelta(days=1))
    seen, named = contact("3", visitor_id="v"), contact("4", fbclid="f")
    clicked, again = contact("5", click_id="c"), contact("6", click_id="d")
    assert who_led([]) is None
    assert who_led([plain, early]) == early
    assert who_led([plain, early, seen]) == seen
    assert who_led([seen, named]) == named
    assert who_led([named, again, clicked]) == clicked


def test_evidence_changes_with_what_links() -> None:
    kinds = [
        None,
        contact(),
        contact(click_id="c"),
        contact(fbclid="c"),
        contact(visitor_id="c"),
        contact("52"),
    ]
    assert len({evidence(one) for one in kinds}) == len(kinds)
    assert evidence(contact(properties={"x": "y"})) == evidence(contact())


@given(st.lists(st.integers(-5, 50)))
def test_rises_add_up_to_the_highest(levels: list[int]) -> None:
    assert sum(highs(levels)) == max([0, *levels])
    assert len(highs(levels)) == len(levels) and all(rise >= 0 for rise in highs(levels))


def test_to_and_fro_rises_once() -> None:
    assert highs([2250, 9000, 0, 9000, 15000]) == (2250, 6750, 0, 0, 6000)


def test_moves_in_order_each_once() -> None:
    one, two = StageMove("a", NOON), StageMove("b", NOON + timedelta(hours=1))
    assert ordered([two, one, two, StageMove("a", NOON, "API")]) == (StageMove("a", NOON, "API"), two)


def told(stage: str | None, seconds: float = 0, deal: str = "1") -> Told:
    return Told(deal, stage, NOON + timedelta(seconds=seconds))


DAY = (NOON, NOON + timedelta(days=1))


@pytest.mark.parametrize(
    ("history", "webhooks", "both", "only_sync", "only_webhook"),
    [
        ([], [], 0, 0, 0),
        ([told("a", 5)], [told("a", 6)], 1, 0, 0),
        ([told("a", 5)], [told("a", 16)], 0, 1, 1),
        ([told("a", 5)], [told("b", 5)], 0, 1, 1),
        ([told("a", 5)], [told("a", 5, "2")], 0, 1, 1),
        ([told("a", 5)], [told(None, 5)], 1, 0, 0),
        ([told("a", 5)], [told(None, 5), told("a", 6)], 1, 0, 0),
        ([told("a", 5), told("b", 9)], [told(None, 5), told("b", 9)], 2, 0, 0),
        ([told("a", 5), told("a", 8)], [told("a", 6)], 1, 1, 0),
        ([], [told(None, 5)], 0, 0, 0),
        ([told("a", -3)], [told("a", 2)], 0, 0, 0),
        ([told("a", -3)], [], 0, 0, 0),
        ([], [told("a", -3)], 0, 0, 0),
        ([told("a", 86_400)], [told("a", 86_398)], 0, 0, 0),
    ],
)
def test_who_told_of_a_move(
    history: list[Told], webhooks: list[Told], both: int, only_sync: int, only_webhook: int
) -> None:
    found = reconcile(history, webhooks, *DAY)
    assert (found.both, found.only_sync, found.only_webhook) == (both, only_sync, only_webhook)
    assert len(found.missed) == only_sync


@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 86_399)), max_size=30, unique=True), st.data()
)
def test_every_move_is_told_by_somebody(moves: list[tuple[str, int]], data: st.DataObject) -> None:
    """Told a little late, in any order, some not at all: the counts add up."""
    history = [told(stage, at, str(place)) for place, (stage, at) in enumerate(moves)]
    heard = data.draw(st.lists(st.sampled_from(history), unique=True)) if history else []
    late = [Told(one.deal_id, one.stage, one.at + SAME_MOVE * 0.9) for one in heard]
    found = reconcile(history, data.draw(st.permutations(late)), *DAY)
    assert (found.both, found.only_sync) == (len(heard), len(history) - len(heard))
    assert found.only_webhook == 0
