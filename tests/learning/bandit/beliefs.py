"""Beliefs, cases and accounts made by hand, for allocation, verdicts and policies."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from kinoloop.learning.bandit.records import AccountView, BanditSettings, Belief, Mode, Outcomes, Standing
from kinoloop.learning.bandit.rules.allocation import average_gain
from kinoloop.learning.bandit.rules.verdicts import Case

Floats = NDArray[np.float64]
SETTINGS = BanditSettings(temperature=0.8, park_chance=0.03, unpark_chance=0.12)
"""Fixed here, so that tuning the defaults moves no test."""
LAUNCH = 5_000
ETA = 0.75


def names(count: int) -> tuple[str, ...]:
    return tuple(f"ad-{place:03d}" for place in range(count))


def belief(
    roas: Sequence[float] | Floats,
    sd: float | Sequence[float] | Floats = 0.3,
    *,
    common: float = 0.01,
    maturity: float | Floats = 0.8,
    launch: int = LAUNCH,
    leads: float = 20.0,
    coming: float = 4.0,
    fatigue: float = 0.0,
) -> Belief:
    """`roas` is the median return at the launch budget."""
    returns = np.asarray(roas, dtype=np.float64)
    count = len(returns)
    usual = np.full(count, float(launch))
    wide = np.broadcast_to(np.asarray(sd, dtype=np.float64), count)
    return Belief(
        mu=np.log(returns) - np.log(average_gain(usual, float(launch), ETA)),
        var=wide**2,
        common=common,
        response=np.full(count, 0.1),
        eta=np.full(len(returns), ETA),
        scale=float(launch),
        maturity=np.broadcast_to(np.asarray(maturity, dtype=np.float64), count).copy(),
        fatigue=np.full(count, fatigue),
        coming=np.full(count, coming),
        leads=np.full(count, leads),
        parts={"conversions": np.log(returns), "fatigue": np.full(count, -fatigue)},
        evidence={"conversions": np.full(count, 0.5)},
    )


def case(
    count: int,
    *,
    age_days: float | Floats = 10.0,
    spend: int | NDArray[np.int64] = 50_000,
    budgets: int | NDArray[np.int64] = LAUNCH,
    standing: Sequence[Standing] | None = None,
    total: int | None = None,
    launch: int = LAUNCH,
    hours: float = 240.0,
) -> Case:
    return Case(
        ad_ids=names(count),
        age_days=np.broadcast_to(np.asarray(age_days, dtype=np.float64), count).copy(),
        spend=np.broadcast_to(np.asarray(spend, dtype=np.int64), count).copy(),
        budgets=np.broadcast_to(np.asarray(budgets, dtype=np.int64), count).copy(),
        standing=tuple(standing or ["running"] * count),
        total=count * launch if total is None else total,
        launch=launch,
        hours=hours,
        step_hours=6.0,
    )


def results(
    rows: Sequence[tuple[int, float]] = (), stages: int = 0, guesses: Sequence[tuple[int, int]] | None = None
) -> Outcomes:
    """Sold entries as (column by click id, value in minor units; NaN while open)."""
    count = len(rows)
    guess = np.full((count, 2), -1) if guesses is None else np.array(guesses, dtype=np.int64)
    return Outcomes(
        entry_at=np.arange(count, dtype=np.float64),
        click_at=np.arange(count, dtype=np.float64),
        by_id=np.array([row[0] for row in rows], dtype=np.int64),
        guess=guess.reshape(count, 2).astype(np.int64),
        trust=np.full((count, 2), np.nan),
        ios=np.zeros(count, dtype=np.bool_),
        moves=np.full((count, stages), np.nan),
        lost_at=np.full(count, np.nan),
        value=np.array([row[1] for row in rows], dtype=np.float64),
    )


def account(
    spend: Sequence[int],
    *,
    impressions: Sequence[int] | None = None,
    clicks: Sequence[int] | None = None,
    budgets: Sequence[int] | None = None,
    standing: Sequence[Standing] | None = None,
    launched_at: Sequence[float] | None = None,
    hours: float = 240.0,
    outcomes: Outcomes | None = None,
    mode: Mode = "direct",
    stages: tuple[str, ...] = (),
    hoped: int | None = None,
    total: int | None = None,
) -> AccountView:
    """An account with one step in which everything happened."""
    count = len(spend)
    return AccountView(
        mode=mode,
        hours=hours,
        step_hours=6.0,
        ad_ids=names(count),
        launched_at=np.array(launched_at or [0.0] * count),
        kinds=(),
        features=np.zeros((count, 0), dtype=np.int64),
        ios=np.full(count, np.nan),
        spend=np.array([spend], dtype=np.int64),
        impressions=np.array([impressions or [10_000] * count], dtype=np.int64),
        clicks=np.array([clicks or [100] * count], dtype=np.int64),
        frequency=np.full((1, count), np.nan),
        budgets=np.array(budgets or [LAUNCH] * count, dtype=np.int64),
        standing=tuple(standing or ["running"] * count),
        total=count * LAUNCH if total is None else total,
        launch=LAUNCH,
        outcomes=results(stages=len(stages)) if outcomes is None else outcomes,
        stages=stages,
        hoped=hoped,
    )
