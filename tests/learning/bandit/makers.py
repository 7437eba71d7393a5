"""Made-up accounts whose numbers a test can reason about: even spend, clicks at a rate, results told one by
one.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kinoloop.learning.bandit.records import AccountView, BanditSettings, Mode, Outcomes, Standing

SETTINGS = BanditSettings()
Floats = NDArray[np.float64]


def nothing(stages: int = 0, layers: int = 2) -> Outcomes:
    """No results yet."""
    times, numbers = np.zeros(0), np.zeros(0, dtype=np.int64)
    return Outcomes(
        entry_at=times,
        click_at=times,
        by_id=numbers,
        guess=np.zeros((0, layers), dtype=np.int64),
        trust=np.zeros((0, layers)),
        ios=np.zeros(0, dtype=bool),
        moves=np.zeros((0, stages)),
        lost_at=times,
        value=times,
    )


def told(
    ad: Sequence[int],
    click_at: Sequence[float],
    entry_at: Sequence[float],
    value: Sequence[float],
    moves: Sequence[Sequence[float]] | None = None,
) -> Outcomes:
    """Results with click ids, from phones that are no iPhones."""
    count = len(ad)
    steps = np.zeros((count, 0)) if moves is None else np.array(moves, dtype=np.float64).reshape(count, -1)
    return Outcomes(
        entry_at=np.array(entry_at, dtype=np.float64),
        click_at=np.array(click_at, dtype=np.float64),
        by_id=np.array(ad, dtype=np.int64),
        guess=np.full((count, 2), -1, dtype=np.int64),
        trust=np.full((count, 2), np.nan),
        ios=np.zeros(count, dtype=bool),
        moves=steps,
        lost_at=np.full(count, np.nan),
        value=np.array(value, dtype=np.float64),
    )


def joined(first: Outcomes, second: Outcomes) -> Outcomes:
    pairs = ((getattr(first, name), getattr(second, name)) for name in Outcomes.__dataclass_fields__)
    return Outcomes(*(np.concatenate(pair) for pair in pairs))


def picked(outcomes: Outcomes, rows: NDArray[np.int64]) -> Outcomes:
    return Outcomes(*(getattr(outcomes, name)[rows] for name in Outcomes.__dataclass_fields__))


def quiet(
    ads: int = 4,
    days: float = 12,
    *,
    step_hours: float = 6.0,
    views: float = 1000.0,
    rate: float = 0.01,
    mode: Mode = "direct",
    stages: tuple[str, ...] = (),
) -> AccountView:
    """Equal ads: $10 a step and ad, the same views and clicks in every step, nothing sold."""
    steps = round(days * 24 / step_hours)
    per_step = step_hours / 6

    def table(each: float) -> NDArray[np.int64]:
        whole = np.floor(each * per_step * np.arange(steps + 1)).astype(np.int64)
        return np.repeat(np.diff(whole)[:, None], ads, axis=1)

    running: Standing = "running"
    return AccountView(
        mode=mode,
        hours=steps * step_hours,
        step_hours=step_hours,
        ad_ids=tuple(f"ad-{number}" for number in range(ads)),
        launched_at=np.zeros(ads),
        kinds=(2,),
        features=np.arange(ads, dtype=np.int64)[:, None] % 2,
        ios=np.zeros(ads),
        spend=table(1000),
        impressions=table(views),
        clicks=table(views * rate),
        frequency=np.ones((steps, ads)),
        budgets=np.full(ads, 4000, dtype=np.int64),
        standing=tuple(running for _ in range(ads)),
        total=4000 * ads,
        launch=4000,
        outcomes=nothing(len(stages)),
        stages=stages,
        hoped=5000,
    )


def selling(view: AccountView, rng: np.random.Generator, rate: float = 0.03) -> AccountView:
    """With purchases (or leads) of a share of the clicks after about half a day, worth about $50; a third
    without a click id.
    """
    steps, ads = np.nonzero(view.clicks)
    many = rng.binomial(view.clicks[steps, ads], rate)
    step, ad = np.repeat(steps, many), np.repeat(ads, many)
    click = (step + rng.random(len(step))) * view.step_hours
    entry = click + rng.exponential(12.0, len(step))
    rows = np.flatnonzero(entry <= view.hours)
    rows = rows[np.argsort(entry[rows], kind="stable")]
    ad, click, entry = ad[rows], click[rows], entry[rows]
    sold = told(list(ad), list(click), list(entry), list(rng.lognormal(8.5, 0.4, len(ad))))
    lost = rng.random(len(ad)) < 1 / 3
    right = np.where(rng.random((len(ad), 2)) < [0.7, 0.4], ad[:, None], rng.integers(0, view.count))
    return replace(
        view,
        outcomes=replace(
            sold,
            by_id=np.where(lost, -1, ad),
            click_at=np.where(lost, np.nan, click),
            guess=right.astype(np.int64),
            ios=lost & (rng.random(len(ad)) < 0.5),
            moves=np.full((len(ad), len(view.stages)), np.nan),
        ),
    )


def piped(view: AccountView, rng: np.random.Generator) -> AccountView:
    """The same leads on their way through the stages: half of them pass each, after three days or so."""
    leads = view.outcomes
    last, moves = leads.entry_at, np.full((len(leads), len(view.stages)), np.nan)
    for stage in range(len(view.stages)):
        goes = rng.random(len(leads)) < 0.5
        last = np.where(goes, last + rng.lognormal(4.0, 0.6, len(leads)), np.nan)
        moves[:, stage] = last
    moves = np.where(moves <= view.hours, moves, np.nan)
    worth = np.where(np.isnan(moves[:, -1]), np.nan, leads.value)
    return replace(view, outcomes=replace(leads, moves=moves, value=worth))
