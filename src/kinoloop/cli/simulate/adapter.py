"""Between the sandbox's game and the product's policies: what was seen becomes an account's view, a round
becomes a move. No policy sees anything else.
"""

from collections.abc import Callable

import numpy as np

from kinoloop.learning.bandit.records import AccountView, Outcomes, Policy, Round, Standing
from kinoloop.sandbox.market.game import Decide, Move, Turn
from kinoloop.sandbox.market.referee import UNIT
from kinoloop.sandbox.market.seen import Results
from kinoloop.sandbox.market.worlds import World

Hear = Callable[[Turn, Round], None]
"""Looks on while a policy plays."""


def view_of(turn: Turn, world: World) -> AccountView:
    """The account as a policy sees it. `launch` is the even share of the total."""
    seen, setting = turn.seen, world.setting
    rests = zip(turn.killed, turn.parked, strict=True)
    standing: tuple[Standing, ...] = tuple(
        "killed" if killed else "parked" if parked else "running" for killed, parked in rests
    )
    return AccountView(
        mode="pipeline" if setting.stages else "direct",
        hours=seen.hours,
        step_hours=seen.step_hours,
        ad_ids=tuple(card.ad_id for card in seen.ads),
        launched_at=np.array([card.launched_at for card in seen.ads]),
        kinds=setting.features,
        features=np.array([card.features for card in seen.ads], dtype=np.int64),
        ios=np.array([card.ios for card in seen.ads]),
        spend=seen.spend,
        impressions=seen.impressions,
        clicks=seen.clicks,
        frequency=seen.frequency,
        budgets=turn.budgets,
        standing=standing,
        total=turn.rules.total,
        launch=turn.rules.average,
        outcomes=outcomes_of(seen.results),
        stages=tuple(stage.name for stage in setting.stages),
        hoped=round(world.hoped_value * UNIT),
        organic=world.organic,
    )


def outcomes_of(results: Results) -> Outcomes:
    """The same rows; how far the two fuzzy layers can be trusted is for the policy to find out."""
    guess = np.column_stack([results.second, results.third])
    return Outcomes(
        results.entry_at,
        results.click_at,
        results.by_id,
        guess,
        np.full(guess.shape, np.nan),
        results.ios,
        results.moves,
        results.lost_at,
        results.value,
    )


def move_of(answer: Round) -> Move:
    """What the policy wants of the market."""
    lines = answer.decisions
    return Move(
        np.array([line.budget for line in lines], dtype=np.int64),
        np.array([line.standing == "killed" for line in lines], dtype=bool),
        np.array([line.standing in {"parked", "off"} for line in lines], dtype=bool),
    )


def player(policy: Policy, world: World, hear: Hear | None = None) -> Decide:
    """A policy of the product as a player of the game."""

    def decide(turn: Turn) -> Move:
        answer = policy.decide(view_of(turn, world), turn.seed)
        if hear is not None:
            hear(turn, answer)
        return move_of(answer)

    return decide
