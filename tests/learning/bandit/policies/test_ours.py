"""Our policy on living markets: whole rounds that keep every law, and parts that really decide."""

from dataclasses import replace

import numpy as np
import pytest

from kinoloop.core.currency import Currency
from kinoloop.learning.bandit.policies.ours import Ours
from kinoloop.learning.bandit.records import BanditSettings
from tests.learning.bandit.beliefs import account, belief
from tests.learning.bandit.worlds import account as seen_account
from tests.learning.bandit.worlds import lived, permuted, true_log_roas

OURS = Ours()


@pytest.mark.parametrize(("setting", "days"), [("ecom", 0.25), ("ecom", 12), ("b2b", 12), ("small", 30)])
def test_a_round_keeps_its_laws(setting: str, days: float) -> None:
    view = seen_account(lived(setting, 5, days))
    found = OURS.decide(view, 9)
    runs = [line for line in found.decisions if line.standing == "running"]
    assert (found.policy, found.notes) == ("ours 1", ())
    assert sum(line.budget for line in runs) == view.total
    for line in runs:
        assert 0.8 * line.before <= line.budget <= 1.2 * line.before and line.budget >= 500
    for line in found.decisions:
        assert line.reason[0].isupper() and line.reason.endswith(".")
        assert (line.word == "pause") == (line.standing != "running")
        assert (line.wait_days is None) == (line.wait_spend is None)
    assert OURS.decide(view, 9) == found != OURS.decide(view, 10)


def test_on_the_first_day_nothing_is_judged() -> None:
    found = OURS.decide(seen_account(lived("b2b", 5, 1)), 9)
    assert {line.word for line in found.decisions} == {"not_enough_data"}


def test_the_order_of_ads_does_not_matter() -> None:
    view = seen_account(lived("small", 2, 15))
    order = np.random.default_rng(1).permutation(view.count)
    here, there = OURS.decide(view, 9), OURS.decide(permuted(view, order), 9)
    for place, line in zip(order, there.decisions, strict=True):
        same = here.decisions[place]
        assert (line.ad_id, line.word, line.budget) == (same.ad_id, same.word, same.budget)


def test_money_follows_the_truth() -> None:
    """After three weeks of equal split, the raised ads are truly better than the cut ones."""
    market = lived("ecom", 4, 21)
    found, truth = OURS.decide(seen_account(market), 9), true_log_roas(market)
    moved = np.array([line.budget - line.before for line in found.decisions])
    stays = np.array([line.standing == "running" for line in found.decisions])
    assert truth[stays & (moved > 0)].mean() > truth[~stays | (moved < 0)].mean() + 0.4


def test_without_the_zone_other_decisions_are_made() -> None:
    """A young ad that surely loses money: protected, and killed when nothing protects it."""
    view = account([50_000] * 4, launched_at=[0, 0, 0, 216.0], hours=240.0)
    known = belief([2.0, 2.0, 2.0, 0.2], 0.2)
    bare = Ours(replace(BanditSettings(), zone_days=0.0, zone_spend=0))
    assert OURS.conclude(view, known, 1).decisions[3].word == "not_enough_data"
    assert bare.conclude(view, known, 1).decisions[3].standing == "killed"


def test_sentences_are_in_the_accounts_currency_and_know_the_frequency() -> None:
    view = replace(account([50_000] * 4), frequency=np.full((1, 4), 2.84))
    known = belief([2.0, 2.0, 2.0, 0.2], 0.2, fatigue=0.31)
    lines = Ours(currency=Currency("EUR")).conclude(view, known, 1).decisions
    assert "EUR 500.00 spent" in lines[3].reason
    assert "down 31 % from repeated views (frequency 2.8)." in lines[0].reason
    bare = replace(view, frequency=np.zeros((0, 4)))
    assert "repeated views." in OURS.conclude(bare, known, 1).decisions[0].reason
