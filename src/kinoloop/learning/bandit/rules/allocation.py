"""Where a day's money goes: the best split for drawn returns, and the nearest one that may really be set.

A spend of b a day brings R K ((1 + b/K)^eta - 1) / eta: the first unit earns R, every further one less. K is
the scale of the response and eta its concavity, one for all ads or each its own. Money is minor units.
"""

import numpy as np

from kinoloop.core.currency import Minor
from kinoloop.learning.bandit.records import Flags, Floats, Ints

_SLACK = 1e-6
"""Less than a minor unit: keeps 1.2 * 500 from being 599.999."""
_HALVINGS = 80
_EXACT = 1e-12
"""So exactly is the logarithm of lam found."""


def water_fill(returns: Floats, scale: float, eta: Floats | float, total: float) -> Floats:
    """The split of `total` that earns most, for each row of `returns` (draws by ads, above zero)."""
    return flood(np.log(returns), scale, eta, total)[0]


def flood(logs: Floats, scale: float, eta: Floats | float, total: float) -> tuple[Floats, Floats]:
    """Budgets (draws by ads) for log returns, and per draw the log of what the last unit of money earns.

    Where two ads get money their next unit earns the same, lam: b = K ((R / lam)^p - 1), p = 1 / (1 - eta).
    No ad alone could take all the money at a lower lam, and ads that return less than that get none.
    """
    power = np.broadcast_to(1 / (1 - np.asarray(eta, dtype=np.float64)), logs.shape[1:])
    least = (logs - np.log1p(total / scale) / power).max(axis=1)
    use = (logs >= least[:, None]).any(axis=0)
    budgets, some = np.zeros(logs.shape), logs[:, use]
    level = _level(some, power[use], least, total / scale)
    budgets[:, use] = scale * np.maximum(np.expm1(power[use] * (some - level[:, None])), 0)
    return budgets, level


def _level(logs: Floats, power: Floats, level: Floats, wanted: float) -> Floats:
    """log lam per draw by Newton's steps from below: what is asked for is convex and falls as lam rises, so
    that no step goes too far.
    """
    step = np.ones_like(level)
    while step.max() >= _EXACT:
        grown = np.exp(power * np.maximum(logs - level[:, None], 0))
        slope = (grown * power * (grown > 1)).sum(axis=1)
        over = (grown - 1).sum(axis=1) - wanted
        step = np.maximum(over, 0) / np.where(slope > 0, slope, 1.0)
        level = level + step
    return level


def average_gain(budgets: Floats, scale: float, eta: Floats | float) -> Floats:
    """What a unit earns on average at these budgets, relative to the first one: 1 at zero, then falling."""
    spent = np.maximum(budgets, 1e-9 * scale) / scale
    gain: Floats = ((1 + spent) ** eta - 1) / (eta * spent)
    return gain


def draws(count: int, ads: int, seed: int, hours: float) -> Floats:
    """Standard normal numbers (draws by ads), other ones at each hour of an account.

    Every draw comes with its mirror image, so their mean is exactly zero for an even `count`.
    """
    half = generator(seed, hours).standard_normal(((count + 1) // 2, ads))
    return np.concatenate([half, -half])[:count]


def generator(seed: int, hours: float) -> np.random.Generator:
    """Chance for one round: the same for the same seed and instant of the account, to the minute."""
    return np.random.default_rng([abs(seed), max(round(hours * 60), 0)])


def by_name(ad_ids: tuple[str, ...], among: Flags | None = None) -> Ints:
    """The places of ads (those flagged) in the order of their ids: nothing depends on how they are listed."""
    rows = range(len(ad_ids)) if among is None else np.flatnonzero(among).tolist()
    return np.array(sorted(rows, key=ad_ids.__getitem__), dtype=np.int64)


def step_velocity(velocity: float, step_hours: float, window_hours: float) -> float:
    """The part of the limit per window that one step may use: steps of a window together stay inside it."""
    result: float = (1 + velocity) ** min(1.0, step_hours / window_hours) - 1
    return result


def limits(before: Ints, floor: Minor, velocity: float) -> tuple[Ints, Ints]:
    """The lowest and highest budget that may be set now. An ad below the floor is lifted to it."""
    low = np.ceil(before * (1 - velocity) - _SLACK).astype(np.int64)
    high = np.floor(before * (1 + velocity) + _SLACK).astype(np.int64)
    return np.maximum(low, floor), np.maximum(high, floor)


def project(target: Floats, before: Ints, floor: Minor, total: Minor, velocity: float) -> Ints:
    """The budgets nearest to the proportions of `target` that keep floor and velocity and sum to `total`.

    Where that cannot be: all at their highest (the sum stays below), or their lowest scaled down to the
    total, which nothing exceeds.
    """
    low, high = limits(before, floor, velocity)
    return spread(target, low, high, total)


def spread(target: Floats, low: Ints, high: Ints, total: Minor) -> Ints:
    """Whole budgets in proportion to `target` between two bounds, by largest remainders."""
    if total >= high.sum():
        return high
    if total <= low.sum():
        none, all_of = np.zeros_like(low), np.full_like(low, total)
        exact = low.astype(np.float64) * (total / max(int(low.sum()), 1))
        return _whole(exact, none, all_of, total)
    wish = np.maximum(target, total * 1e-9)
    least, most = np.log(np.min(np.maximum(low, 1e-3) / wish)), np.log(np.max(high / wish))
    for _ in range(_HALVINGS):
        middle = (least + most) / 2
        if np.clip(wish * np.exp(middle), low, high).sum() < total:
            least = middle
        else:
            most = middle
    return _whole(np.clip(wish * np.exp(most), low, high), low, high, total)


def _whole(exact: Floats, low: Ints, high: Ints, total: Minor) -> Ints:
    """Round to whole units that sum to `total`: the largest remainders get the units that are left."""
    whole = np.clip(np.floor(exact), low, high).astype(np.int64)
    order = np.argsort(whole - exact, kind="stable")
    while left := total - int(whole.sum()):
        free = order[whole[order] < high[order]] if left > 0 else order[::-1][(whole > low)[order[::-1]]]
        whole[free[: abs(left)]] += 1 if left > 0 else -1
    return whole
