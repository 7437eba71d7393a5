"""All shot vectors of one space in memory, kept fresh asset by asset; search is exact.

100,000 shots take 205 MB (float32) and up to half as much again for room to grow. Rows of replaced assets are
marked dead and reused, so a change never copies the whole matrix.
"""

from collections.abc import Sequence
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from kinoloop.store.vectors import SIZE, Near, Vectors, top

GROWTH = 1.5


class Library:
    """Vectors of `space`. Guard every use with `lock`; `version` and `assets` say what has been read."""

    def __init__(self, space: str) -> None:
        self.space = space
        self.lock = RLock()
        self.version = 0
        self.assets: set[str] = set()
        self._rows: dict[str, list[int]] = {}
        self._free: list[int] = []
        self._clip_ids: list[str] = []
        self._vectors: Vectors = np.empty((0, SIZE), dtype=np.float32)
        self._alive: NDArray[np.bool_] = np.empty(0, dtype=np.bool_)

    def __len__(self) -> int:
        return int(self._alive.sum())

    def replace(self, asset_id: str, clip_ids: Sequence[str], vectors: Vectors) -> None:
        """Put the vectors (n, 512) of an asset in place of those it had; none removes it."""
        old = self._rows.pop(asset_id, [])
        self._alive[old] = False
        self._free += old
        if not clip_ids:
            return
        rows = self._take(len(clip_ids))
        self._vectors[rows] = vectors
        self._alive[rows] = True
        for row, clip_id in zip(rows, clip_ids, strict=True):
            self._clip_ids[row] = clip_id
        self._rows[asset_id] = rows

    def nearest(self, query: Vectors, count: int, *, within: str | None = None) -> tuple[Near[str], ...]:
        """The clip ids of highest cosine to a unit vector (512,), best first; equal ones in id order.

        `within` keeps to the shots of one asset.
        """
        filled = len(self._clip_ids)
        if within is not None:
            rows = np.asarray(self._rows.get(within, []), dtype=np.intp)
            cosines = self._vectors[rows] @ query
        else:
            rows = np.arange(filled)
            cosines = np.where(self._alive[:filled], self._vectors[:filled] @ query, -np.inf)
        best = [row for row in top(cosines, count) if np.isfinite(cosines[row])]
        found = [Near(self._clip_ids[rows[row]], float(cosines[row])) for row in best]
        return tuple(sorted(found, key=lambda near: (-near.cosine, near.key)))

    def others(self, asset_id: str) -> Vectors:
        """A copy of all vectors (n, 512) but those of one asset: what a new shot is compared with."""
        kept = self._alive.copy()
        kept[self._rows.get(asset_id, [])] = False
        return self._vectors[kept]

    def _take(self, count: int) -> list[int]:
        reused = [self._free.pop() for _ in range(min(count, len(self._free)))]
        first = len(self._clip_ids)
        fresh = list(range(first, first + count - len(reused)))
        self._clip_ids += [""] * len(fresh)
        if len(self._clip_ids) > len(self._alive):
            self._grow(max(len(self._clip_ids), int(len(self._alive) * GROWTH)))
        return reused + fresh

    def reserve(self, rows: int) -> None:
        """Make room for so many rows at once: the first reading then copies nothing."""
        if rows > len(self._alive):
            self._grow(rows)

    def _grow(self, rows: int) -> None:
        vectors = np.zeros((rows, SIZE), dtype=np.float32)
        vectors[: len(self._vectors)] = self._vectors
        alive = np.zeros(rows, dtype=np.bool_)
        alive[: len(self._alive)] = self._alive
        self._vectors, self._alive = vectors, alive
