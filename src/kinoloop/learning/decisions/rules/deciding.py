"""From what is known to a round, and from a round to the rows that are kept of it. Pure.

The policy is always shown the view as it comes out of its own bytes, so a replay shows it the same thing.
"""

import math
from dataclasses import replace
from datetime import datetime

from kinoloop.core.ids import hash_json
from kinoloop.delivery.accounts.records import AdAccount
from kinoloop.learning.bandit.records import AdDecision, BanditSettings, Policy
from kinoloop.learning.decisions.records import AdLine, Decided, Known
from kinoloop.learning.decisions.rules.around import around_of
from kinoloop.learning.decisions.rules.freezing import freeze, round_bytes, round_of, thaw
from kinoloop.learning.decisions.rules.naming import in_words

Z80 = 1.2815515655446004
DAY_STEPS = 4


def decide(known: Known, policy: Policy, settings: BanditSettings) -> Decided:
    """Freeze, thaw, decide. The seed follows from account and instant. The round is as its bytes tell it."""
    frozen = freeze(known.view, around_of(known))
    view, _ = thaw(frozen)
    seed = seed_of(known.account_id, known.at)
    return Decided(known, frozen, round_of(round_bytes(policy.decide(view, seed))), seed, settings)


def seed_of(account_id: str, at: datetime) -> int:
    """31 bits that are the same for the same round."""
    return int(hash_json([account_id, at.isoformat()])[:8], 16) >> 1


def effective(settings: BanditSettings, account: AdAccount) -> BanditSettings:
    """The policy's numbers within the account's own limits: it plans nothing that a guard would refuse."""
    guards = account.guards
    floors = (settings.floor_budget, account.platform_minimum or 0, guards.min_daily_budget or 0)
    return replace(
        settings,
        velocity=min(settings.velocity, guards.velocity),
        velocity_hours=guards.velocity_hours,
        floor_budget=max(floors),
    )


def spent_in_a_day(known: Known) -> int:
    """What the account spent in the day before."""
    return int(known.view.spend[-DAY_STEPS:].sum())


def lines(made: Decided, decision_id: str) -> tuple[AdLine, ...]:
    """One row per ad. The share is of all money that is handed out to running ads."""
    running = sum(one.budget for one in made.round.decisions if one.standing == "running")
    known, told = made.known, in_words(made.known, made.round)
    found = list[AdLine]()
    for place, one, stood in zip(known.places, told.decisions, known.view.standing, strict=True):
        mu, sd = shown_interval(one)
        found.append(
            AdLine(
                decision_id=decision_id,
                account_id=known.account_id,
                at=known.at,
                name=place.name,
                owner_id=place.owner_id,
                stood=stood,
                share=one.budget / running if running and one.standing == "running" else 0.0,
                mu=mu,
                sd=sd,
                disagreement=known.disagreement.get(place.ad_id),
                **vars(one),
            )
        )
    return tuple(found)


def shown_interval(one: AdDecision) -> tuple[float | None, float | None]:
    """Mean and deviation of the logarithm of the return, from its 80 % interval; None without one."""
    if one.low is None or one.high is None or min(one.low, one.high) <= 0:
        return None, None
    low, high = math.log(one.low), math.log(one.high)
    return (low + high) / 2, (high - low) / (2 * Z80)
