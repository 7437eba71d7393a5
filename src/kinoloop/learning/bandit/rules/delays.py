"""How long results take, learnt from results only: chain-ladder with a prior, safe from right truncation.

What has not come yet cannot be seen, so young clicks show quick results only. The reverse hazard (how many of
those no later than an age came right at it) is free of that. Source: Lynden-Bell 1971; actuaries' ladders.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import ndtr

from kinoloop.learning.bandit.records import Floats

BIN_HOURS, LONGEST_DAYS, PSEUDO = 6.0, 60, 3.0
EDGES: Floats = np.concatenate([[0.0, 1.0, 2.0, 4.0], np.arange(1, LONGEST_DAYS * 4 + 1) * BIN_HOURS])
"""Hours. The first bins are finer: a third of purchases come within the hour."""


@dataclass(frozen=True)
class Curve:
    """Share of all results that are in at an age; `cdf` stands at `edges` (hours), 0 to 1, straight between
    them.
    """

    edges: Floats
    cdf: Floats

    def at(self, hours: Floats) -> Floats:
        """Share in at exactly these ages; 0 below zero."""
        return np.interp(hours, self.edges, self.cdf)

    def over(self, young: Floats, old: Floats) -> Floats:
        """Mean share of clicks that lie evenly between two ages (`young` < `old`)."""
        result: Floats = (self._area(old) - self._area(young)) / (old - young)
        return result

    @cached_property
    def _areas(self) -> Floats:
        return np.concatenate([[0.0], np.cumsum((self.cdf[1:] + self.cdf[:-1]) / 2 * np.diff(self.edges))])

    def _area(self, hours: Floats) -> Floats:
        """Integral of the curve from zero."""
        inside = np.clip(hours, 0.0, self.edges[-1])
        place = np.minimum(np.searchsorted(self.edges, inside, side="right") - 1, len(self.edges) - 2)
        into = inside - self.edges[place]
        mean = (self.cdf[place] + self.at(inside)) / 2
        result: Floats = self._areas[place] + into * mean + np.maximum(hours - self.edges[-1], 0.0)
        return result


def lognormal(median_days: float, sigma: float, instant: float = 0.0) -> Curve:
    """The curve expected before anything is known: `instant` within the hour, the rest lognormal."""
    days = np.maximum(EDGES, 1e-9) / 24
    late = ndtr(np.log(days / median_days) / sigma)
    cdf = instant * np.minimum(EDGES, 1.0) + (1 - instant) * late
    cdf = cdf - cdf[0]
    return Curve(EDGES, cdf / cdf[-1])


def ladder(delays: Floats, ages: Floats, expected: Curve) -> Curve:
    """The curve from results' delays and the ages of what they came from, both in hours.

    A result counts only in bins that its age has wholly passed, else the running bin would look too empty.
    Rows are not weighted by recency: recent results are the slow ones. `PSEUDO` results per bin are expected
    ones.
    """
    bins = len(EDGES) - 1
    came = np.clip(np.searchsorted(EDGES, np.maximum(delays, 0.0), side="right") - 1, 0, bins - 1)
    passed = np.searchsorted(EDGES, ages, side="right") - 1
    told = came < passed
    here = np.bincount(came[told], minlength=bins)[:bins]
    gone = np.cumsum(np.bincount(passed[told], minlength=bins + 1))[:bins]
    until = np.cumsum(here) - gone
    prior = np.diff(expected.cdf) / np.maximum(expected.cdf[1:], 1e-300)
    hazard = (here + PSEUDO * prior) / (until + PSEUDO)
    left = np.cumprod((1 - hazard)[:0:-1])[::-1]
    return Curve(EDGES, np.concatenate([[0.0], left, [1.0]]))


def chained(curves: tuple[Curve, ...]) -> Curve:
    """The curve of delays that follow each other, taken as independent."""
    if len(curves) == 1:
        return curves[0]
    grid: Floats = np.arange(LONGEST_DAYS * 4 + 1, dtype=np.float64) * BIN_HOURS
    mass = np.diff(curves[0].at(grid))
    for curve in curves[1:]:
        mass = np.convolve(mass, np.diff(curve.at(grid)))
    shift = (len(curves) - 1) * BIN_HOURS / 2
    edges = np.concatenate([[0.0], shift + np.arange(len(mass) + 1) * BIN_HOURS])
    return Curve(edges, np.minimum(np.concatenate([[0.0, 0.0], np.cumsum(mass)]), 1.0))
