"""Equal split, greedy and Beta on CTR do what their names say, and no more."""

import numpy as np
import pytest

from kinoloop.learning.bandit.policies.beta_ctr import BetaCtr
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.learning.bandit.policies.greedy import Greedy
from kinoloop.learning.bandit.records import Policy, Round
from tests.learning.bandit.beliefs import account, results
from tests.learning.bandit.worlds import permuted

RICH = results([(0, 40_000.0), (1, 1_000.0)])


def budgets(found: Round) -> list[int]:
    return [line.budget for line in found.decisions]


def test_equal_goes_back_to_equal() -> None:
    found = Equal().decide(account([1] * 3, budgets=[5_000, 5_500, 4_500]), 1)
    assert budgets(found) == [5_000, 5_000, 5_000]
    assert (found.policy, found.total, found.seed) == ("equal 1", 15_000, 1)


def test_greedy_follows_the_money_received() -> None:
    view = account([20_000, 20_000, 20_000], outcomes=RICH)
    assert Greedy().returns(view) == pytest.approx(
        np.array([40_000 + 10_000 * 46 / 65, 1_000 + 10_000 * 46 / 65, 10_000 * 46 / 65]) / 30_000
    )
    assert budgets(Greedy().decide(view, 1)) == [6_000, 4_500, 4_500]


def test_greedy_without_any_result_is_equal() -> None:
    assert budgets(Greedy().decide(account([9_000] * 3), 1)) == [5_000] * 3


def test_beta_ctr_follows_clicks_whatever_they_are_worth() -> None:
    view = account([20_000] * 3, impressions=[10_000] * 3, clicks=[100, 300, 90], outcomes=RICH)
    found = BetaCtr().decide(view, 1)
    assert budgets(found)[1] == 6_000
    assert found.decisions[1].reason == "In 100% of draws its click rate is the highest."


@pytest.mark.parametrize("policy", [Equal(), Greedy(), BetaCtr()])
def test_only_running_ads_get_money_and_order_does_not_matter(policy: Policy) -> None:
    view = account([9_000] * 4, standing=["running", "off", "running", "running"], outcomes=RICH)
    found = policy.decide(view, 5)
    assert found.decisions[1].budget == 5_000 and found.decisions[1].word == "pause"
    assert sum(budgets(found)) - 5_000 == min(20_000, 18_000)
    order = np.array([2, 0, 3, 1])
    moved = policy.decide(permuted(view, order), 5)
    assert moved.decisions == tuple(found.decisions[place] for place in order)


@pytest.mark.parametrize("policy", [Equal(), Greedy(), BetaCtr()])
def test_nothing_runs(policy: Policy) -> None:
    found = policy.decide(account([9_000] * 2, standing=["off", "killed"], outcomes=RICH), 5)
    assert budgets(found) == [5_000, 5_000]
    assert found.notes == ("0 of 10000 could be handed out.",)
