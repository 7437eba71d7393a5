"""Others in a copy of the sample's market: the same morning, their own ways, the truth afterwards."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from kinoloop.cli.demo.rivals import contender
from kinoloop.cli.demo.sample import EACH, setting_of
from kinoloop.cli.simulate.adapter import player
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.sandbox.market.game import Game, Played
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.oracle import Oracle
from kinoloop.sandbox.market.score import score
from kinoloop.sandbox.market.worlds import World

DAYS = 10
SETTING = setting_of(DAYS)


@pytest.fixture(scope="module")
def morning() -> Market:
    """Twelve ads after a week, each a group of its own."""
    market = Market(SETTING, 7000, step_hours=1.0, found=False)
    for number in range(SETTING.ads):
        market.add(f"ad-{number}", f"set-{number}", f"film {number}")
    market.act({f"set-{number}": EACH for number in range(SETTING.ads)}, set())
    market.advance(market.start + timedelta(days=7))
    return market


def played(market: Market, who: str) -> Played:
    game = Game(SETTING, 7, days=DAYS, market=market.twin(), hours=24)
    world = World("sample", "A sample", SETTING)
    return game.play(Oracle(game) if who == "oracle" else player(Equal(), world))


def test_a_twin_goes_on_as_the_market_itself_would(morning: Market) -> None:
    first, second = morning.twin(), morning.twin()
    until = morning.now + timedelta(days=2)
    first.act({"set-0": 10 * EACH}, {"ad-1"})
    first.advance(until)
    second.advance(until)
    third = morning.twin()
    third.advance(until)
    assert morning.now + timedelta(days=2) == until
    assert (second.cohorts.counts("spend") == third.cohorts.counts("spend")).all()
    assert first.cohorts.counts("spend")[-1, 1] == 0 < second.cohorts.counts("spend")[-1, 1]


def test_nobody_listens_to_a_twin(morning: Market) -> None:
    market, heard = morning.twin(), list[object]()
    market.subscribe(heard.append)
    before = len(heard)
    other = market.twin()
    other.advance(other.now + timedelta(days=1))
    assert len(heard) == before
    market.advance(market.now + timedelta(days=1))
    assert len(heard) > before


def test_a_game_counts_from_where_the_market_stood(morning: Market) -> None:
    told = played(morning, "equal")
    assert told.spend.shape == told.budgets.shape == (DAYS, SETTING.ads)
    twin = morning.twin()
    twin.advance(twin.now + timedelta(days=1))
    first = twin.cohorts.counts("spend")[-24:].sum(axis=0)
    assert (told.spend[0] == first).all()


def test_the_clairvoyant_is_ahead_and_everything_adds_up(morning: Market) -> None:
    equal, oracle = (contender(who, played(morning, who)) for who in ("equal", "oracle"))
    assert oracle.profit > equal.profit
    for one in (equal, oracle):
        assert len(one.profits) == DAYS
        assert one.profits[-1] == pytest.approx(one.profit, abs=2)
        assert one.winners >= one.stopped_winners
    assert equal == contender("equal", played(morning, "equal")), "the same every time"


def test_what_is_noted_is_what_stood(morning: Market) -> None:
    market = morning.twin()
    game = Game(SETTING, 7, days=2, market=market, hours=24)
    rests = np.zeros(SETTING.ads, dtype=bool)
    rests[3] = True
    game.note(0, rests)
    game.kill(1, 3, 1.6)
    told = game.played()
    assert told.budgets[0, 3] == 0 and told.budgets[0, 0] == EACH and np.isnan(told.roas[0, 3])
    assert told.spend.sum() == 0, "nothing was played yet"
    assert score(replace(told, fresh=np.full(SETTING.ads, 2.0))).wrongly_stopped == 1
