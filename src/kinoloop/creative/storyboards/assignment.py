"""The best total assignment of rows to columns: the Hungarian method, exact.

Shortest augmenting paths with potentials (Kuhn 1955, Munkres 1957; the O(n^2 m) form of Jonker and Volgenant
1987). Ties go to the lower column, so the same scores always give the same answer.
"""

import numpy as np
from numpy.typing import NDArray

NEVER = -1e6
"""A value that no assignment takes while there is another way."""


def best_assignment(values: NDArray[np.float64]) -> tuple[int, ...]:
    """For each row of `values` (n, m), n <= m, its column: each column at most once, the sum highest.

    Raises ValueError for more rows than columns or values that are not finite.
    """
    rows, columns = values.shape
    if rows > columns or not np.isfinite(values).all():
        raise ValueError("an assignment needs at least as many columns as rows, and finite values")
    search = _Search(np.zeros(rows), np.zeros(columns), np.full(columns, -1))
    for row in range(rows):
        search.add(row, -values)
    column_of = np.empty(rows, dtype=int)
    column_of[search.row_of[search.row_of >= 0]] = np.flatnonzero(search.row_of >= 0)
    return tuple(int(column) for column in column_of)


class _Search:
    """Potentials of rows (n,) and columns (m,), and which row holds each column (-1: none)."""

    def __init__(
        self, of_rows: NDArray[np.float64], of_columns: NDArray[np.float64], row_of: NDArray[np.int_]
    ) -> None:
        self.of_rows, self.of_columns, self.row_of = of_rows, of_columns, row_of

    def add(self, row: int, costs: NDArray[np.float64]) -> None:
        """Give one more row a column, moving others along the cheapest path."""
        columns = costs.shape[1]
        cheapest, came_from = np.full(columns, np.inf), np.full(columns, -1)
        seen = np.zeros(columns, dtype=bool)
        at_row, at, total = row, -1, 0.0
        while True:
            reduced = total + costs[at_row] - self.of_rows[at_row] - self.of_columns
            better = ~seen & (reduced < cheapest)
            cheapest[better], came_from[better] = reduced[better], at
            at = int(np.argmin(np.where(seen, np.inf, cheapest)))
            total, seen[at] = float(cheapest[at]), True
            if self.row_of[at] < 0:
                break
            at_row = int(self.row_of[at])
        self._shift(row, at, seen, cheapest, total)
        self._take(row, at, came_from)

    def _shift(
        self, row: int, last: int, seen: NDArray[np.bool_], cheapest: NDArray[np.float64], total: float
    ) -> None:
        """Keep all reduced costs at least zero, and zero where assigned."""
        self.of_rows[row] += total
        for column in np.flatnonzero(seen):
            if column != last:
                self.of_rows[self.row_of[column]] += total - cheapest[column]
                self.of_columns[column] -= total - cheapest[column]

    def _take(self, row: int, last: int, came_from: NDArray[np.int_]) -> None:
        column = last
        while came_from[column] >= 0:
            before = int(came_from[column])
            self.row_of[column] = self.row_of[before]
            column = before
        self.row_of[column] = row
