"""10,000 ads: one decision round of ours beside MABWiser, on this machine, in this run.
`python -m bench.rounds [--ads 10000] [--json]`.

MABWiser answers one question, which arm is best in one draw; the chance of each arm to be best takes many
predictions (100 here). Ours goes from sufficient statistics to posteriors, 48 joint draws with their best
splits, verdicts and budgets that sum to the total. Reading the tables and writing the sentences is timed too.
Times are the best of several, on one core; quote the ratios.
"""

import argparse
import json
import os
import resource
import sys
from collections.abc import Callable
from importlib import import_module
from time import perf_counter

import numpy as np

from kinoloop.learning.bandit.policies.ours import Ours, case_of
from kinoloop.learning.bandit.records import AccountView, BanditSettings, Outcomes
from kinoloop.learning.bandit.rules.belief import weighed
from kinoloop.learning.bandit.rules.settling import settle
from kinoloop.learning.bandit.rules.statistics import gather

DAYS, TRIES, PREDICTIONS = 12, 5, 100
LAUNCH = 5_000
ONE_CORE = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def account(ads: int, seed: int = 7) -> AccountView:
    """A shop of so many ads, twelve days old: rates differ, results come late, some carry a click id."""
    rng = np.random.default_rng(seed)
    steps = DAYS * 4
    rate, sold = 0.012 * rng.lognormal(0, 0.4, ads), 0.022 * rng.lognormal(0, 0.5, ads)
    shown = rng.poisson(1_200, (steps, ads))
    clicks = rng.binomial(shown, np.minimum(rate, 0.5))
    buyers = rng.binomial(clicks, np.minimum(sold, 0.9))
    step, ad = (index.repeat(buyers.ravel()) for index in np.indices(buyers.shape).reshape(2, -1))
    clicked = (step + rng.random(len(ad))) * 6
    bought = clicked + np.where(rng.random(len(ad)) < 0.35, 0.5, 24 * rng.lognormal(0.4, 1.3, len(ad)))
    rows = np.flatnonzero(bought <= steps * 6)
    rows = rows[np.argsort(bought[rows], kind="stable")]
    known, ios = rng.random(len(rows)) < 0.6, rng.random(len(rows)) < 0.55
    right = rng.random((len(rows), 2)) < [0.7, 0.4]
    guess = np.where(right, ad[rows, None], rng.integers(0, ads, (len(rows), 2)))
    told = Outcomes(
        entry_at=bought[rows],
        click_at=np.where(known, clicked[rows], np.nan),
        by_id=np.where(known, ad[rows], -1),
        guess=guess,
        trust=np.full(guess.shape, np.nan),
        ios=ios,
        moves=np.zeros((len(rows), 0)),
        lost_at=np.full(len(rows), np.nan),
        value=5_800 * rng.lognormal(0, 0.5, len(rows)),
    )
    return AccountView(
        mode="direct",
        hours=float(steps * 6),
        step_hours=6.0,
        ad_ids=tuple(f"ad-{number:05d}" for number in range(ads)),
        launched_at=np.zeros(ads),
        kinds=(5, 3, 3, 3),
        features=np.column_stack([rng.integers(0, many, ads) for many in (5, 3, 3, 3)]),
        ios=rng.uniform(0.35, 0.75, ads),
        spend=np.full((steps, ads), LAUNCH // 4),
        impressions=shown,
        clicks=clicks,
        frequency=1 + np.cumsum(shown, axis=0) / 160_000,
        budgets=np.full(ads, LAUNCH),
        standing=tuple("running" for _ in range(ads)),
        total=LAUNCH * ads,
        launch=LAUNCH,
        outcomes=told,
        hoped=9_000,
    )


def best(work: Callable[[], object], tries: int = TRIES) -> float:
    """Seconds of the fastest of some tries."""
    times = []
    for _ in range(tries):
        began = perf_counter()
        work()
        times.append(perf_counter() - began)
    return min(times)


def ours(view: AccountView) -> dict[str, float]:
    """Seconds of each part of a round."""
    settings, policy = BanditSettings(), Ours()
    statistics = gather(view, settings)
    belief, case = weighed(statistics), case_of(view)
    return {
        "tables": best(lambda: gather(view, settings), 2),
        "posterior": best(lambda: weighed(statistics)),
        "decision": best(lambda: settle(case, belief, settings, 1)),
        "round": best(lambda: settle(case, weighed(statistics), settings, 1)),
        "sentences": best(lambda: policy.conclude(view, belief, 1), 2),
    }


def theirs(view: AccountView) -> dict[str, float]:
    """MABWiser on the same clicks and conversions: one prediction, and as many as P(best) takes."""
    mab = import_module("mabwiser.mab")
    told = view.outcomes.by_id
    won = np.bincount(told[told >= 0], minlength=view.count)
    lost = view.clicks.sum(axis=0) - won
    bandit = mab.MAB(list(range(view.count)), mab.LearningPolicy.ThompsonSampling(), seed=1)
    bandit.fit(np.arange(view.count), np.zeros(view.count, dtype=np.int64))
    model = bandit._imp  # the counts it would have after learning them one by one, which takes minutes
    for arm in range(view.count):
        model.arm_to_success_count[arm], model.arm_to_fail_count[arm] = int(won[arm]) + 1, int(lost[arm]) + 1
    single = best(bandit.predict)
    return {"predict": single, "predictions": best(lambda: [bandit.predict() for _ in range(PREDICTIONS)], 1)}


def memory_mb() -> float:
    """The most this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(ads: int) -> dict[str, object]:
    """Seconds, ratios and memory for one account."""
    view, before = account(ads), memory_mb()
    mine = ours(view)
    peak = memory_mb()
    other = theirs(view)
    return {
        "ads": ads,
        "clicks": int(view.clicks.sum()),
        "results": len(view.outcomes),
        "ours_s": mine,
        "mabwiser_s": other,
        "round_to_chance_of_best": mine["round"] / other["predictions"],
        "round_to_one_predict": mine["round"] / other["predict"],
        "whole_to_chance_of_best": (mine["tables"] + mine["posterior"] + mine["sentences"])
        / other["predictions"],
        "peak_mb": peak,
        "added_mb": peak - before,
    }


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--ads", type=int, default=10_000)
    asked.add_argument("--json", action="store_true")
    wanted = asked.parse_args()
    if not ONE_CORE.items() <= os.environ.items():  # numpy reads them once, when it is loaded
        command = [sys.executable, "-m", "bench.rounds", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **ONE_CORE})
    found = measure(wanted.ads)
    if wanted.json:
        print(json.dumps(found, indent=2))
        return
    print(f"{found['ads']:,} ads, {found['clicks']:,} clicks, {found['results']:,} results")
    for who in ("ours_s", "mabwiser_s"):
        parts = found[who]
        assert isinstance(parts, dict)
        print(f"  {who.removesuffix('_s')}: " + ", ".join(f"{n} {s * 1000:.1f} ms" for n, s in parts.items()))
    print(
        f"  one round from statistics / MABWiser's chance of each ad to be best ({PREDICTIONS} predictions): "
        f"{found['round_to_chance_of_best']:.3f} (goal 0.1)"
    )
    print(f"  the same / one prediction: {found['round_to_one_predict']:.2f}")
    print(f"  with reading tables and writing a sentence per ad: {found['whole_to_chance_of_best']:.3f}")
    print(f"  memory: {found['added_mb']:.0f} MB for the round, peak {found['peak_mb']:.0f} MB")


if __name__ == "__main__":
    main()
