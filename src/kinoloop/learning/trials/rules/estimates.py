"""Inverse propensity scores, plain (IPS) and self-normalised (SNIPS), with interval and effective sample.

Both are ratios of sums over clusters; variances by linearisation, intervals on the log scale, for rewards are
rare and positive. Swaminathan and Joachims 2015; Owen, Monte Carlo theory, chapter 9.
"""

import numpy as np

from kinoloop.core.text import plural
from kinoloop.learning.trials.records import Comparison, Estimate, Floats, Gate, Log

Z95 = 1.959964


def compare(log: Log, gate: Gate | None = None) -> Comparison:
    """The candidate's value from what was logged, beside the value of what was done.

    Raises ValueError for rows that had no chance to be tried, or no size.
    """
    gate = gate or Gate()
    weight = _weights(log)
    logged = _estimate(log, np.ones(len(log)), log.size, gate)
    ips = _estimate(log, weight, log.size, gate)
    snips = _estimate(log, weight, weight * log.size, gate)
    if snips.value is None or logged.value is None:
        reason = snips.reason or logged.reason or ""
        return Comparison(logged, ips, snips, None, None, None, None, f"The log cannot tell: {reason}")
    influence = _influence(log, weight, weight * log.size) - _influence(log, np.ones(len(log)), log.size)
    gain, reach = snips.value - logged.value, Z95 * _spread(log, influence)
    low, high = gain - reach, gain + reach
    told = f"{snips.value:.4g} against {logged.value:.4g} logged (difference {low:+.4g} to {high:+.4g})."
    if high < 0:
        return Comparison(logged, ips, snips, gain, low, high, False, f"It would be worse: {told}")
    return Comparison(logged, ips, snips, gain, low, high, True, f"It is not shown to be worse: {told}")


def snips(log: Log, gate: Gate | None = None) -> Estimate:
    """Self-normalised: reward over size, both weighted. Biased a little, but much steadier than IPS."""
    weight = _weights(log)
    return _estimate(log, weight, weight * log.size, gate or Gate())


def ips(log: Log, gate: Gate | None = None) -> Estimate:
    """Plain: unbiased where every action of the candidate had a chance."""
    return _estimate(log, _weights(log), log.size, gate or Gate())


def effective(weights: Floats) -> float:
    """Kish's effective sample size, (sum w)^2 / sum w^2; 0 without any weight."""
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def _weights(log: Log) -> Floats:
    if len(log) and (log.logged.min() <= 0 or log.size.min() <= 0):
        raise ValueError("a logged row needs a chance above zero and a size")
    weights: Floats = log.target / log.logged
    return weights


def _estimate(log: Log, weight: Floats, over: Floats, gate: Gate) -> Estimate:
    sample = effective(weight * log.size)
    mean_weight = float((weight * log.size).sum() / log.size.sum()) if len(log) else 0.0
    events = int(((log.reward > 0) & (weight > 0)).sum())
    reason = _refusal(log, sample, mean_weight, events, gate)
    if reason is not None:
        return Estimate(None, None, None, sample, mean_weight, len(log), events, reason)
    value = float((weight * log.reward).sum() / over.sum())
    reach = float(np.exp(Z95 * _spread(log, _influence(log, weight, over)) / value))
    return Estimate(value, value / reach, value * reach, sample, mean_weight, len(log), events)


def _refusal(log: Log, sample: float, mean_weight: float, events: int, gate: Gate) -> str | None:
    clusters = len(np.unique(log.cluster))
    if clusters < gate.clusters:
        return f"it holds {plural(clusters, 'round')}, {gate.clusters} are needed."
    if sample < gate.sample:
        return f"it is worth {sample:.0f} rows for this candidate, {gate.sample:.0f} are needed."
    if events < gate.events:
        return f"{plural(events, 'row')} had any reward, {gate.events} are needed."
    if abs(mean_weight - 1) > gate.slack:
        return f"it does not cover what the candidate would do (mean weight {mean_weight:.2f})."
    return None


def _influence(log: Log, weight: Floats, over: Floats) -> Floats:
    """By how much each cluster moves the ratio, (clusters,)."""
    value = (weight * log.reward).sum() / over.sum()
    _, place = np.unique(log.cluster, return_inverse=True)
    moved: Floats = np.bincount(place, weights=weight * log.reward - value * over) / over.sum()
    return moved


def _spread(log: Log, influence: Floats) -> float:
    """Standard error from the clusters' influences."""
    count = len(influence)
    return float(np.sqrt((influence**2).sum() * count / (count - 1)))
