"""How often a challenger gets in: by our test, by betting alone, by a t-test that somebody keeps looking at.

Used by `bench.predicting`; gains come in the order of units, and everybody looks after each.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from kinoloop.learning.predictor.records import Floats
from kinoloop.learning.predictor.rules.pairing import gains
from kinoloop.registry.models.records import TrialSettings
from kinoloop.registry.models.rules.betting import log_wealth
from kinoloop.registry.models.rules.judging import promoted_at

LOOKS = 1_500


class Draw:
    """Gains of one run after the other."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def __call__(self) -> Floats:
        raise NotImplementedError


class Tossed(Draw):
    """Real gains, drawn anew, with signs tossed: nothing is better."""

    def __init__(self, rng: np.random.Generator, real: Floats) -> None:
        super().__init__(rng)
        self.real = real

    def __call__(self) -> Floats:
        signs: Floats = self.rng.choice([-1.0, 1.0], LOOKS)
        return self.rng.choice(self.real, LOOKS) * signs


class Real(Tossed):
    """Real gains in another order each time."""

    def __call__(self) -> Floats:
        return self.rng.permutation(self.real)[:LOOKS]


class EquallyWrong(Draw):
    """Two models with errors of one size, each on its own; campaigns of 2,000 impressions around 1.5 %."""

    def __call__(self) -> Floats:
        rate = 0.015 * np.exp(self.rng.normal(0, 0.5, LOOKS))
        said = rate * np.exp(self.rng.normal(0, 0.2, (2, LOOKS)))
        shown = np.full(LOOKS, 2_000.0)
        return gains(said[0], said[1], shown, self.rng.binomial(2_000, np.minimum(rate, 1.0)).astype(float))


@dataclass(frozen=True)
class Trials:
    """How often a challenger got in over so many runs, by each test; `median` units until ours let it in."""

    what: str
    runs: int
    effect: float
    ours: float
    betting: float
    peeking: float
    fixed: float
    median: float | None
    median_betting: float | None


def tried(what: str, runs: int, draw: Draw, settings: TrialSettings) -> Trials:
    """`draw` gives the gains of one run, (looks,)."""
    bar, firsts = np.log(settings.threshold), list[int | None]()
    bets, peeks, ends, effects = list[int | None](), list[bool](), list[bool](), list[float]()
    for _ in range(runs):
        got = draw()
        firsts.append(promoted_at(got, settings))
        wealth = log_wealth(got, settings.bound) >= bar
        bets.append(int(wealth.argmax()) + 1 if wealth.any() else None)
        value = _t_values(got)
        limit = np.asarray(student.ppf(0.95, np.arange(1, len(got) + 1)))
        peeks.append(bool((value[19:] > limit[19:]).any()))
        ends.append(bool(value[-1] > limit[-1]))
        effects.append(float(got.mean() / got.std(ddof=1)))
    return Trials(
        what=what,
        runs=runs,
        effect=float(np.mean(effects)),
        ours=_share(firsts),
        betting=_share(bets),
        peeking=float(np.mean(peeks)),
        fixed=float(np.mean(ends)),
        median=_median(firsts),
        median_betting=_median(bets),
    )


def _share(firsts: list[int | None]) -> float:
    return sum(one is not None for one in firsts) / len(firsts)


def _median(firsts: list[int | None]) -> float | None:
    known = [one for one in firsts if one is not None]
    return float(np.median(known)) if known else None


def _t_values(got: Floats) -> Floats:
    """Student's t after each unit."""
    count = np.arange(1, len(got) + 1)
    mean = np.cumsum(got) / count
    variance = np.maximum(np.cumsum(got**2) - count * mean**2, 1e-300) / np.maximum(count - 1, 1)
    values: Floats = mean / np.sqrt(variance / count)
    return values
