"""How others would have fared: the same market from the same morning on, decided by another rule each day.

The copies share everything with the sample's market up to that morning, truth and weather included.
"""

from kinoloop.cli.demo.days import HOURS
from kinoloop.cli.demo.records import Contender, Who
from kinoloop.cli.demo.sample import Sample
from kinoloop.cli.simulate.adapter import player
from kinoloop.learning.bandit.policies.equal import Equal
from kinoloop.learning.bandit.policies.seed import Seed
from kinoloop.sandbox.market.game import Game, Played
from kinoloop.sandbox.market.market import Market
from kinoloop.sandbox.market.oracle import Oracle
from kinoloop.sandbox.market.score import score
from kinoloop.sandbox.market.worlds import World

TITLES: dict[Who, str] = {
    "ours": "Kinoloop",
    "equal": "Equal split",
    "seed": "The usual kill rule",
    "oracle": "Oracle (knows the truth)",
}


def rivals(sample: Sample, morning: Market, days: int) -> dict[Who, Played]:
    """What each of them makes of a copy of the market as it stood that morning."""
    world = World("sample", "The sample account", sample.setting)
    found = dict[Who, Played]()
    for who in ("equal", "seed", "oracle"):
        game = Game(sample.setting, sample.seed, days=days, market=morning.twin(), hours=HOURS)
        decide = Oracle(game) if who == "oracle" else player(Equal() if who == "equal" else Seed(), world)
        found[who] = game.play(decide)
    return found


def contender(who: Who, played: Played) -> Contender:
    """The truth of a game as the report tells it."""
    told = score(played)
    daily = (played.expected - played.spend).sum(axis=1).cumsum()
    return Contender(
        who=who,
        title=TITLES[who],
        spend=round(told.spend),
        revenue=round(told.revenue),
        on_losers=round(told.on_losers),
        winners=told.winners,
        stopped_winners=told.wrongly_stopped,
        profits=tuple(round(value) for value in daily),
    )
