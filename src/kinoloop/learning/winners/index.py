"""The vectors of one tenant's winners in one space, in memory; search is exact and the same on every machine.

FAISS (`IndexFlatIP`, extra `index`) scans where it is installed, numpy where it is not. Both only shortlist:
the order is decided by cosines computed anew in float64, ties by id, so both give what brute force gives.
"""

import importlib
import importlib.util
from collections.abc import Iterable, Sequence
from threading import RLock
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from kinoloop.core.errors import InputError, UnavailableError
from kinoloop.store.vectors import SIZE, Near, Vectors, decode, encode, top

Backend = Literal["faiss", "numpy"]
MARGIN = 1e-5
"""How far a float32 scan of 512 products may be off; what lies so near the edge is looked at again."""
SPARE = 16
GROWTH = 1.5
Rows = NDArray[np.intp]


def installed() -> Backend:
    """What scans here: FAISS where it can be imported."""
    return "faiss" if importlib.util.find_spec("faiss") else "numpy"


class Search(Protocol):
    """One tenant's winners in one space, wherever they are searched."""

    def __len__(self) -> int: ...

    def nearest(
        self, query: NDArray[np.floating[Any]], count: int, *, without: Iterable[str] = ()
    ) -> tuple[Near[str], ...]:
        """The `count` ids of highest cosine to a vector (512,), best first, equal ones in order of id.

        Raises InputError for a vector without a direction.
        """
        ...


class Scan(Protocol):
    """Rows of unit vectors, numbered from 0. Not safe for several threads by itself."""

    @property
    def vectors(self) -> Vectors:
        """A view (n, 512) of all rows."""
        ...

    def append(self, vectors: Vectors) -> None: ...

    def replace(self, row: int, vector: Vectors) -> None: ...

    def drop_last(self) -> None: ...

    def shortlist(self, query: Vectors, count: int) -> Rows:
        """Rows that hold the `count` of highest cosine for sure, and perhaps more, in any order."""
        ...


class NumpyScan:
    """One matrix that grows by half."""

    def __init__(self) -> None:
        self._room: Vectors = np.empty((0, SIZE), dtype=np.float32)
        self._count = 0

    @property
    def vectors(self) -> Vectors:
        return self._room[: self._count]

    def append(self, vectors: Vectors) -> None:
        wanted = self._count + len(vectors)
        if wanted > len(self._room):
            room = np.empty((max(wanted, int(len(self._room) * GROWTH)), SIZE), dtype=np.float32)
            room[: self._count] = self.vectors
            self._room = room
        self._room[self._count : wanted] = vectors
        self._count = wanted

    def replace(self, row: int, vector: Vectors) -> None:
        self._room[row] = vector

    def drop_last(self) -> None:
        self._count -= 1

    def shortlist(self, query: Vectors, count: int) -> Rows:
        scores = self.vectors @ query
        edge = scores[top(scores, count)[-1]]
        return np.flatnonzero(scores >= edge - MARGIN)


class FaissScan:
    """`IndexFlatIP`; its rows are also read and replaced in place. Raises UnavailableError without FAISS."""

    def __init__(self) -> None:
        try:
            self._faiss: Any = importlib.import_module("faiss")
        except ImportError as error:
            raise UnavailableError(
                "FAISS is not installed.", why=str(error), fix="Install the extra `index`, or use numpy."
            ) from error
        self._index = self._faiss.IndexFlatIP(SIZE)

    @property
    def vectors(self) -> Vectors:
        if not self._index.ntotal:
            return np.empty((0, SIZE), dtype=np.float32)
        flat = self._faiss.rev_swig_ptr(self._index.get_xb(), self._index.ntotal * SIZE)
        view: Vectors = flat.reshape(-1, SIZE)
        return view

    def append(self, vectors: Vectors) -> None:
        self._index.add(np.ascontiguousarray(vectors, dtype=np.float32))

    def replace(self, row: int, vector: Vectors) -> None:
        self.vectors[row] = vector

    def drop_last(self) -> None:
        last = self._index.ntotal - 1
        self._index.remove_ids(np.array([last], dtype=np.int64))

    def shortlist(self, query: Vectors, count: int) -> Rows:
        asked = query[None, :]
        wanted = min(self._index.ntotal, count + SPARE)
        scores, rows = self._index.search(asked, wanted)
        edge = float(scores[0, count - 1]) - MARGIN
        if wanted == self._index.ntotal or scores[0, -1] < edge:
            kept: Rows = rows[0][scores[0] >= edge].astype(np.intp)
            return kept
        _, _, found = self._index.range_search(asked, edge - MARGIN)  # many as good as the last one
        return np.asarray(found, dtype=np.intp)


class WinnerIndex:
    """Ids and their vectors. Every method may be called by several threads at once."""

    def __init__(self, backend: Backend | None = None) -> None:
        self.backend: Backend = backend or installed()
        self.lock = RLock()
        self._scan: Scan = FaissScan() if self.backend == "faiss" else NumpyScan()
        self._keys: list[str] = []
        self._rows: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def put(self, key: str, vector: NDArray[np.floating[Any]]) -> None:
        """Add a vector (512,) of any length above zero, or replace the one of this id. Raises InputError."""
        unit = decode(encode(vector))
        with self.lock:
            if key in self._rows:
                self._scan.replace(self._rows[key], unit)
            else:
                self._join([key], unit[None, :])

    def fill(self, keys: Sequence[str], vectors: Vectors) -> None:
        """Add many new ids with their unit vectors (n, 512) at once; nothing else may hold them yet."""
        with self.lock:
            if len(set(keys)) < len(keys) or any(key in self._rows for key in keys):
                raise InputError("An id is there twice.", why="Each winner has one vector.")
            self._join(list(keys), vectors)

    def remove(self, key: str) -> bool:
        """Forget an id; False when it was not there. The last row takes its place."""
        with self.lock:
            row = self._rows.pop(key, None)
            if row is None:
                return False
            last = self._keys.pop()
            if last != key:
                self._scan.replace(row, self._scan.vectors[-1].copy())
                self._keys[row], self._rows[last] = last, row
            self._scan.drop_last()
            return True

    def nearest(
        self, query: NDArray[np.floating[Any]], count: int, *, without: Iterable[str] = ()
    ) -> tuple[Near[str], ...]:
        """See `Search`."""
        asked = decode(encode(query))
        left_out = set(without)
        with self.lock:
            wanted = min(count + sum(key in self._rows for key in left_out), len(self._keys))
            if wanted <= 0:
                return ()
            rows = self._scan.shortlist(asked, wanted)
            kept = [row for row in rows if self._keys[row] not in left_out]
            return ranked([self._keys[row] for row in kept], self._scan.vectors[kept], asked, count)

    def contents(self) -> tuple[list[str], Vectors]:
        """A copy: all ids in order of rows, and their vectors (n, 512)."""
        with self.lock:
            return list(self._keys), self._scan.vectors.copy()

    def _join(self, keys: list[str], vectors: Vectors) -> None:
        self._scan.append(vectors)
        for row, key in enumerate(keys, start=len(self._keys)):
            self._rows[key] = row
        self._keys += keys


def ranked(keys: Sequence[str], vectors: Vectors, asked: Vectors, count: int) -> tuple[Near[str], ...]:
    """The first `count` of a shortlist with unit vectors (n, 512), by cosines computed anew, ties by id."""
    # row by row: a matrix product may round equal rows differently by their place
    exact = (vectors.astype(np.float64) * asked.astype(np.float64)).sum(axis=1)
    found = [Near(key, float(cosine)) for key, cosine in zip(keys, exact, strict=True)]
    return tuple(sorted(found, key=lambda near: (-near.cosine, near.key))[:count])
