"""The founding repository's rule: CTR blended into ROAS by age, a Beta sample per ad, softmax, and its kills.

Its arithmetic is kept, its bugs are not: budgets here sum to the total and keep the guards that all policies
keep. Differences in its favour: it is told the standing budgets, and `least_running` ads always stay.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from kinoloop.learning.bandit.policies.rounds import USUAL, Plan, age_days, cash, close, running, summed
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Flags, Floats, Round
from kinoloop.learning.bandit.rules.allocation import by_name, generator
from kinoloop.learning.bandit.rules.decision import Decided, Thresholds, blend_weights, make_decision

LEVELS = {"appointment_scheduled": 0.15, "show_up": 0.60}
"""The part of a sale's hoped value that its table of stages counts already."""

THEIRS = Thresholds(both=True)


@dataclass(frozen=True)
class Score:
    """The parts of the founding score, by ad; `final` may exceed 1."""

    ctr_weight: Floats
    normalized_ctr: Floats
    normalized_roas: Floats
    blended: Floats
    decay: Floats
    final: Floats


def score(
    impressions: Floats,
    clicks: Floats,
    spend: Floats,
    pipeline_value: Floats,
    age_hours: Floats,
    *,
    dna: Floats | float = 0.0,
    cross: Floats | float = 1.0,
    decay_constant: float = 1e-4,
) -> Score:
    """w min(CTR/5 %, 1) + (1 - w) min(ROAS/3, 1), times exp(-impressions / 10,000) and two boosts."""
    ctr = np.divide(clicks, impressions, out=np.zeros(len(clicks)), where=impressions > 0)
    roas = np.divide(pipeline_value, spend, out=np.zeros(len(clicks)), where=spend > 0)
    weight = blend_weights(age_hours)
    best_ctr, best_roas = np.clip(ctr / 0.05, 0, 1), np.clip(roas / 3, 0, 1)
    blended = weight * best_ctr + (1 - weight) * best_roas
    decay = np.exp(-decay_constant * impressions)
    final = blended * decay * (1 + 0.2 * np.asarray(dna)) * np.clip(cross, 1.0, 1.2)
    return Score(weight, best_ctr, best_roas, blended, decay, final)


def samples(found: Score, impressions: Floats, chance: np.random.Generator) -> Floats:
    """One draw per ad from Beta(impressions x score), at least 100 trials."""
    trials = np.maximum(impressions, 100)
    wins, misses = trials * found.final + 1, trials * (1 - found.final) + 1
    return chance.beta(np.maximum(wins, 1), np.maximum(misses, 1))


def softmax(values: Floats, temperature: float = 1.0) -> Floats:
    """Shares that sum to 1."""
    raised = np.exp((values - values.max()) / temperature)
    shares: Floats = raised / raised.sum()
    return shares


@dataclass(frozen=True)
class Seed:
    """Shares by softmax; an ad that `make_decision` scales counts double, one that it kills is paused for
    good. Money is compared in minor units; a pipeline's value is what its stages make it.
    """

    settings: BanditSettings = USUAL
    thresholds: Thresholds = THEIRS
    temperature: float = 1.0
    levels: Mapping[str, float] = field(default_factory=lambda: dict(LEVELS))
    name: str = "seed"

    def decide(self, view: AccountView, seed: int) -> Round:
        alive, decided = running(view), self.decisions(view)
        killed = np.array([one.decision == "kill" for one in decided], dtype=np.bool_)
        scaled = np.array([one.decision == "scale" for one in decided], dtype=np.bool_)
        target = np.zeros(view.count)
        if alive.any():
            target = self._shares(view, alive, seed) * np.where(scaled, 2.0, 1.0)
        plan = Plan(target, killed, [one.reason for one in decided], scaled)
        return close(view, self.settings, f"{self.name} 1", seed, plan)

    def decisions(self, view: AccountView) -> list[Decided]:
        """What the thresholds say of every ad."""
        spent, received, expected = view.spend.sum(axis=0), cash(view), self.pipeline_value(view)
        days = age_days(view)
        return [
            make_decision(
                view.ad_ids[place],
                int(spent[place]),
                round(float(received[place])),
                round(float(expected[place])),
                float(days[place]),
                mode=view.mode,
                thresholds=self.thresholds,
            )
            for place in range(view.count)
        ]

    def pipeline_value(self, view: AccountView) -> Floats:
        """Sales received, and for open deals the hoped value times the level of the stage reached."""
        told, hoped = view.outcomes, view.hoped or 0
        reached = np.zeros(len(told))
        for column, stage in enumerate(view.stages[:-1]):
            arrived = ~np.isnan(told.moves[:, column])
            reached = np.where(arrived, self.levels.get(stage, 0.0) * hoped, reached)
        open_value = np.where(np.isnan(told.lost_at), reached, 0.0)
        return summed(view, np.where(np.isnan(told.value), open_value, told.value))

    def _shares(self, view: AccountView, alive: Flags, seed: int) -> Floats:
        rows = by_name(view.ad_ids, alive)
        shown = view.impressions.sum(axis=0)[rows].astype(np.float64)
        clicks = view.clicks.sum(axis=0)[rows].astype(np.float64)
        spent = view.spend.sum(axis=0)[rows].astype(np.float64)
        value = self.pipeline_value(view)[rows]
        found = score(shown, clicks, spent, value, age_days(view)[rows] * 24)
        shares = np.zeros(view.count)
        drawn = samples(found, shown, generator(seed, view.hours))
        shares[rows] = softmax(drawn, self.temperature)
        return shares
