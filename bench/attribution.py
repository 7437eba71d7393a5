"""Who brought the conversion: our layers beside the founding documents' fixed ones, on people whose clicks
are known. `python -m bench.attribution [--seeds N] [--worlds usual,...] [--json]`.

All rows but `url_param` are about conversions without a click id. Precision and recall are of ads at p >= 0.5
(the fixed layers always say more); `recall any` takes the likeliest ad however unsure, `click recall` asks
for the very click. ECE and Brier take every conversion for which a layer names an ad, whatever it says of it.
Share error: the sum over ads of |credited share - true share|, over all conversions.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from time import perf_counter

import numpy as np

from bench.attribution_layers import Claim, our_layers, seed_layers
from kinoloop.learning.attribution.matcher_levels import Flags, Floats, Ints
from kinoloop.sandbox.people.living import live
from kinoloop.sandbox.people.records import (
    FEW_IDS,
    LOW_VOLUME,
    ON_THE_MOVE,
    OTHER_DEVICES,
    USUAL,
    World,
)

FIRST_SEED = 1_000
"""Far from the seeds that the matcher was made with (0 to 7)."""
THRESHOLD, BINS = 0.5, 10
WORLDS = {
    "usual": USUAL,
    "low volume": LOW_VOLUME,
    "other devices": OTHER_DEVICES,
    "few ids": FEW_IDS,
    "on the move": ON_THE_MOVE,
}
Row = dict[str, float]
MEASURES = (
    "precision",
    "recall",
    "recall_any",
    "click_recall",
    "ece",
    "ece_sure",
    "brier",
    "organic_wrong",
    "share_error",
)


def calibration_error(said: Floats, right: Flags) -> float:
    """Expected calibration error over ten equal bins."""
    place = np.minimum((said * BINS).astype(np.int64), BINS - 1)
    gaps = [
        abs(float(said[place == one].mean()) - float(right[place == one].mean()))
        * float((place == one).mean())
        for one in range(BINS)
        if (place == one).any()
    ]
    return sum(gaps)


def measured(world: World, claim: Claim) -> Row:
    """One layer on one world."""
    truth = world.truth[~world.kept]
    clicked = truth >= 0
    true_ad = np.where(clicked, world.ad[truth], -1)
    named, sure = claim.ad >= 0, claim.said >= THRESHOLD
    right = named & (claim.ad == true_ad)
    same_click = (claim.click == truth) & clicked & sure
    return {
        "precision": _part(right & sure, sure),
        "recall": _part(right & sure, clicked),
        "recall_any": _part(right, clicked),
        "click_recall": _part(same_click, clicked),
        "ece": calibration_error(claim.said[named], right[named]),
        "ece_sure": calibration_error(claim.said[sure], right[sure]),
        "brier": float(np.mean((claim.said - right)[named] ** 2)) if named.any() else float("nan"),
        "organic_wrong": _part(sure & ~clicked, ~clicked),
        "share_error": share_error(world, claim.credit.sum(axis=0)),
    }


def _part(some: Flags, of: Flags) -> float:
    return float(some.sum() / of.sum()) if of.any() else float("nan")


def share_error(world: World, credit: Floats) -> float:
    """L1 between the ads' shares of credit (with the conversions that kept an id) and their true shares."""
    ads = world.settings.ads
    with_id = _count(world.ad[world.truth[world.kept]], ads)
    true = _count(world.ad[world.truth[world.truth >= 0]], ads)
    total = with_id + credit
    return float(np.abs(total / total.sum() - true / true.sum()).sum())


def _count(ads: Ints, most: int) -> Floats:
    return np.bincount(ads, minlength=most).astype(np.float64)


def one_world(world: World) -> dict[str, Row]:
    """Every layer of both, and what ids alone would give."""
    ours = our_layers(world, threshold=THRESHOLD)
    rows = {f"seed {name}": measured(world, claim) for name, claim in seed_layers(world).items()}
    rows |= {f"ours {name}": measured(world, claim) for name, claim in ours.claims.items()}
    clicked = world.truth >= 0
    rows["url_param"] = {
        "precision": 1.0,
        "recall": _part(world.kept, clicked),
        "share_error": share_error(world, np.zeros(world.settings.ads)),
    }
    rows["size"] = {
        "clicks": float(len(world.clicks)),
        "conversions": float(len(world.conversions)),
        "without_id": float((~world.kept).sum()),
        "fit_seconds": ours.fit_seconds,
        "match_seconds": ours.match_seconds,
    }
    return rows


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half-width of the 95 % interval over seeds."""
    array = np.array(values)
    half = 1.96 * float(array.std(ddof=1)) / len(array) ** 0.5 if len(array) > 1 else float("nan")
    return float(array.mean()), half


Table = dict[str, dict[str, tuple[float, float]]]


def run(name: str, seeds: int) -> Table:
    """One kind of world over so many seeds."""
    made = [one_world(live(WORLDS[name], FIRST_SEED + seed)) for seed in range(seeds)]
    return {
        row: {measure: interval([one[row][measure] for one in made]) for measure in made[0][row]}
        for row in made[0]
    }


def goals(table: Table) -> list[tuple[str, float, str, bool]]:
    """The goals, what was measured, and whether it is met."""
    seed, ours, ids = table["seed overall"], table["ours overall"], table["url_param"]

    def mean(row: Mapping[str, tuple[float, float]], name: str) -> float:
        return row[name][0]

    recalls = mean(ours, "recall") / mean(seed, "recall")
    lower = mean(seed, "ece") / mean(ours, "ece")
    share = mean(ours, "share_error") / mean(ids, "share_error")
    return [
        ("precision at p >= 0.5", mean(ours, "precision"), ">= 0.85", mean(ours, "precision") >= 0.85),
        ("recall at p >= 0.5 over the fixed layers'", recalls, ">= 3 x", recalls >= 3),
        ("ECE", mean(ours, "ece"), "<= 0.08", mean(ours, "ece") <= 0.08),
        ("ECE of the fixed layers over ours", lower, ">= 9 x", lower >= 9),
        ("ad share error over ids alone", share, "<= 0.7 x", share <= 0.7),
    ]


def show(name: str, table: Table, seeds: int) -> None:
    size = {key: value[0] for key, value in table["size"].items()}
    print(
        f"\n{name}, {seeds} seeds of {size['clicks']:.0f} clicks and {size['conversions']:.0f} conversions,"
    )
    print(f"  {size['without_id']:.0f} of them without id; fitted in {size['fit_seconds']:.2f} s, ", end="")
    print(f"matched in {size['match_seconds']:.2f} s")
    print(f"  {'':20}" + "".join(f"{measure.replace('_', ' '):>15}" for measure in MEASURES))
    for row, values in table.items():
        if row != "size":
            cells = (_cell(values.get(measure)) for measure in MEASURES)
            print(f"  {row:20}" + "".join(f"{cell:>15}" for cell in cells))
    for what, value, goal, met in goals(table):
        print(f"  {'met    ' if met else 'NOT MET'} {what}: {value:.3f} (goal {goal})")


def _cell(value: tuple[float, float] | None) -> str:
    return "-" if value is None or np.isnan(value[0]) else f"{value[0]:.3f} ±{value[1]:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--worlds", default=",".join(WORLDS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    tables: dict[str, Table] = {}
    for name in asked.worlds.split(","):
        began = perf_counter()
        tables[name] = run(name, asked.seeds if name == "usual" else max(asked.seeds // 2, 2))
        if not asked.json:
            show(name, tables[name], asked.seeds if name == "usual" else max(asked.seeds // 2, 2))
            print(f"  ({perf_counter() - began:.0f} s)")
    if asked.json:
        print(json.dumps(tables, indent=1))


if __name__ == "__main__":
    main()
