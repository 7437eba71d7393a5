"""Figures over seeds, from hand-made scores."""

from dataclasses import replace

import numpy as np
import pytest

from kinoloop.cli.simulate.calibration import BINS, Listener, Said, calibration_error, coverage
from kinoloop.cli.simulate.running import Result, Task
from kinoloop.cli.simulate.summary import estimate, paired, ratio_of_sums, summaries
from kinoloop.learning.bandit.records import AdDecision, Round
from kinoloop.sandbox.market.game import Game, Move, Turn
from kinoloop.sandbox.market.score import Score
from kinoloop.sandbox.market.worlds import world

BLANK = Score(0, 1000.0, 500.0, 50.0, 4, 0, 0, 0, 0.0)


def result(policy: str, seed: int, revenue: float, **more: int) -> Result:
    return Result(Task("ecom", policy, seed), replace(BLANK, seed=seed, revenue=revenue, **more), Said())


GAMES = [
    result("plain", 1, 800.0, wrongly_stopped=1, kills=2, kills_right=1),
    result("oracle", 1, 1000.0),
    result("plain", 2, 1500.0),
    result("oracle", 2, 2500.0),
]


def test_shares_of_the_oracle() -> None:
    plain, oracle = summaries(GAMES)
    assert (plain.policy, plain.world, plain.seeds, plain.days) == ("plain", "ecom", 2, 45)
    assert plain.revenue.mean == pytest.approx(0.7) and plain.tenth == pytest.approx(0.62)
    assert plain.revenue.half == pytest.approx(12.706 * 0.1, rel=1e-3)
    assert plain.profit.mean == pytest.approx((300 + 1000) / (500 + 2000))
    assert plain.wrongly_stopped == 1 / 8 and plain.kill_precision == 0.5 and plain.kills == 2
    assert plain.waste.mean == 0.1 and plain.dollars == 11.5 and plain.profit_dollars == 6.5
    assert oracle.revenue.mean == 1 and oracle.revenue.half == 0 and oracle.kill_precision is None
    assert plain.coverage is None and plain.calibration is None


def test_one_seed_has_no_interval() -> None:
    (only, _) = summaries(GAMES[:2])
    assert only.revenue.half is None and only.revenue.low is None and only.revenue.high is None
    assert estimate(np.array([3.0])).mean == 3.0


def test_pairs_are_compared_seed_by_seed() -> None:
    games = [*GAMES, result("other", 1, 700.0), result("other", 2, 1250.0)]
    gap = paired(games, "ecom", "plain", "other")
    assert gap.mean == pytest.approx(0.1) and gap.half == pytest.approx(0, abs=1e-9)
    assert gap.low == pytest.approx(0.1) and gap.high == pytest.approx(0.1)


def test_a_ratio_of_sums_knows_its_error() -> None:
    rng = np.random.default_rng(1)
    below = rng.lognormal(size=4000)
    above = 0.4 * below + rng.normal(size=4000) * 0.1
    found = ratio_of_sums(above, below)
    assert abs(found.mean - 0.4) < 0.01 and found.half is not None and 0.001 < found.half < 0.01


def test_what_was_said_is_compared_with_the_truth() -> None:
    game = Game(world("small").setting, 1, days=3)
    listener = Listener(game)
    turn = game.turn()
    true = game.returns(np.full(10, 2_000.0))

    def line(ad: int, low: float, high: float, loser: float | None) -> AdDecision:
        return AdDecision(f"{ad}", "keep", "running", 1, 2_000, "", low=low, high=high, chance_loser=loser)

    lines = [line(ad, one * 0.9, one * (1.1 if ad else 0.95), 0.25) for ad, one in enumerate(true)]
    lines[9] = AdDecision("9", "pause", "killed", 1, 2_000, "", low=0, high=9, chance_loser=0.5)
    listener.hear(turn, Round("x", 1, 1, tuple(lines)))
    said = listener.said()
    assert said.intervals == 9 and said.right == 8 and coverage([said, said]) == 8 / 9
    lost = int((true[:9] < 1).sum())
    assert said.chances[2] == 9 and said.lost[2] == lost and said.claimed[2] == pytest.approx(2.25)
    assert calibration_error([said]) == pytest.approx(abs(2.25 - lost) / 9)
    silent = AdDecision("0", "keep", "running", 1, 2_000, "")
    game.play(lambda turn: turn_over(listener, turn, silent))
    assert listener.said() == said and coverage([Said()]) is None and len(said.lost) == BINS


def turn_over(listener: Listener, turn: Turn, line: AdDecision) -> Move:

    listener.hear(turn, Round("x", 1, 1, (line,) * len(turn.seen.ads)))
    return Move(turn.budgets, turn.killed, turn.parked)
