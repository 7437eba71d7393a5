"""Steps, waits, hashes and values: tables."""

import random
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest

from kinoloop.core.errors import ConflictError, InputError
from kinoloop.delivery.changes.records import OPEN, ChangeState, Expected
from kinoloop.delivery.changes.rules import (
    STEPS,
    audit_word,
    backoff,
    check_step,
    content_hash,
    current_of,
    jitter,
    percentage,
)
from tests.delivery.made import NOW, Place, proposal, wish


def test_the_table_knows_every_state_and_leads_only_to_states() -> None:
    assert set(STEPS) == set(get_args(ChangeState))
    assert all(after <= set(STEPS) for after in STEPS.values())
    assert {state for state, after in STEPS.items() if not after} == {
        "failed",
        "blocked",
        "reverted",
        "rejected",
    }
    assert set(STEPS) - OPEN == {"completed", "failed", "blocked", "reverted", "rejected"}


def test_what_was_sent_is_never_claimed_as_if_it_had_not_been() -> None:
    assert "claimed" not in STEPS["executing"] and "claimed" not in STEPS["unknown"]
    assert "executing" not in STEPS["unknown"] and "executing" not in STEPS["approved"]
    with pytest.raises(ConflictError, match="unknown cannot become executing"):
        check_step("unknown", "executing")
    check_step("claimed", "executing")


def test_jitter_is_whole_milliseconds_within_its_ends() -> None:
    rng = random.Random(3)
    drawn = [jitter(rng, 3_000, 18_000) / timedelta(milliseconds=1) for _ in range(500)]
    assert all(one == int(one) and 3_000 <= one < 18_000 for one in drawn)
    assert min(drawn) < 3_500 and max(drawn) > 17_500
    assert jitter(rng, 5, 5) == timedelta(milliseconds=5)


def test_waits_double_from_thirty_seconds_unless_told() -> None:
    waits = [(backoff(n, None, NOW) - NOW).total_seconds() for n in range(1, 5)]
    assert waits == [30, 60, 120, 240]
    assert backoff(3, 7.5, NOW) == NOW + timedelta(seconds=7.5)


def test_the_hash_covers_what_an_approval_covers_and_nothing_else() -> None:
    change = wish()
    same = replace(change, state="proposed", change_id="other", attempts=3, claimed_by="w", key="k2")
    assert content_hash(change) == content_hash(same)
    for other in (
        replace(change, requested=11_001),
        replace(change, current=9_999),
        replace(change, reason="another"),
        replace(change, exact=True),
        replace(change, dry_run=True),
        replace(change, expected=Expected("more", worst_case=5)),
        replace(change, tree={}),
        replace(change, entity_id="s2"),
        replace(change, account_id="act_2"),
    ):
        assert content_hash(other) != content_hash(change)


@pytest.mark.parametrize(
    ("change_type", "old", "new", "word", "percent"),
    [
        ("budget", 10_000, 11_000, "BUDGET_INCREASE", 10.0),
        ("budget", 10_000, 9_000, "BUDGET_DECREASE", -10.0),
        ("status", "ACTIVE", "PAUSED", "STATUS_CHANGE", None),
        ("bid", None, 300, "BID_CHANGE", None),
        ("creative", "k1", "k2", "CREATIVE_CHANGE", None),
        ("bid", 0, 300, "BID_CHANGE", None),
    ],
)
def test_the_seeds_words(
    change_type: str, old: object, new: object, word: str, percent: float | None
) -> None:
    assert audit_word(replace(wish(), change_type=change_type), old, new) == word  # type: ignore[arg-type]
    assert percentage(old, new) == percent


def test_wishes_that_cannot_be() -> None:
    place = Place()
    assert current_of(proposal("s1"), place.look("s1")) == 10_000
    assert current_of(proposal("s2", "bid", 5), place.look("s2")) is None
    for bad, said in (
        (proposal("s3"), "has no daily budget of its own"),
        (proposal("a1"), "There is no budget to change on ad 'A1'"),
        (proposal("c1", "bid", 5), "There is no bid"),
        (proposal("s1", "creative", "k9"), "There is no creative"),
        (proposal("s1", requested=0), "0 is no budget"),
        (proposal("s1", requested=True), "True is no budget"),
        (proposal("s1", requested="100"), "'100' is no budget"),
        (proposal("s1", "status", "DELETED"), "'DELETED' is no status"),
        (proposal("a1", "creative", " "), "' ' is no creative"),
        (replace(proposal("s1"), change_type="targeting"), "There is no targeting"),  # type: ignore[arg-type]
    ):
        with pytest.raises(InputError, match=said):
            current_of(bad, place.look(bad.entity_id))
    with pytest.raises(InputError, match="What was looked at is not what is to be changed"):
        current_of(proposal("s1"), place.look("s2"))
    with pytest.raises(ConflictError, match="already is 10000"):
        current_of(proposal("s1", requested=10_000), place.look("s1"))
