"""Click-through prediction on 18,354 real headlines: ours beside raw rates, and how a challenger gets in.

`python -m bench.predicting [--runs N] [--draws N] [--json]`. Learnt from Upworthy's tests up to week 39 of
2014, judged on the 7,618 packages after it: the first impressions of each are seen (drawn anew, and averaged
over draws), the rest is predicted. NE is log loss over that of the average of the tests judged, which is
stricter than any average known before; pairs are judged by the impressions not seen, noise and all. Then
trials in which nothing is better (real gains with signs tossed; two models that are equally wrong), and real
ones.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from time import perf_counter

import numpy as np

from bench.promoting import LOOKS, EquallyWrong, Real, Tossed, Trials, tried
from bench.public_data import Headlines, headlines
from kinoloop.learning.predictor.records import Counts, CtrModel, Floats, Ints, Posterior, Traits
from kinoloop.learning.predictor.rules.estimating import normal_rate, posterior
from kinoloop.learning.predictor.rules.fitting import fit
from kinoloop.learning.predictor.rules.metrics import pairwise, quality
from kinoloop.learning.predictor.rules.pairing import BOUND, gains
from kinoloop.learning.predictor.rules.traits import common, design
from kinoloop.registry.models.records import TrialSettings

SPLIT_WEEK, SEED = 201440, 20_141
SEEN = (50, 200, 1_000)
RAW, ONE, OURS, WORDED = "raw (k+1)/(n+2)", "one level", "two levels (ours)", "two levels and wording"
OPENINGS = ("how", "why", "what", "this", "these", "here's", "if", "a", "the", "watch", "when")


@dataclass(frozen=True)
class Line:
    """One way to predict, after so many impressions of each package."""

    seen: int
    way: str
    ne: float
    brier: float
    relative_ece: float
    slope: float | None
    predicted_over_observed: float
    pairwise: float
    coverage: float | None


def traits_of(headline: str) -> Traits:
    """What can be told of a headline without a language model."""
    words = headline.lower().split()
    opening = words[0] if words and words[0] in OPENINGS else "other"
    return {
        "opens": opening,
        "length": "short" if len(words) < 12 else "long" if len(words) > 16 else "middle",
        "number": str(any(character.isdigit() for character in headline)),
        "question": str("?" in headline),
        "you": str(any(word.strip(".,!?'\"").startswith("you") for word in words)),
        "quote": str('"' in headline or "'" in headline.replace("'s", "").replace("n't", "")),
        "sentences": "several" if headline.count(".") + headline.count("!") > 1 else "one",
    }


def counts_of(told: Headlines, shown: Ints, clicks: Ints, columns: tuple[str, ...] = ()) -> Counts:
    _, campaign = np.unique(told.test, return_inverse=True)
    wanted = design([traits_of(word) for word in told.headline], columns) if columns else None
    return Counts(
        campaign.astype(np.int64),
        shown.astype(np.float64),
        clicks.astype(np.float64),
        np.zeros((len(campaign), 0)) if wanted is None else wanted,
    )


def alone(counts: Counts) -> Counts:
    """Every package as a campaign of its own: one level."""
    return Counts(np.arange(len(counts), dtype=np.int64), counts.impressions, counts.clicks, counts.design)


@dataclass(frozen=True)
class Learnt:
    one: CtrModel
    two: CtrModel
    wording: CtrModel
    columns: tuple[str, ...]
    seconds: float


def learnt(early: Headlines) -> Learnt:
    began = perf_counter()
    plain = counts_of(early, early.shown, early.clicks)
    two = fit(plain)
    seconds = perf_counter() - began
    columns = common([traits_of(word) for word in early.headline])
    wording = fit(counts_of(early, early.shown, early.clicks, columns), columns)
    return Learnt(fit(alone(plain)), two, wording, columns, seconds)


@dataclass(frozen=True)
class Look:
    """What each way says after the first impressions, and what came then."""

    later: Counts
    rates: dict[str, Floats]
    told: dict[str, Posterior]


def look(late: Headlines, models: Learnt, seen: int, rng: np.random.Generator) -> Look:
    """The first `seen` impressions are a draw without replacement out of all."""
    late = late.where(late.shown > seen)
    first = rng.hypergeometric(late.clicks, late.shown - late.clicks, seen) if seen else 0 * late.clicks
    before = counts_of(late, np.full(len(first), seen), first)
    worded = counts_of(late, np.full(len(first), seen), first, models.columns)
    told = {
        ONE: posterior(models.one, alone(before)),
        OURS: posterior(models.two, before),
        WORDED: posterior(models.wording, worded),
    }
    rates = {RAW: (first + 1) / (seen + 2)}
    rates |= {way: normal_rate(one.logit, one.variance) for way, one in told.items()}
    return Look(counts_of(late, late.shown - seen, late.clicks - first), rates, told)


def lines(seen: int, one: Look) -> list[Line]:
    average = float(one.later.clicks.sum() / one.later.impressions.sum())
    found = []
    for way, rate in one.rates.items():
        told = quality(rate, one.later, average, one.told.get(way))
        found.append(
            Line(
                seen=seen,
                way=way,
                ne=told.ne,
                brier=told.brier,
                relative_ece=told.relative_ece or 0.0,
                slope=told.slope,
                predicted_over_observed=told.predicted_over_observed or 0.0,
                pairwise=pairwise(rate, one.later) or 0.0,
                coverage=told.coverage,
            )
        )
    return found


def campaign_gains(one: Look, champion: str, challenger: str) -> Floats:
    """The gain of every test, weighted inside it as the product does."""
    p, q, later = one.rates[champion], one.rates[challenger], one.later
    weight = later.impressions * np.maximum(p, 0.002)
    gained = gains(p, q, later.impressions, later.clicks) * weight
    sums: Floats = np.bincount(later.campaign, weights=gained) / np.bincount(later.campaign, weights=weight)
    return sums


def trials(runs: int, at_200: Look) -> list[Trials]:
    rng, settings = np.random.default_rng(SEED), TrialSettings()
    step, wide = campaign_gains(at_200, ONE, OURS), campaign_gains(at_200, RAW, OURS)
    worse = campaign_gains(at_200, OURS, RAW)
    assert max(float(np.abs(some).max()) for some in (step, wide, worse)) <= BOUND
    return [
        tried("no gain: signs tossed", runs, Tossed(rng, step), settings),
        tried("no gain: equally wrong", runs, EquallyWrong(rng), settings),
        tried("one level -> two levels", runs, Real(rng, step), settings),
        tried("raw -> two levels", runs, Real(rng, wide), settings),
        tried("two levels -> raw (worse)", runs, Real(rng, worse), settings),
    ]


def goals(found: list[Line], tests: list[Trials]) -> list[tuple[str, float, str, bool]]:
    at = {(line.seen, line.way): line for line in found}
    ours, raw = at[200, OURS], at[200, RAW]
    better = raw.relative_ece / ours.relative_ece
    slope = ours.slope or 0.0
    false = max(tests[0].ours, tests[1].ours)
    return [
        ("relative ECE after 200 impressions", ours.relative_ece, "<= 0.05", ours.relative_ece <= 0.05),
        ("raw's relative ECE over ours", better, ">= 8 x", better >= 8),
        ("calibration slope", slope, "0.95 to 1.05", 0.95 <= slope <= 1.05),
        ("NE", ours.ne, "<= 0.976", ours.ne <= 0.976),
        (f"false promotions under {LOOKS} looks", false, "<= 0.05", false <= 0.05),
    ]


def averaged(several: Iterable[Line]) -> Line:
    """The means of lines of one way after as many impressions."""
    every = [asdict(line) for line in several]
    means = {
        name: None if every[0][name] is None else float(np.mean([one[name] for one in every]))
        for name in every[0]
        if name not in ("seen", "way")
    }
    return Line(seen=every[0]["seen"], way=every[0]["way"], **means)  # type: ignore[arg-type]


def measured(runs: int, draws: int) -> tuple[list[Line], list[Trials], Learnt]:
    everything, rng = headlines(), np.random.default_rng(SEED)
    late = everything.week >= SPLIT_WEEK
    models, judged = learnt(everything.where(~late)), everything.where(late)
    found, first = list[Line](), None
    for seen in SEEN:
        looks = [look(judged, models, seen, rng) for _ in range(draws)]
        first = looks[0] if seen == 200 else first
        found += [averaged(same) for same in zip(*(lines(seen, one) for one in looks), strict=True)]
    found += [line for line in lines(0, look(judged, models, 0, rng)) if line.way in (OURS, WORDED)]
    assert first is not None
    return found, trials(runs, first), models


def show(found: list[Line], tests: list[Trials], models: Learnt) -> None:
    two = models.two
    print(
        f"learnt in {models.seconds:.2f} s: between tests {two.between:.3f}, within {two.within:.3f} logits"
    )
    names = ("NE", "Brier", "rel. ECE", "slope", "pred/obs", "pairwise", "80 % holds")
    print(f"{'seen':>6}  {'':26}" + "".join(f"{name:>11}" for name in names))
    for line in found:
        values = (line.ne, line.brier, line.relative_ece, line.slope, line.predicted_over_observed)
        every = (*values, line.pairwise, line.coverage)
        cells = "".join(f"{'-' if value is None else f'{value:.4f}':>11}" for value in every)
        print(f"{line.seen:6}  {line.way:26}{cells}")
    heads = ("runs", "effect", "ours", "betting", "peeking t", "fixed t", "median", "betting's")
    print(f"\n{'share promoted':28}" + "".join(f"{head:>11}" for head in heads))
    for test in tests:
        shares = "".join(f"{one:11.3f}" for one in (test.effect, test.ours, test.betting, test.peeking))
        medians = "".join(f"{'-' if one is None else one:>11}" for one in (test.median, test.median_betting))
        print(f"{test.what:28}{test.runs:11}{shares}{test.fixed:11.3f}{medians}")
    for what, value, goal, met in goals(found, tests):
        print(f"  {'met    ' if met else 'NOT MET'} {what}: {value:.3f} (goal {goal})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        found, tests, models = measured(asked.runs, asked.draws)
    except FileNotFoundError as error:
        sys.exit(f"Not measured: {error}.")
    if asked.json:
        told = {"lines": [asdict(one) for one in found], "trials": [asdict(one) for one in tests]}
        print(json.dumps(told, indent=1))
    else:
        show(found, tests, models)


if __name__ == "__main__":
    main()
