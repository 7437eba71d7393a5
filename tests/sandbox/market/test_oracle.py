"""The clairvoyant: never beaten by much, never breaks a rule, knows when an audience is tired."""

import numpy as np
import pytest

from kinoloop.sandbox.market.game import Game, Move, Turn, play
from kinoloop.sandbox.market.oracle import Curves, Oracle, play_oracle
from kinoloop.sandbox.market.settings import SETTINGS
from tests.sandbox.market.test_game import equal


@pytest.mark.parametrize("name", ["ecom", "small"])
def test_it_is_far_ahead_of_an_equal_split_by_the_rules(name: str) -> None:
    setting = SETTINGS[name]
    best, plain = play_oracle(setting, 5, days=30), play(setting, 5, equal, days=30)
    assert best.expected.sum() > 1.2 * plain.expected.sum()
    assert best.refused == 0 and not best.kills
    runs = best.budgets > 0
    both = runs[1:] & runs[:-1]
    assert (best.budgets[1:][both] <= np.maximum(1.2 * best.budgets[:-1][both] + 1e-6, 500)).all()
    assert (best.budgets.sum(axis=1)[1:] <= setting.daily_budget * 100).all()
    assert best.budgets.sum(axis=1)[40:].mean() > 0.98 * setting.daily_budget * 100


def test_it_beats_knowing_the_fresh_truth_only() -> None:
    """The best constant wish by fresh truth does not see audiences tire."""
    game = Game(SETTINGS["fatigue"], 1, days=30)
    fresh = game.market.truth.revenue(np.full(game.market.truth.count, 50.0), 50.0)

    def first(turn: Turn) -> Move:
        count = len(turn.seen.ads)
        order = np.argsort(-fresh[:count])
        wish = np.zeros(count, dtype=np.int64)
        wish[order[:8]] = turn.rules.total // 8
        return Move(wish, turn.killed, turn.parked)

    assert play_oracle(SETTINGS["fatigue"], 1, days=30).expected.sum() > 1.1 * game.play(first).expected.sum()


def test_the_level_is_the_same_for_all_who_are_free() -> None:
    count = 6
    curves = Curves(
        np.linspace(1, 3, count), np.full(count, 0.7), 100.0, np.zeros(count), np.full(count, 1e6), 900.0
    )
    budgets, level = curves.filled(np.ones(count, dtype=bool))
    last = curves.rate * (1 + budgets / 100) ** (0.7 - 1)
    free = budgets > 0
    assert np.allclose(last[free], level, rtol=0.01) and (curves.rate[~free] <= level * 1.01).all()
    assert 890 < budgets.sum() <= 900


def test_it_rests_who_earns_less_than_the_last_unit_elsewhere() -> None:
    low, high = np.full(3, 80.0), np.full(3, 1000.0)
    curves = Curves(np.array([2.0, 1.9, 0.2]), np.full(3, 0.7), 100.0, low, high, 300.0)
    assert curves.chosen(np.ones(3, dtype=bool)).tolist() == [True, True, False]
    assert curves.chosen(np.array([True, False, True])).tolist() == [True, True, False]
    tight = Curves(np.array([2.0, 1.9, 0.2]), np.full(3, 0.7), 100.0, low, np.full(3, 110.0), 300.0)
    assert tight.chosen(np.ones(3, dtype=bool)).all()


def test_it_changes_its_mind_when_views_pile_up() -> None:
    game = Game(SETTINGS["fatigue"], 4, days=20)
    played = game.play(Oracle(game))
    first, last = played.budgets[20, :60], played.budgets[-1, :60]
    assert np.corrcoef(first, last)[0, 1] < 0.9
