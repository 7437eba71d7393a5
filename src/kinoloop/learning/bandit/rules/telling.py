"""From a settled round to one answer per ad, with its numbers and its sentence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import (
    AdDecision,
    BanditSettings,
    Belief,
    Floats,
    Round,
    Word,
)
from kinoloop.learning.bandit.rules.belief import interval
from kinoloop.learning.bandit.rules.settling import Settled, settle
from kinoloop.learning.bandit.rules.verdicts import Case, best_chance, words
from kinoloop.learning.bandit.rules.waiting import days_to_answer
from kinoloop.learning.bandit.rules.wording import Line, Show, reason


@dataclass(frozen=True)
class Told:
    """How sentences are put: what a counted result is called (None when none was), how money is written, what
    frequency is known.
    """

    noun: str | None
    show: Show
    frequency: Sequence[float | None]


def tell(
    case: Case, belief: Belief, settings: BanditSettings, seed: int, told: Told, *, policy: str
) -> Round:
    """The whole round. Notes say why not all money could be handed out, if so."""
    settled = settle(case, belief, settings, seed)
    lines = list(_lines(case, belief, settings, settled, told))
    best = _best(belief, settled)
    decisions = tuple(
        AdDecision(
            ad_id=case.ad_ids[place],
            word=line.word,
            standing=line.now,
            before=line.before,
            budget=line.budget,
            reason=reason(line, settings, told.noun, told.show),
            mean=line.mean,
            low=line.low,
            high=line.high,
            chance_loser=line.loser,
            chance_best=best[place],
            maturity=line.maturity,
            fatigue=line.fatigue,
            coming=line.coming,
            parts=line.parts,
            wait_days=line.wait_days,
            wait_spend=line.wait_spend,
        )
        for place, line in enumerate(lines)
    )
    return Round(policy, seed, case.total, decisions, _notes(case, settled, settings, told.show))


def _lines(
    case: Case, belief: Belief, settings: BanditSettings, settled: Settled, told: Told
) -> Iterator[Line]:
    """Column by column, then ad by ad: ten thousand of them are told of in one go."""
    found, count = settled.odds, len(case.ad_ids)
    verdicts = words(found, settled.standing, settled.kept, settings)
    mean, low, high = _returns(belief, settled, settings)
    days, money = _waits(case, belief, settled, settings, verdicts)
    columns: dict[str, Sequence[Any]] = {
        "word": verdicts,
        "was": case.standing,
        "now": settled.standing.tolist(),
        "kept": settled.kept.tolist(),
        "protected": found.protected.tolist(),
        "spend": case.spend.tolist(),
        "before": case.budgets.tolist(),
        "budget": settled.budgets.tolist(),
        "mean": mean.tolist() if found.known else [None] * count,
        "low": low.tolist() if found.known else [None] * count,
        "high": high.tolist() if found.known else [None] * count,
        "loser": found.loser.tolist() if found.known else [None] * count,
        "winner": found.winner.tolist(),
        "over": settled.over.tolist(),
        "marginal": [settled.marginal if found.known else None] * count,
        "maturity": belief.maturity.tolist(),
        "leads": belief.leads.tolist(),
        "coming": belief.coming.tolist(),
        "fatigue": belief.fatigue.tolist(),
        "frequency": told.frequency,
        "wait_days": days,
        "wait_spend": money,
        "parts": _parts(belief),
    }
    for row in zip(*columns.values(), strict=True):
        yield Line(**dict(zip(columns, row, strict=True)))


def _waits(
    case: Case, belief: Belief, settled: Settled, settings: BanditSettings, verdicts: Sequence[Word]
) -> tuple[list[float | None], list[Minor | None]]:
    """Days and money to an answer, of ads that still need one and where anything tells it."""
    budgets = settled.budgets.astype(np.float64)
    days = days_to_answer(case, belief, settled.odds, budgets, settings)
    told = np.array([word == "not_enough_data" for word in verdicts], dtype=np.bool_) & ~np.isnan(days)
    rows = zip(told.tolist(), days.tolist(), (days * budgets).tolist(), strict=True)
    pairs = [(round(wait, 1), round(money)) if known else (None, None) for known, wait, money in rows]
    return [wait for wait, _ in pairs], [money for _, money in pairs]


def _returns(belief: Belief, settled: Settled, settings: BanditSettings) -> tuple[Floats, Floats, Floats]:
    """Revenue per money at the new budget, with an 80 % interval."""
    return interval(settled.log_roas, belief.var + belief.common, settings.display_factor)


def _parts(belief: Belief) -> list[dict[str, float]]:
    """The named parts of each ad's log return."""
    columns = [values.tolist() for values in belief.parts.values()]
    if not columns:
        return [{} for _ in belief.mu]
    return [dict(zip(belief.parts, row, strict=True)) for row in zip(*columns, strict=True)]


def _best(belief: Belief, settled: Settled) -> list[float | None]:
    """The chance to be the best of those that run; None for others."""
    rows = np.flatnonzero(settled.running)
    chance: list[float | None] = [None] * len(belief.mu)
    for place, value in zip(rows, best_chance(belief.mu[rows], belief.var[rows]), strict=True):
        chance[place] = float(value)
    return chance


def _notes(case: Case, settled: Settled, settings: BanditSettings, show: Show) -> tuple[str, ...]:
    handed = int(settled.budgets[settled.running].sum())
    if handed == case.total:
        return ()
    if not settled.running.any():
        return ("No ad runs, so no money is handed out.",)
    return (
        f"{show(handed)} of {show(case.total)} is handed out: budgets rise by {settings.velocity:.0%} "
        f"at most in {settings.velocity_hours:g} hours.",
    )
