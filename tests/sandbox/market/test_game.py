"""The game: everybody has the same actions, nothing is known before its time, a seed is a game."""

import numpy as np

from kinoloop.sandbox.market.game import Game, Move, Turn, play
from kinoloop.sandbox.market.referee import Rules
from kinoloop.sandbox.market.settings import SETTINGS

ECOM, FATIGUE = SETTINGS["ecom"], SETTINGS["fatigue"]


def equal(turn: Turn) -> Move:
    count = len(turn.seen.ads)
    return Move(np.full(count, turn.rules.total // count), turn.killed, turn.parked)


def test_an_equal_split_stays_one() -> None:
    played = play(ECOM, 1, equal, days=6)
    assert (played.budgets == 5000).all() and played.refused == 0 and not played.kills
    assert abs(played.spend.sum() / (6 * 150_000) - 1) < 0.05
    assert played.expected.shape == played.roas.shape == (24, 30)


def test_a_seed_is_a_game_and_days_only_cut_it() -> None:
    one, same, longer = (play(FATIGUE, 3, equal, days=days) for days in (5, 5, 8))
    assert np.array_equal(one.expected, same.expected)
    assert np.array_equal(one.expected, longer.expected[:20]) and one.budgets.shape == (20, 240)
    assert play(SETTINGS["small"], 1, equal, days=61).budgets.shape == (244, 10)


def test_new_ads_start_at_half_and_make_room() -> None:
    game = Game(FATIGUE, 2, days=4)
    played = game.play(equal)
    assert game.rules == Rules(300_000, 5_000, 2_500)
    standing = played.budgets.sum(axis=1)
    assert (standing[5:] <= 300_000).all() and (played.budgets[4, 60] == 2_500 * 1.2)
    assert (played.budgets[3, 60:] == 0).all()


def test_the_referee_lets_nobody_leap() -> None:
    def greedy(turn: Turn) -> Move:
        wish = np.zeros(len(turn.seen.ads), dtype=np.int64)
        wish[0] = turn.rules.total
        return Move(wish, turn.killed, turn.parked)

    played = play(ECOM, 1, greedy, days=10)
    steps = played.budgets.astype(float)
    assert (steps[1:] <= np.maximum(1.2 * steps[:-1] + 1e-9, 500)).all()
    assert (steps[1:] >= 0.8 * steps[:-1] - 1e-9).all() and steps.min() >= 500
    assert (steps.sum(axis=1) <= 150_000).all() and played.refused > 0.9
    assert steps[-1, 0] > 0.85 * 150_000


def test_stopped_ads_spend_nothing_and_come_back_at_half() -> None:
    def rest(turn: Turn) -> Move:
        count, day = len(turn.seen.ads), turn.seen.hours // 24
        off = np.zeros(count, dtype=bool)
        off[4] = day == 2
        if day == 3:
            assert turn.budgets[4] in {2500, 3000, 3600, 4320, 5000}
        return Move(np.full(count, 5000), off, np.zeros(count, dtype=bool))

    played = play(ECOM, 1, rest, days=5)
    assert (played.spend[8:12, 4] == 0).all() and (played.spend[12:, 4] > 0).all()
    assert np.isnan(played.roas[8:12, 4]).all() and played.budgets[12, 4] == 3000
    ((step, ad, worth),) = played.kills
    assert (step, ad) == (8, 4) and worth <= played.fresh[4]


def test_what_is_parked_is_not_killed() -> None:
    def park(turn: Turn) -> Move:
        parked = np.arange(len(turn.seen.ads)) == 1
        return Move(turn.budgets, np.zeros(len(parked), dtype=bool), parked)

    game = Game(ECOM, 1, days=3)
    played = game.play(park)
    assert not played.kills and (played.budgets[1:, 1] == 0).all()
    turn = game.turn()
    assert turn.parked[1] and not turn.killed.any() and not turn.running[1] and turn.running[0]


def test_true_returns_fall_with_money_and_with_views() -> None:
    game = Game(ECOM, 1, days=20)
    cheap, dear = (game.returns(np.full(30, budget)) for budget in (1_000.0, 20_000.0))
    assert (dear < cheap).all()
    early = game.returns(np.full(30, 5_000.0))
    played = game.play(equal)
    late = game.returns(np.full(30, 5_000.0))
    assert np.allclose(early, played.fresh) and (late < early).all()
    average = played.expected.sum(axis=0) / played.spend.sum(axis=0)
    assert np.corrcoef(average, np.nanmean(played.roas, axis=0))[0, 1] > 0.99
