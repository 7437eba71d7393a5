"""Kill switch, authority, one at a time, cooldown: truth tables."""

from dataclasses import replace
from datetime import timedelta

import pytest

from kinoloop.delivery.guards.rules import authority, cooldown, kill_switch, one_at_a_time, unchanged
from tests.delivery.made import ACCOUNT, HOUR, MINUTE, NOW, Place, sent, wish

LIVE = Place().look("s1")


def test_a_killed_account_takes_nothing_not_even_a_pause() -> None:
    killed = replace(ACCOUNT, killed_at=NOW, killed_by="ada", kill_reason="numbers look wrong")
    block = kill_switch(killed)
    assert block is not None and block.until is None and "Revive" in block.fix
    assert block.reason == "ada stopped all changes to Shop at 2026-03-01 12:00 UTC: numbers look wrong."
    assert kill_switch(ACCOUNT) is None


@pytest.mark.parametrize(
    ("setting", "approved_by", "passes"),
    [
        ("off", "ada", False),
        ("off", "auto", False),
        ("draft", "ada", True),
        ("draft", "auto", False),
        ("draft", None, False),
        ("auto", "auto", True),
        ("auto", "ada", True),
    ],
)
def test_authority(setting: str, approved_by: str | None, passes: bool) -> None:
    account = replace(ACCOUNT, authority=setting)  # type: ignore[arg-type]
    block = authority(wish(approved_by=approved_by), account)
    assert (block is None) is passes
    assert block is None or (block.guard == "authority" and block.until is None)


def test_what_already_is_so_is_not_written() -> None:
    assert unchanged(wish(requested=11_000), LIVE) is None
    for change in (wish(requested=10_000), wish(change_type="status", requested="ACTIVE")):
        block = unchanged(change, LIVE)
        assert block is not None and "already is what was asked for" in block.reason


@pytest.mark.parametrize("status", ["executing", "unknown"])
def test_another_change_of_the_entity_on_its_way_is_waited_for(status: str) -> None:
    flying = sent("s1", 10_000, 11_000, NOW - HOUR, status=status)
    block = one_at_a_time(wish(), LIVE, (flying,), NOW)
    assert block is not None and block.until == NOW + timedelta(seconds=30)
    assert one_at_a_time(wish("s2"), Place().look("s2"), (flying,), NOW) is None
    assert one_at_a_time(wish(), LIVE, (replace(flying, change_id="change"),), NOW) is None


def test_a_look_from_before_the_last_change_ended_is_too_old() -> None:
    later = sent("s1", 10_000, 11_000, NOW + MINUTE)
    block = one_at_a_time(wish(), LIVE, (later,), NOW + 2 * MINUTE)
    assert block is not None and block.until == NOW + 2 * MINUTE + timedelta(seconds=1)
    assert "fresh look" in block.fix
    assert one_at_a_time(wish(), LIVE, (sent("s1", 10_000, 11_000, NOW),), NOW + MINUTE) is None
    undated = replace(LIVE, entity=replace(LIVE.entity, seen_at=None))
    assert one_at_a_time(wish(), undated, (later,), NOW + 2 * MINUTE) is None


def test_cooldown_waits_but_pausing_and_taking_back_do_not() -> None:
    past = (sent("s1", 10_000, 11_000, NOW - 10 * MINUTE), sent("s2", 1, 2, NOW))
    block = cooldown(wish(), ACCOUNT, LIVE, past, NOW)
    assert block is not None and block.until == NOW + 20 * MINUTE
    assert "less than 30 minutes ago" in block.reason
    assert cooldown(wish(change_type="status", requested="PAUSED"), ACCOUNT, LIVE, past, NOW) is None
    assert cooldown(wish(reverts="first"), ACCOUNT, LIVE, past, NOW) is None
    assert cooldown(wish(), ACCOUNT, LIVE, past, NOW + 20 * MINUTE) is None
    assert cooldown(wish(), ACCOUNT, LIVE, (), NOW) is None
