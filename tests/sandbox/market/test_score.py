"""The score: read from the truth of hand-made games."""

import numpy as np

from kinoloop.sandbox.market.game import Move, Played, Turn, play
from kinoloop.sandbox.market.score import Score, score
from kinoloop.sandbox.market.settings import SETTINGS


def made(**changes: object) -> Played:
    usual: dict[str, object] = {
        "seed": 7,
        "spend": np.array([[100, 100, 0], [50, 150, 0]]),
        "expected": np.array([[200.0, 80.0, 0.0], [100.0, 120.0, 0.0]]),
        "budgets": np.array([[100, 100, 0], [50, 150, 0]]),
        "roas": np.array([[2.0, 0.8, np.nan], [2.0, 1.0, np.nan]]),
        "fresh": np.array([2.0, 0.9, 3.0]),
        "kills": (),
        "refused": 0.25,
    }
    return Played(**{**usual, **changes})  # type: ignore[arg-type]


def test_money_is_read_from_the_truth() -> None:
    found = score(made())
    assert (found.revenue, found.spend, found.profit) == (500.0, 400.0, 100.0)
    assert found.on_losers == 100.0 and found.waste == 0.25
    assert (found.winners, found.kills, found.refused, found.seed) == (1, 0, 0.25, 7)


def test_only_a_winner_stopped_while_it_wins_is_wrong() -> None:
    kills = ((1, 0, 1.6), (2, 0, 1.7), (1, 1, 0.7), (3, 1, 1.2))
    found = score(made(kills=kills))
    assert found.wrongly_stopped == 1 and found.kills == 4 and found.kills_right == 1


def test_no_money_no_waste() -> None:
    assert Score(1, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0.0).waste == 0.0


def test_who_kills_blindly_stops_winners() -> None:
    def cull(turn: Turn) -> Move:
        half = np.arange(len(turn.seen.ads)) % 2 == 0
        return Move(turn.budgets, half, np.zeros(len(half), dtype=bool))

    found = score(play(SETTINGS["ecom"], 2, cull, days=3))
    assert found.kills == 15 and 1 <= found.wrongly_stopped <= found.winners
    assert 0 < found.kills_right < 15
