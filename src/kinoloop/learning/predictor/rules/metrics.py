"""How good predicted rates are, over impressions: log loss, Brier, calibration, coverage, order.

Bins hold equal shares of the exposure, never equal widths: at real rates one bin would hold everything.
"""

import numpy as np
from scipy.special import expit

from kinoloop.learning.predictor.records import Bin, Counts, Floats, Posterior, Quality
from kinoloop.learning.predictor.rules.estimating import NODES, WEIGHTS

BINS, Z95 = 10, 1.959964
LEAST_CLICKS = 10
"""With fewer clicks no calibration line is drawn."""


def quality(
    rate: Floats, counts: Counts, base_rate: float | Floats, told: Posterior | None = None
) -> Quality:
    """`rate` (ads,) against what the ads really got. `base_rate` is the constant to beat (or one per ad),
    known before; `told` gives coverage. Raises ValueError without impressions.
    """
    shown, clicks = counts.impressions, counts.clicks
    if shown.sum() <= 0:
        raise ValueError("nothing was shown, so there is nothing to compare with")
    line = calibration(rate, shown, clicks)
    loss, base = (
        log_loss(rate, shown, clicks),
        log_loss(np.broadcast_to(base_rate, rate.shape), shown, clicks),
    )
    return Quality(
        ads=int((shown > 0).sum()),
        impressions=int(shown.sum()),
        clicks=int(clicks.sum()),
        base_rate=float(np.average(np.broadcast_to(base_rate, rate.shape), weights=shown)),
        log_loss=loss,
        ne=loss / base,
        brier=float((clicks * (1 - rate) ** 2 + (shown - clicks) * rate**2).sum() / shown.sum()),
        relative_ece=relative_ece(rate, shown, clicks),
        slope=None if line is None else line[0],
        intercept=None if line is None else line[1],
        predicted_over_observed=float((rate * shown).sum() / clicks.sum()) if clicks.sum() else None,
        coverage=None if told is None else coverage(told, counts, 0.8),
        bins=reliability(rate, shown, clicks),
    )


def log_loss(rate: Floats, shown: Floats, clicks: Floats) -> float:
    """Nats per impression. Rates are held away from 0 and 1 by one in a billion."""
    held = np.clip(rate, 1e-9, 1 - 1e-9)
    return float(-(clicks * np.log(held) + (shown - clicks) * np.log1p(-held)).sum() / shown.sum())


def relative_ece(rate: Floats, shown: Floats, clicks: Floats) -> float | None:
    """Sum over bins of |expected clicks - clicks|, over all clicks. None without clicks."""
    if not clicks.sum():
        return None
    place = equal_exposure(rate, shown)
    expected = np.bincount(place, weights=rate * shown, minlength=BINS)
    seen = np.bincount(place, weights=clicks, minlength=BINS)
    return float(np.abs(expected - seen).sum() / clicks.sum())


def equal_exposure(rate: Floats, shown: Floats) -> np.typing.NDArray[np.int64]:
    """The bin (0 to 9) of each ad, by its prediction, so that bins hold about equal impressions."""
    order = np.argsort(rate, kind="stable")
    middle = np.cumsum(shown[order]) - shown[order] / 2
    places = np.empty(len(rate), dtype=np.int64)
    places[order] = np.minimum((middle / shown.sum() * BINS).astype(np.int64), BINS - 1)
    return places


def reliability(rate: Floats, shown: Floats, clicks: Floats) -> tuple[Bin, ...]:
    """The reliability diagram, from the lowest predictions up; bins without impressions are left out."""
    place = equal_exposure(rate, shown)
    bars = []
    for number in range(BINS):
        here = (place == number) & (shown > 0)
        total, seen = shown[here].sum(), clicks[here].sum()
        if total > 0:
            low, high = wilson(float(seen), float(total))
            predicted = float((rate * shown)[here].sum() / total)
            bars.append(Bin(predicted, float(seen / total), low, high, int(total), int(here.sum())))
    return tuple(bars)


def wilson(successes: float, trials: float, z: float = Z95) -> tuple[float, float]:
    """Wilson's interval of a share, 95 % unless told. Never empty, also at 0 of n."""
    share, widened = successes / trials, 1 + z**2 / trials
    centre = (share + z**2 / (2 * trials)) / widened
    half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2)) / widened
    return max(0.0, min(share, float(centre - half))), min(1.0, max(share, float(centre + half)))


def calibration(rate: Floats, shown: Floats, clicks: Floats) -> tuple[float, float] | None:
    """Slope and intercept of clicks on predicted logits, by maximum likelihood. None with few clicks, or
    when all predictions are the same.
    """
    held = np.clip(rate, 1e-9, 1 - 1e-9)
    logit = np.log(held / (1 - held))
    if clicks.sum() < LEAST_CLICKS or np.ptp(logit[shown > 0]) < 1e-6:
        return None
    line = np.array([0.0, 1.0])
    design = np.column_stack([np.ones(len(logit)), logit])
    for _ in range(25):
        now = expit(design @ line)
        weight = shown * now * (1 - now)
        precision = design.T @ (design * weight[:, None])
        step = np.linalg.solve(precision, design.T @ (clicks - shown * now))
        line = line + np.clip(step, -1, 1)
    return float(line[1]), float(line[0])


def coverage(told: Posterior, counts: Counts, level: float) -> float | None:
    """The share of ads whose clicks lie in the central `level` of what was predicted for them (with chance
    itself in it, ties counted half). None when nothing was shown.
    """
    seen = counts.impressions > 0
    if not seen.any():
        return None
    from scipy.stats import binom  # it takes longer to load than the rest of the house together

    rates = expit(told.logit[seen, None] + np.sqrt(told.variance[seen])[:, None] * NODES)
    clicks, shown = counts.clicks[seen, None], counts.impressions[seen, None]
    below = binom.cdf(clicks - 1, shown, rates) @ WEIGHTS
    place = below + (binom.pmf(clicks, shown, rates) @ WEIGHTS) / 2
    return float(np.mean((place >= (1 - level) / 2) & (place <= (1 + level) / 2)))


def pairwise(rate: Floats, counts: Counts) -> float | None:
    """Of all pairs of ads of one campaign whose real rates differ: the share that `rate` puts in order (ties
    in `rate` count half). None without such a pair.
    """
    real = counts.clicks / np.maximum(counts.impressions, 1)
    right = total = 0.0
    order = np.argsort(counts.campaign, kind="stable")
    for ads in np.split(order, np.flatnonzero(np.diff(counts.campaign[order])) + 1):
        first, second = np.triu_indices(len(ads), 1)
        truth = np.sign(real[ads[first]] - real[ads[second]])
        said = np.sign(rate[ads[first]] - rate[ads[second]])
        right += float(((truth * said + 1) / 2)[truth != 0].sum())
        total += float((truth != 0).sum())
    return right / total if total else None
