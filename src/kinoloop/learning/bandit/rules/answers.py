"""Answers of fuzzy layers to results without a click id, sorted into kinds that are equally often right.

An answer's kind is which layers name its ad and which name another, so that agreement counts for more, once.
An answer that comes with its own probability (a matcher's) is of a kind with those of like probability.
"""

from dataclasses import dataclass

import numpy as np

from kinoloop.learning.bandit.records import Floats, Ints, Outcomes

PRECISION, PRECISION_WEIGHT = 0.6, 8.0
TRUST_KINDS = 5
MOST_LUCK = 0.9


@dataclass(frozen=True)
class Answers:
    """Each answer's result (`row` of the outcomes), `ad` and `kind`. Per kind: how many layers are `agreed`,
    the share that is `right`, and the share of results without an id that get a right answer (`caught`).
    """

    row: Ints
    ad: Ints
    kind: Ints
    agreed: Ints
    right: Floats
    caught: Floats

    def table(self, weight: Floats, ads: int) -> Floats:
        """Sum of the results' weights, ads by kinds."""
        kinds = len(self.right)
        flat = np.bincount(self.ad * kinds + self.kind, weight[self.row], minlength=ads * kinds)
        return flat.reshape(ads, kinds).astype(np.float64)


def listed(outcomes: Outcomes, organic: float, luck: Floats) -> Answers:
    """All different answers to results without an id, and how far each kind is to be believed.

    `luck` per result is how likely clicks alone would name its true ad, for one agreeing layer, two, and so
    on (read for results with an id). It comes off what the overlap shows: it is in the background already.
    """
    row, layer, code, votes = _coded(outcomes)
    codes, first, kind = np.unique(code, return_index=True, return_inverse=True)
    ad, known = outcomes.guess[row, layer], outcomes.by_id[row] >= 0
    lucky = np.minimum(luck[row[known], votes[known] - 1], MOST_LUCK)
    knowing = ((ad[known] == outcomes.by_id[row[known]]) - lucky) / (1 - lucky)
    free, kinds = ~known, len(codes)
    seen = Overlap(
        np.maximum(np.bincount(kind[known], knowing, minlength=kinds), 0.0),
        np.bincount(kind[known], minlength=kinds).astype(np.float64),
        np.bincount(kind[free], minlength=kinds).astype(np.float64),
        int((outcomes.by_id >= 0).sum()),
        len(outcomes),
    )
    right, caught = _measured(seen, organic)
    own = np.nan_to_num(outcomes.trust[row, layer][free])
    told = np.where(codes < 0, np.bincount(kind[free], own, minlength=kinds), 0.0)
    right = np.where(codes < 0, np.clip(told / np.maximum(seen.open, 1e-9), 0.0, 1.0), right)
    caught = np.where(codes < 0, told / max(seen.paid(organic), float(told.sum()), 1e-9), caught)
    return Answers(row[free], ad[free], kind[free], votes[first], right, caught)


@dataclass(frozen=True)
class Overlap:
    """Answers per kind: `hits` that named the ad of the click id, `both` to results with one, `open` to those
    without; `sure` results with an id, of `all`.
    """

    hits: Floats
    both: Floats
    open: Floats
    sure: int
    all: int

    def paid(self, organic: float) -> float:
        """Results without an id that an ad brought."""
        return max(self.all - self.sure - organic * self.all, 0.0)


def voting(outcomes: Outcomes) -> int:
    """How many layers may agree: those whose answers come without their own probability; at least 1."""
    return max(1, int((np.isnan(outcomes.trust) & (outcomes.guess >= 0)).any(axis=0).sum()))


def _measured(seen: Overlap, organic: float) -> tuple[Floats, Floats]:
    """Share right and share caught per kind, from the overlap and a usual precision.

    Among results without an id there are people without an ad as well, so fewer answers are right there.
    """
    right = (seen.hits + PRECISION * PRECISION_WEIGHT) / (seen.both + PRECISION_WEIGHT)
    share = seen.open / max(seen.all - seen.sure, 1)
    caught = right * (seen.both + PRECISION_WEIGHT * share) / (seen.sure + PRECISION_WEIGHT)
    expected = PRECISION_WEIGHT * right + seen.paid(organic) * caught
    return np.minimum(right, expected / (PRECISION_WEIGHT + seen.open)), caught


def _coded(outcomes: Outcomes) -> tuple[Ints, Ints, Ints, Ints]:
    """Result, layer, code of kind and number of agreeing layers of every answer that no earlier layer gave;
    negative codes have their own probability, and stand for themselves.
    """
    guess, voter = outcomes.guess, np.isnan(outcomes.trust)
    layers = guess.shape[1]
    bits = 2 ** np.arange(layers)
    said = guess >= 0
    same = (guess[:, :, None] == guess[:, None, :]) & said[:, None, :]
    first = said & ~(same & np.tril(np.ones((layers, layers), dtype=bool), -1)).any(axis=2)
    alike = same & voter[:, None, :]
    code = (alike @ bits) + 2**layers * ((said & voter) @ bits)[:, None]
    own = np.floor(np.nan_to_num(outcomes.trust) * TRUST_KINDS).clip(0, TRUST_KINDS - 1).astype(np.int64)
    row, layer = np.nonzero(first)
    coded, votes = np.where(voter, code, -1 - own), np.where(voter, alike.sum(axis=2), 1)
    return row, layer, coded[row, layer], votes[row, layer]
