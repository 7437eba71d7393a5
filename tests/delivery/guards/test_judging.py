"""All guards at once: what blocks, what waits, and what the audit is told."""

from dataclasses import replace

from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.guards.records import Exposure
from kinoloop.delivery.guards.rules import judge
from tests.delivery.made import ACCOUNT, FREE, MINUTE, NOW, Place, sent, wish

LIVE, NOTHING = Place().look("s1"), Exposure(0, 0, {})


def test_one_that_passes_tells_every_guard_and_its_numbers() -> None:
    verdict = judge(wish(), replace(ACCOUNT, guards=FREE), LIVE, (), NOW, 0.5, NOTHING, ())
    assert verdict.passed and verdict.value == 11_000 and not verdict.blocks and verdict.wait_until is None
    assert set(verdict.facts["checks"].values()) == {"passed"} and len(verdict.facts["checks"]) == 14
    assert verdict.facts["velocity"] == {"measured_from": [10_000], "low": 8_000, "high": 12_000}
    assert verdict.facts["rate_campaign"] == {"used": 0, "limit": 15}
    assert verdict.facts["budget_rate"] == {"used": 0, "limit": 4}


def test_what_is_forbidden_wins_over_what_is_too_early() -> None:
    account = replace(ACCOUNT, guards=GuardSettings(daily_loss_bound=10**9))
    past = (sent("s1", 10_000, 10_100, NOW - MINUTE),)
    early = judge(wish(), account, LIVE, past, NOW, 0.5, NOTHING, ())
    assert not early.passed and early.wait_until == NOW + 29 * MINUTE
    assert early.facts["checks"]["cooldown"] == "waits"
    never = judge(wish(requested=50_000), account, LIVE, past, NOW, 0.5, NOTHING, ())
    assert never.wait_until is None and [block.guard for block in never.blocks] == ["velocity"]
    assert never.facts["checks"]["velocity"] == "blocked"


def test_the_latest_of_all_waits_counts() -> None:
    account = replace(ACCOUNT, guards=GuardSettings(rate_per_campaign=1, daily_loss_bound=10**9))
    verdict = judge(wish(), account, LIVE, (sent("s1", 10_000, 10_100, NOW - MINUTE),), NOW, 0.5, NOTHING, ())
    assert verdict.wait_until == NOW + 59 * MINUTE
    assert {block.guard for block in verdict.blocks} == {"cooldown", "rate_campaign"}


def test_words_are_sent_as_they_are() -> None:
    account = replace(ACCOUNT, guards=FREE)
    for change in (wish(change_type="status", requested="PAUSED"), wish(change_type="bid", requested=310)):
        verdict = judge(change, account, LIVE, (), NOW, 0.99, NOTHING, ())
        assert verdict.passed and verdict.value == change.requested
        assert "velocity" not in verdict.facts
