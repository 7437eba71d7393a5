"""The best set of spans that do not overlap: weighted interval scheduling with at most K picks.

Dynamic programming over edges, one layer per pick: layer k holds for every edge the best total of at most k
spans that end at or before it. Work is (candidates x K). Kleinberg and Tardos, "Algorithm Design", 6.1.
"""

from collections.abc import Callable, Sequence

import numpy as np

from kinoloop.footage.moments.rules.scoring import Candidates
from kinoloop.footage.moments.rules.signals import Values

Allowed = Callable[[int, Candidates], np.ndarray]
"""(layer, candidates) -> which candidates may be the pick of that layer, (n,) bool."""


def anywhere(layer: int, among: Candidates) -> np.ndarray:
    return np.ones(len(among.strength), dtype=bool)


def best_set(among: Candidates, edges: int, most: int, allowed: Allowed = anywhere) -> tuple[int, ...]:
    """Indices of the chosen candidates in time order; of equal totals the earliest and shortest wins.

    Only spans with positive strength can be chosen, so the set may be smaller than `most`, or empty.
    """
    layers = [np.zeros(edges)]
    chosen: list[np.ndarray] = []
    for layer in range(most):
        totals, picks = _next_layer(layers[-1], among, allowed(layer, among))
        layers.append(totals)
        chosen.append(picks)
    return _walk_back(among, chosen, edges)


def filled(among: Candidates, chosen: Sequence[int], most: int) -> tuple[int, ...]:
    """The chosen and, up to `most`, the strongest of the others that overlap none; in time order."""
    taken = list(chosen)
    for index in np.argsort(-among.strength, kind="stable"):
        if len(taken) >= most:
            break
        start, end = among.start[index], among.end[index]
        if all(end <= among.start[i] or among.end[i] <= start for i in taken):
            taken.append(int(index))
    return tuple(sorted(taken, key=lambda i: int(among.start[i])))


def _next_layer(before: Values, among: Candidates, allowed: np.ndarray) -> tuple[Values, np.ndarray]:
    """Totals per edge with one more pick, and the pick that ends exactly there (-1 for none)."""
    edges = len(before)
    value = np.where(allowed, among.strength + before[among.start], -np.inf)
    order = np.lexsort(
        (among.start, -value, among.end)
    )  # per end: the best first, the earlier start on a tie
    ends, first = np.unique(among.end[order], return_index=True)
    best = order[first]
    here, picks = np.full(edges, -np.inf), np.full(edges, -1, dtype=np.int64)
    here[ends], picks[ends] = value[best], best
    totals, carried = before.copy(), np.full(edges, -1, dtype=np.int64)
    running, running_pick = 0.0, -1
    for edge in range(edges):
        if here[edge] > running + 1e-12:
            running, running_pick = float(here[edge]), int(picks[edge])
        if running > before[edge] + 1e-12:
            totals[edge], carried[edge] = running, running_pick
    return totals, carried


def _walk_back(among: Candidates, chosen: list[np.ndarray], edges: int) -> tuple[int, ...]:
    taken: list[int] = []
    edge = edges - 1
    for picks in reversed(chosen):
        pick = int(picks[edge])
        if pick >= 0:
            taken.append(pick)
            edge = int(among.start[pick])
    return tuple(reversed(taken))
