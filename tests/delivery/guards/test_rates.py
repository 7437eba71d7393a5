"""Changes an hour: per campaign, per account, and the platform's own four per budget."""

from dataclasses import replace

import pytest

from kinoloop.delivery.accounts.records import GuardSettings
from kinoloop.delivery.guards.rules import budget_rate, rate_account, rate_campaign
from kinoloop.delivery.history.records import HistoryRow
from tests.delivery.made import ACCOUNT, HOUR, MINUTE, NOW, sent, wish


def many(count: int, entity_id: str = "a1", **values: object) -> tuple[HistoryRow, ...]:
    """One change every two minutes, the last one two minutes ago."""
    old, new = ("ACTIVE", "PAUSED") if entity_id[0] == "a" else (10_000, 10_100)
    times = [NOW - 2 * MINUTE * (count - n) for n in range(count)]
    return tuple(sent(entity_id, old, new, at, **values) for at in times)


def test_fourteen_in_the_hour_pass_and_fifteen_wait_until_the_first_leaves() -> None:
    assert rate_campaign(wish(), ACCOUNT, many(14), NOW) is None
    block = rate_campaign(wish(), ACCOUNT, many(15), NOW)
    assert block is not None and block.until == NOW + 30 * MINUTE
    assert block.reason == "15 of 15 changes were made to this campaign within the hour."
    assert "12:30 UTC" in block.fix
    assert rate_campaign(wish(), ACCOUNT, many(15), NOW + 30 * MINUTE) is None
    elsewhere = tuple(replace(row, campaign_id="c2") for row in many(15))
    assert rate_campaign(wish(), ACCOUNT, elsewhere, NOW) is None


def test_several_too_many_wait_until_enough_have_left() -> None:
    block = rate_campaign(wish(), ACCOUNT, many(17), NOW)
    assert block is not None and block.until is not None
    assert rate_campaign(wish(), ACCOUNT, many(17), block.until) is None
    assert rate_campaign(wish(), ACCOUNT, many(17), block.until - MINUTE / 60) is not None


def test_the_account_counts_all_campaigns() -> None:
    account = replace(ACCOUNT, guards=GuardSettings(rate_per_account=20))
    spread = tuple(replace(row, campaign_id=f"c{n}") for n, row in enumerate(many(20)))
    block = rate_account(account, spread, NOW)
    assert block is not None and block.guard == "rate_account" and block.until == NOW + 20 * MINUTE
    assert rate_account(account, spread[1:], NOW) is None


@pytest.mark.parametrize("status", ["executing", "unknown"])
def test_what_is_on_its_way_counts_however_long(status: str) -> None:
    past = (*many(14), sent("a2", "ACTIVE", "PAUSED", NOW - 5 * HOUR, status=status))
    block = rate_campaign(wish(), ACCOUNT, past, NOW)
    assert block is not None and block.until is not None and block.until > NOW


def test_a_fifth_budget_change_in_an_hour_would_lock_the_budget() -> None:
    assert budget_rate(wish(), ACCOUNT, many(3, "s1"), NOW) is None
    block = budget_rate(wish(), ACCOUNT, many(4, "s1"), NOW)
    assert block is not None and block.until == NOW + 52 * MINUTE
    assert budget_rate(wish("s2"), ACCOUNT, many(4, "s1"), NOW) is None
    assert budget_rate(wish(change_type="bid", requested=310), ACCOUNT, many(4, "s1"), NOW) is None
    status = many(4, "s1", change_type="STATUS_CHANGE")
    assert budget_rate(wish(), ACCOUNT, status, NOW) is None
