"""Views with nothing behind them, and what stands around them, for rules."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from kinoloop.delivery.accounts.records import AdEntity
from kinoloop.learning.bandit.records import AccountView, Outcomes, Standing
from kinoloop.learning.decisions.records import DecisionSettings, Known
from kinoloop.learning.decisions.rules import places
from tests.delivery.made import NOW, USD, entities


def outcomes(rows: int = 2, ads: int = 3, stages: int = 1) -> Outcomes:
    """So many entries, one after the other; the first ad has the first of them by its click id."""
    hours = np.arange(rows, dtype=np.float64) + 10
    by_id = np.array([0] * min(rows, 1) + [-1] * max(rows - 1, 0), dtype=np.int64)
    return Outcomes(
        entry_at=hours,
        click_at=np.where(by_id >= 0, hours - 5, np.nan),
        by_id=by_id,
        guess=np.full((rows, 1), min(1, ads - 1), dtype=np.int64),
        trust=np.full((rows, 1), 0.5),
        ios=np.zeros(rows, dtype=bool),
        moves=np.full((rows, stages), np.nan),
        lost_at=np.full(rows, np.nan),
        value=np.full(rows, np.nan),
    )


def view(ad_ids: Sequence[str] = ("a1", "a2", "a3"), **changes: Any) -> AccountView:
    """Eight steps of the same for every ad."""
    count, steps = len(ad_ids), 8
    same = np.ones((steps, count), dtype=np.int64)
    told: dict[str, Any] = {
        "mode": "pipeline",
        "hours": 48.0,
        "step_hours": 6.0,
        "ad_ids": tuple(ad_ids),
        "launched_at": np.zeros(count),
        "kinds": (2,),
        "features": np.zeros((count, 1), dtype=np.int64),
        "ios": np.full(count, np.nan),
        "spend": same * 1000,
        "impressions": same * 500,
        "clicks": same * 5,
        "frequency": np.full((steps, count), 1.5),
        "budgets": np.full(count, 5000, dtype=np.int64),
        "standing": ("running",) * count,
        "total": 5000 * count,
        "launch": 5000,
        "outcomes": outcomes(ads=count),
        "stages": ("closed_won",),
    }
    return AccountView(**told | changes)


def known(
    tree: Sequence[AdEntity] | None = None,
    standing: Mapping[str, Standing] | None = None,
    **changes: Any,
) -> Known:
    """The tree of `tests.delivery.made` with results for every ad, all running unless said otherwise."""
    tree = tuple(tree or entities())
    by_id = {one.entity_id: one for one in tree}
    ads = sorted(one.entity_id for one in tree if one.kind == "ad")
    spots = tuple(places.place(by_id[ad_id], by_id) for ad_id in ads)
    stood = tuple((standing or {}).get(ad_id, "running") for ad_id in ads)
    holders = places.owners(by_id)
    budgets = places.budgets(spots, stood, holders, {}, {})
    made = view(
        ads,
        standing=stood,
        budgets=np.array(budgets, dtype=np.int64),
        total=sum(one.budget for one in holders),
        features=np.zeros((len(ads), 1), dtype=np.int64),
    )
    told = Known(
        account_id="act_1",
        tenant_id="default",
        currency=USD,
        at=NOW,
        start=NOW - timedelta(hours=48),
        view=made,
        places=spots,
        owners=holders,
        tree=tree,
        stands=sum(one.budget for one in holders),
        disagreement={},
        drifted=frozenset(),
        settings=DecisionSettings(),
        notes=("Sample.",),
    )
    return replace(told, **changes)
