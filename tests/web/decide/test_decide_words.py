"""How verdicts are said, when the next round is due, which accounts are a sample."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from kinoloop.core.currency import Currency
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.flows.decide_budget.tick import EVERY_SIX_HOURS
from kinoloop.sandbox.meta.plans import ACCOUNTS
from kinoloop.web.pages.decide.asked import signed_words
from kinoloop.web.pages.decide.samples import is_sample
from kinoloop.web.pages.decide.ticks import next_tick
from kinoloop.web.pages.decide.words import (
    answer_words,
    at_risk,
    part_words,
    policy_words,
    reason_words,
    risk_words,
    share_words,
)
from tests.web.decide.test_drawing import LINE

USD = Currency("USD")
WAITS = replace(LINE, word="not_enough_data", wait_days=5.6, wait_spend=28_000)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ((0, 40), (1, 0, 41)),
        ((0, 41), (1, 6, 41)),
        ((18, 41), (2, 0, 41)),
        ((12, 0), (1, 12, 41)),
    ],
)
def test_rounds_are_due_every_six_hours(now: tuple[int, int], due: tuple[int, int, int]) -> None:
    at = datetime(2026, 3, 1, *now, 30, tzinfo=UTC)
    day, hour, minute = due
    assert next_tick(EVERY_SIX_HOURS.cron, at) == datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize("cron", ["*/5 * * *", "1 1 * * 1", "a * * * *", "61 * * * *", "*/0 * * * *"])
def test_what_is_not_understood_is_not_guessed(cron: str) -> None:
    assert next_tick(cron, datetime(2026, 3, 1, tzinfo=UTC)) is None


def test_other_schedules() -> None:
    at = datetime(2026, 3, 1, 5, 7, tzinfo=UTC)
    assert next_tick("* * * * *", at) == at.replace(minute=8)
    assert next_tick("15 3 * * *", at) == datetime(2026, 3, 2, 3, 15, tzinfo=UTC)


def test_the_sandboxs_accounts_are_samples() -> None:
    account = AdAccount("act_1", "main", "meta", "Shop", USD, "UTC")
    assert not is_sample(account)
    assert all(is_sample(replace(account, account_id=plan.account_id)) for plan in ACCOUNTS)


def test_what_an_ad_may_lose_of_its_budget_a_day() -> None:
    weak = replace(LINE, budget=5_000, low=0.4)
    assert at_risk(weak) == 3_000 and risk_words(weak, USD) == "USD 30.00"
    assert at_risk(replace(weak, low=1.2)) == 0
    assert at_risk(replace(weak, low=None)) == 5_000
    assert risk_words(replace(weak, standing="off"), USD) is None


def test_how_long_an_answer_takes() -> None:
    assert answer_words(LINE, USD) is None
    assert answer_words(WAITS, USD) == "an answer in about 6 days, for USD 280.00"
    assert answer_words(replace(WAITS, wait_days=0.4), USD) == "an answer in less than a day, for USD 280.00"
    assert answer_words(replace(WAITS, wait_days=1.2), USD) == "an answer in about 1 day, for USD 280.00"
    assert answer_words(replace(WAITS, wait_days=None), USD) == "how long an answer takes is not known"


def test_shares_are_never_rounded_to_certainty() -> None:
    assert share_words(None) is None
    told = [str(share_words(one)).replace("\u00a0", " ") for one in (0.0, 0.001, 0.5, 0.998, 1.0)]
    assert told == ["0 %", "under 1 %", "50 %", "over 99 %", "100 %"]


def test_a_reason_comes_apart() -> None:
    told = replace(LINE, reason="Keep: expected 2.10 back per 1 spent (80 % range 1.2 to 3.0). 4 leads seen.")
    assert reason_words(told) == ("Expected 2.10 back per 1 spent (80 % range 1.2 to 3.0).", "4 leads seen.")
    assert reason_words(LINE) == ("It pays.", "")


def test_names() -> None:
    assert part_words("kind_2") == "Creative trait 3" and part_words("weather_now") == "Weather now"
    assert policy_words("ours 1") == "Kinoloop's own, version 1" and policy_words("magic") == "magic"
    assert signed_words(-250, USD) == "\u2212USD 2.50" and signed_words(0, USD) == "+USD 0.00"
