"""What all policies share: who runs, what each ad is credited with at face value, and the closing of a round.

Crediting here is the plain way: the first layer that names an ad gets the whole result.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import (
    AccountView,
    AdDecision,
    BanditSettings,
    Flags,
    Floats,
    Ints,
    Round,
    Standing,
    Word,
)
from kinoloop.learning.bandit.rules.allocation import by_name, project, step_velocity

USUAL = BanditSettings()


@dataclass(frozen=True)
class Plan:
    """What a simple policy wants: money in proportion to `target`, some ads killed, a reason per ad."""

    target: Floats
    killed: Flags
    reasons: Sequence[str]
    scaled: Flags | None = None
    notes: tuple[str, ...] = ()


def running(view: AccountView) -> Flags:
    """The ads that spend now."""
    return np.array([standing == "running" for standing in view.standing], dtype=np.bool_)


def credited(view: AccountView) -> Ints:
    """The column each entry is credited to, -1 for none: by click id, else the first layer that answers."""
    told = view.outcomes
    first = told.by_id
    for layer in range(told.guess.shape[1]):
        first = np.where(first >= 0, first, told.guess[:, layer])
    return first


def cash(view: AccountView) -> Floats:
    """Money received per ad, minor units."""
    return summed(view, np.nan_to_num(view.outcomes.value, nan=0.0))


def summed(view: AccountView, amounts: Floats) -> Floats:
    """Amounts per entry, added up by the ad that the entry is credited to."""
    place = credited(view)
    known = place >= 0
    return np.bincount(place[known], amounts[known], minlength=view.count).astype(np.float64)


def age_days(view: AccountView) -> Floats:
    """How long each ad has been there."""
    result: Floats = np.maximum(view.hours - view.launched_at, 0) / 24
    return result


def close(view: AccountView, settings: BanditSettings, policy: str, seed: int, plan: Plan) -> Round:
    """Set the plan's proportions within floor, velocity and total, for the ads that go on running."""
    ran = running(view)
    goes_on = ran & ~_killed(plan, ran, settings.least_running)
    budgets = view.budgets.copy()
    rows = by_name(view.ad_ids, goes_on)
    if len(rows):
        speed = step_velocity(settings.velocity, view.step_hours, settings.velocity_hours)
        budgets[rows] = project(
            plan.target[rows], view.budgets[rows], settings.floor_budget, view.total, speed
        )
    scaled = np.zeros(view.count, dtype=np.bool_) if plan.scaled is None else plan.scaled
    lines = (
        _line(view, place, int(budgets[place]), plan.reasons[place], on=bool(goes_on[place]), up=bool(up))
        for place, up in enumerate(scaled)
    )
    handed = int(budgets[rows].sum())
    notes = () if handed == view.total else (f"{handed} of {view.total} could be handed out.",)
    return Round(policy, seed, view.total, tuple(lines), (*plan.notes, *notes))


def _killed(plan: Plan, ran: Flags, least: int) -> Flags:
    """The ads that are really killed: the best by target are kept when too few would be left."""
    killed = plan.killed & ran
    short = min(least, int(ran.sum())) - int((ran & ~killed).sum())
    if short > 0:
        rows = np.flatnonzero(killed)
        killed[rows[np.argsort(-plan.target[rows], kind="stable")[:short]]] = False
    return killed


def _line(view: AccountView, place: int, budget: int, reason: str, *, on: bool, up: bool) -> AdDecision:
    before, stood = int(view.budgets[place]), view.standing[place]
    standing: Standing = "killed" if stood == "running" and not on else stood
    word: Word = "pause" if standing != "running" else "scale" if up else "keep"
    return AdDecision(view.ad_ids[place], word, standing, before, budget, reason)
