"""What another policy would have got, told from a log: the Open Bandit Dataset, where both really ran.

`python -m bench.off_policy [--json]`. From the log of random choices the value of Bernoulli Thompson sampling
(and the other way round), beside what that policy got itself. Thompson sampling's chances are its own shares
of items by position over the week: it changed within it, so they are an average. 38 to 69 clicks in 10,000:
without interval and effective sample size these figures would say nothing.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass

import numpy as np

from bench.public_data import Floats, Shown, shown
from kinoloop.learning.predictor.records import Asked
from kinoloop.learning.predictor.rules.estimating import normal_rate, posterior
from kinoloop.learning.predictor.rules.fitting import fit
from kinoloop.learning.predictor.rules.metrics import wilson
from kinoloop.learning.predictor.rules.traits import counted
from kinoloop.learning.trials.records import Gate, Log
from kinoloop.learning.trials.rules.estimates import compare

CAMPAIGNS = ("all", "men", "women")
SMOOTH = 1.0


@dataclass(frozen=True)
class Row:
    """One candidate on one log, beside what it got itself (None: it never ran)."""

    name: str
    clicks: int
    sample: float
    mean_weight: float
    logged: float
    ips: float | None
    snips: float | None
    low: float | None
    high: float | None
    on_policy: float | None
    own_low: float | None
    own_high: float | None
    reason: str

    @property
    def covers(self) -> bool | None:
        """Whether the policy's own value lies in the interval."""
        if self.low is None or self.high is None or self.on_policy is None:
            return None
        return self.low <= self.on_policy <= self.high


def shares(log: Shown, items: int) -> Floats:
    """(positions, items): how often each item stood at each position, with one pseudo-row over all items."""
    places = np.unique(log.position)
    counts = np.array([np.bincount(log.item[log.position == place], minlength=items) for place in places])
    smoothed: Floats = (counts + SMOOTH / items) / (counts + SMOOTH / items).sum(axis=1, keepdims=True)
    return smoothed


def tried(name: str, log: Shown, target: Floats, own: Shown | None) -> Row:
    """`target` (positions, items)."""
    place = np.searchsorted(np.unique(log.position), log.position)
    rows = Log(
        reward=log.click,
        size=np.ones(len(log.click)),
        logged=log.propensity,
        target=target[place, log.item],
        cluster=np.arange(len(log.click)),
    )
    told = compare(rows, Gate())
    mine = None if own is None else float(own.click.mean())
    bounds = (None, None) if own is None else wilson(float(own.click.sum()), len(own.click))
    return Row(
        name=name,
        clicks=int(log.click.sum()),
        sample=told.snips.sample,
        mean_weight=told.snips.mean_weight,
        logged=float(log.click.mean()),
        ips=told.ips.value,
        snips=told.snips.value,
        low=told.snips.low,
        high=told.snips.high,
        on_policy=mine,
        own_low=bounds[0],
        own_high=bounds[1],
        reason=told.reason,
    )


def learnt(log: Shown, items: int) -> Floats:
    """A CTR model as a policy: items at each position by the rate it expects of them. Learnt from the first
    half of the log.
    """
    half = len(log.click) // 2
    places = np.unique(log.position)
    ads = [
        Asked(
            ad_id=f"{item} at {place}",
            campaign_id=str(item),
            impressions=int(here.sum()),
            clicks=int(log.click[:half][here].sum()),
        )
        for place in places
        for item in range(items)
        for here in [(log.item[:half] == item) & (log.position[:half] == place)]
    ]
    counts = counted(ads, ())
    told = posterior(fit(counts), counts)
    rates = normal_rate(told.logit, told.variance).reshape(len(places), items)
    policy: Floats = rates / rates.sum(axis=1, keepdims=True)
    return policy


def measured() -> list[Row]:
    rows = []
    for campaign in CAMPAIGNS:
        random, sampled = shown("random", campaign), shown("bts", campaign)
        items = int(max(random.item.max(), sampled.item.max())) + 1
        even = np.full((3, items), 1 / items)
        rows.append(tried(f"{campaign}: random log, Thompson", random, shares(sampled, items), sampled))
        rows.append(tried(f"{campaign}: Thompson log, random", sampled, even, random))
        later = _later(random)
        rows.append(tried(f"{campaign}: later random log, our model", later, learnt(random, items), None))
    return rows


def _later(log: Shown) -> Shown:
    half = len(log.click) // 2
    return Shown(log.item[half:], log.position[half:], log.click[half:], log.propensity[half:])


def show(rows: list[Row]) -> None:
    print(f"{'':42}{'clicks':>7}{'ESS':>7}{'IPS':>9}{'SNIPS':>9}{'95 % interval':>20}{'on policy':>26}")
    for row in rows:
        own = (
            "never ran"
            if row.on_policy is None
            else f"{row.on_policy:.4f} ({row.own_low:.4f}-{row.own_high:.4f})"
        )
        between = "-" if row.low is None else f"{row.low:.4f}-{row.high:.4f}"
        said = {True: "covered", False: "NOT COVERED", None: ""}[row.covers]
        print(
            f"{row.name:42}{row.clicks:7}{row.sample:7.0f}{_cell(row.ips):>9}{_cell(row.snips):>9}"
            f"{between:>20}{own:>26}  {said}"
        )
        if row.covers is None:
            print(f"{'':42}{row.reason}")


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    try:
        rows = measured()
    except FileNotFoundError as error:
        sys.exit(f"Not measured: {error}.")
    if asked.json:
        print(json.dumps([asdict(row) for row in rows], indent=1))
    else:
        show(rows)


if __name__ == "__main__":
    main()
