"""Policies beside each other in markets whose truth is known, against the goals that were set before.
`python -m bench.policies [--seeds 300-339] [--setting ecom,b2b,..] [--jobs N] [--worlds]`.

The same games as `kinoloop simulate --compare` (or `--worlds`), with MABWiser's Thompson sampling among them;
then one line per goal, met or not. Without `--seeds` a few only, to be quick; the goals are for forty.
"""

import argparse
from collections.abc import Iterator, Sequence

from kinoloop.cli.simulate import policies, running, table
from kinoloop.cli.simulate.running import Result
from kinoloop.cli.simulate.summary import Summary, paired, summaries
from kinoloop.sandbox.market.worlds import PLACES, WORLDS

FEW = "300-303"
REVENUE = {"ecom": 0.94, "fatigue": 0.94, "small": 0.89, "b2b": 0.83}
TENTH = {"ecom": 0.90, "fatigue": 0.88, "small": 0.80, "b2b": 0.73}
OVER_SEED = {"ecom": 1.28, "fatigue": 1.24, "small": 1.18, "b2b": 1.40}
WASTE = {"ecom": 0.06, "b2b": 0.07, "fatigue": 0.12, "small": 0.12}
STOPPED = {"ecom": 0.01, "fatigue": 0.01, "small": 0.01, "b2b": 0.005}
LEAST_IN_WORLDS = 0.70
Goal = tuple[str, str, bool]


def goals(found: Sequence[Summary], results: Sequence[Result]) -> Iterator[Goal]:
    """What is asked of ours in the four settings: words, measured, met."""
    for name in PLACES:
        row = {one.policy: one for one in found if one.world == name}
        if "ours" not in row:
            continue
        mine = row["ours"]
        yield _least(f"{name}: revenue of the oracle's", mine.revenue.mean, REVENUE[name])
        yield _least(f"{name}: worst tenth", mine.tenth, TENTH[name])
        yield _most(f"{name}: money on losers", mine.waste.mean, WASTE[name])
        yield _most(f"{name}: winners stopped", mine.wrongly_stopped or 0.0, STOPPED[name])
        if mine.kill_precision is not None:
            yield _least(f"{name}: kills right", mine.kill_precision, 0.70)
        if mine.coverage is not None:
            held = f"{mine.coverage:.3f}"
            yield f"{name}: 80 % range holds, 0.75-0.87", held, 0.75 <= mine.coverage <= 0.87
        if mine.calibration is not None:
            yield _most(f"{name}: error of the chance to lose money", mine.calibration, 0.10)
        if "seed" in row:
            ratio = mine.dollars / row["seed"].dollars
            yield (
                f"{name}: revenue / the seed's, at least {OVER_SEED[name]}",
                f"{ratio:.2f}",
                (ratio >= OVER_SEED[name]),
            )
        yield from _ahead(name, row, results)


def world_goals(found: Sequence[Summary]) -> Iterator[Goal]:
    """First in every changed market, and never below the least."""
    for name in WORLDS:
        row = {one.policy: one.revenue.mean for one in found if one.world == name}
        if "ours" in row:
            others = {other: value for other, value in row.items() if other not in {"ours", "oracle"}}
            first = not others or row["ours"] > max(others.values())
            yield (
                f"{name}: first, at least {LEAST_IN_WORLDS}",
                f"{row['ours']:.3f}",
                (first and row["ours"] >= LEAST_IN_WORLDS),
            )


def _ahead(name: str, row: dict[str, Summary], results: Sequence[Result]) -> Iterator[Goal]:
    others = [row[policy] for policy in policies.SIMPLE if policy in row and policy != "seed"]
    if not others:
        return
    best = max(others, key=lambda one: one.revenue.mean).policy
    gap = paired(results, name, "ours", best)
    low = gap.low if gap.low is not None else gap.mean
    yield f"{name}: lower bound of the lead over {best}, above 0", f"{low:+.3f}", low > 0


def _least(words: str, measured: float, goal: float) -> Goal:
    return f"{words}, at least {goal:g}", f"{measured:.3f}", measured >= goal


def _most(words: str, measured: float, goal: float) -> Goal:
    return f"{words}, at most {goal:g}", f"{measured:.3f}", measured <= goal


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seeds", default=FEW)
    asked.add_argument("--setting", default="")
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--worlds", action="store_true")
    wanted = asked.parse_args()
    usual = list(WORLDS if wanted.worlds else PLACES)
    places = running.settings_named(wanted.setting.split(",")) if wanted.setting else usual
    seeds = running.seeds_named(wanted.seeds)
    tasks = running.planned(places, policies.compared(), seeds, None)
    results = sorted(running.run_all(tasks, wanted.jobs), key=lambda result: tasks.index(result.task))
    found = summaries(results)
    (table.tell_worlds if wanted.worlds else table.tell)(found, results)
    reached = list(world_goals(found) if wanted.worlds else goals(found, results))
    print(f"\nGoals met: {sum(met for *_, met in reached)} of {len(reached)} ({len(seeds)} seeds)")
    for words, measured, met in reached:
        print(f"  {'met' if met else 'NOT'}  {measured:>7}  {words}")


if __name__ == "__main__":
    main()
