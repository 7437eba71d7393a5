"""From the game to a policy and back: nothing is added, nothing is lost, nothing comes from the truth."""

from dataclasses import replace

import numpy as np
import pytest

from kinoloop.cli.simulate.adapter import move_of, outcomes_of, player, view_of
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.learning.bandit.records import AccountView, AdDecision, Round, Standing
from kinoloop.sandbox.market.game import Game, Turn
from kinoloop.sandbox.market.worlds import World, world


def played(name: str, days: int) -> tuple[World, Turn]:
    place = world(name)
    game = Game(place.setting, 5, days=days)
    game.play(player(Equal(), place))
    return place, game.turn()


def test_a_policy_sees_what_the_account_shows() -> None:
    place, turn = played("fatigue", 4)
    view = view_of(turn, place)
    assert view.count == len(turn.seen.ads) == 60 + 13 and view.mode == "direct" and view.stages == ()
    assert view.spend.shape == view.clicks.shape == view.frequency.shape == (16, 73)
    assert view.features.shape == (73, 4) and (view.features < np.array(view.kinds)).all()
    assert view.total == 300_000 and view.launch == 5_000 and view.hours == 96 and view.step_hours == 6
    assert view.hoped == round(150 * place.setting.usual_value) and view.organic == 0.10
    assert set(view.standing) == {"running"} and (view.launched_at <= view.hours).all()
    assert np.isnan(view.outcomes.trust).all() and view.outcomes.guess.shape[1] == 2


def test_a_pipeline_tells_its_stages() -> None:
    place, turn = played("b2b", 20)
    view = view_of(turn, place)
    told = view.outcomes
    assert view.mode == "pipeline" and view.stages == ("appointment_scheduled", "show_up", "closed_won")
    assert told.moves.shape == (len(told), 3) and np.isnan(told.value).any()
    assert (told.entry_at <= view.hours).all() and not (told.moves > view.hours).any()
    assert outcomes_of(turn.seen.results).by_id is turn.seen.results.by_id


def test_what_rests_is_told_and_comes_back() -> None:
    place, turn = played("small", 3)
    count = len(turn.seen.ads)
    killed, parked = (np.arange(count) == number for number in (1, 2))
    view = view_of(replace(turn, killed=killed, parked=parked), place)
    assert view.standing[:4] == ("running", "killed", "parked", "running")
    stands: tuple[Standing, ...] = ("running", "killed", "parked", "off")
    lines = [AdDecision(f"ad-{n}", "keep", stand, 5, 10 + n, "") for n, stand in enumerate(stands)]
    move = move_of(Round("none", 1, 100, tuple(lines)))
    assert move.budgets.tolist() == [10, 11, 12, 13]
    assert move.killed.tolist() == [False, True, False, False]
    assert move.parked.tolist() == [False, False, True, True]


@pytest.mark.parametrize("change", ["truth", "future"])
def test_the_view_does_not_know(change: str) -> None:
    """Two worlds that differ in what is hidden only, so far, look the same."""
    place = world("ecom")
    games = [Game(place.setting, 9, days=6), Game(place.setting, 9, days=6)]
    turns = []
    for game, spoil in zip(games, (False, True), strict=True):
        game.play(player(Equal(), place))
        if spoil and change == "truth":
            game.market.truth = replace(game.market.truth, cvr=game.market.truth.cvr * 2)
        if spoil and change == "future":
            game.market.journeys.value[game.market.journeys.entry_at > 6 * 24] = 1e9
        turns.append(view_of(game.turn(), place))
    for name in AccountView.__dataclass_fields__:
        one, other = (getattr(turn, name) for turn in turns)
        if name == "outcomes":
            assert np.array_equal(one.value, other.value, equal_nan=True)
        elif isinstance(one, np.ndarray):
            assert np.array_equal(one, other)
        else:
            assert one == other
