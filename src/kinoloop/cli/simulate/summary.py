"""Figures over seeds, each beside the clairvoyant's game on the same seed, with 95 % intervals over seeds."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from kinoloop.cli.simulate.calibration import calibration_error, coverage
from kinoloop.cli.simulate.policies import ORACLE
from kinoloop.cli.simulate.running import Result
from kinoloop.sandbox.market.worlds import world

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A mean with the half width of its 95 % interval, None for a single seed."""

    mean: float
    half: float | None

    @property
    def low(self) -> float | None:
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        return None if self.half is None else self.mean + self.half


@dataclass(frozen=True)
class Summary:
    """One policy in one world. Shares, not per cent; `revenue` and `profit` are parts of the clairvoyant's.

    `revenue` is the mean of ratios per seed with `tenth`, its 10th percentile; `profit` is the ratio of sums
    (a single seed's profit may be near zero). `wrongly_stopped` is the share of all winners, None where no
    seed had one; `kill_precision` is None where nothing was killed.
    """

    world: str
    policy: str
    seeds: int
    days: int
    revenue: Estimate
    tenth: float
    profit: Estimate
    wrongly_stopped: float | None
    kill_precision: float | None
    kills: int
    waste: Estimate
    dollars: float
    profit_dollars: float
    refused: float
    coverage: float | None
    calibration: float | None


def summaries(results: Iterable[Result]) -> list[Summary]:
    """In the order of the first seed's games."""
    games: dict[tuple[str, str], dict[int, Result]] = {}
    for result in results:
        task = result.task
        games.setdefault((task.world, task.policy), {})[task.seed] = result
    return [_summary(key, own, games[key[0], ORACLE]) for key, own in games.items()]


def revenue_ratios(own: Mapping[int, Result], best: Mapping[int, Result]) -> Floats:
    """Per seed, ascending: revenue as part of the clairvoyant's."""
    return np.array([own[seed].score.revenue / best[seed].score.revenue for seed in sorted(own)])


def estimate(values: Floats) -> Estimate:
    """The mean with a Student interval."""
    count = len(values)
    if count < 2:
        return Estimate(float(values.mean()), None)
    half = student.ppf(0.975, count - 1) * values.std(ddof=1) / np.sqrt(count)
    return Estimate(float(values.mean()), float(half))


def ratio_of_sums(above: Floats, below: Floats) -> Estimate:
    """sum(above) / sum(below) with a linearised interval."""
    ratio = above.sum() / below.sum()
    spread = estimate((above - ratio * below) / below.mean())
    return Estimate(float(ratio), spread.half)


def paired(results: Sequence[Result], world: str, policy: str, other: str) -> Estimate:
    """How much more of the clairvoyant's revenue one policy gets than another, seed by seed."""
    by = {
        name: {r.task.seed: r for r in results if r.task.world == world and r.task.policy == name}
        for name in (policy, other, ORACLE)
    }
    return estimate(revenue_ratios(by[policy], by[ORACLE]) - revenue_ratios(by[other], by[ORACLE]))


def _summary(key: tuple[str, str], own: Mapping[int, Result], best: Mapping[int, Result]) -> Summary:
    seeds = sorted(own)
    scores, oracle = [own[seed].score for seed in seeds], [best[seed].score for seed in seeds]
    ratios = revenue_ratios(own, best)
    winners, kills = sum(one.winners for one in scores), sum(one.kills for one in scores)
    profits = np.array([one.profit for one in scores])
    said = [own[seed].said for seed in seeds]
    return Summary(
        *key,
        seeds=len(seeds),
        days=own[seeds[0]].task.days or world(key[0]).setting.days,
        revenue=estimate(ratios),
        tenth=float(np.quantile(ratios, 0.1)),
        profit=ratio_of_sums(profits, np.array([one.profit for one in oracle])),
        wrongly_stopped=sum(one.wrongly_stopped for one in scores) / winners if winners else None,
        kill_precision=sum(one.kills_right for one in scores) / kills if kills else None,
        kills=kills,
        waste=estimate(np.array([one.waste for one in scores])),
        dollars=float(np.mean([one.revenue for one in scores]) / 100),
        profit_dollars=float(profits.mean() / 100),
        refused=float(np.mean([one.refused for one in scores])),
        coverage=coverage(said),
        calibration=calibration_error(said),
    )
